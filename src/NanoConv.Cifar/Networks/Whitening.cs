using NanoConv.Data;

namespace NanoConv.Cifar.Networks;

/// <summary>
/// A convolution's first kernel, made of the training images: it makes neighbouring pixels, which mostly say the same, independent of one another, all of
/// them with variance 1 (Page, How to train your ResNet, part 8; Jordan, 2024, arXiv:2404.00498).
/// </summary>
public static class Whitening
{
    /// <summary>
    /// The eigenvectors of the patches' second moments over the roots of their eigenvalues, the greatest first, then the negatives of all of them:
    /// behind an activation both signs are wanted.
    /// </summary>
    /// <param name="images">The images, as the convolution is given them.</param>
    /// <param name="size">The patches' height and width.</param>
    /// <param name="epsilon">Added to the eigenvalues: those of noise are small, and would else count as much as the others.</param>
    /// <returns>[size, size, channels, 2 · size² · channels].</returns>
    /// <remarks>
    /// In double, as the sum is long: over the 4.8 million patches of 5,000 images a float's is off by 5e-3, so that the small eigenvalues turn negative and
    /// their roots are no numbers.
    /// </remarks>
    public static float[] Kernel(IInputs<float> images, int size, double epsilon)
    {
        double[,] moments = SecondMoments(images, size);
        (double[] values, double[][] vectors) = SymmetricEigen.Decompose(moments);
        int n = values.Length;
        var kernel = new float[n * 2 * n];
        for (int filter = 0; filter < n; filter++)
        {
            double scale = 1 / Math.Sqrt(values[filter] + epsilon);
            for (int i = 0; i < n; i++)
            {
                kernel[i * 2 * n + filter] = (float)(vectors[filter][i] * scale);
                kernel[i * 2 * n + n + filter] = -kernel[i * 2 * n + filter];
            }
        }
        return kernel;
    }

    /// <summary>The mean of p·pᵀ over all patches p of all images, without their mean being taken off.</summary>
    private static double[,] SecondMoments(IInputs<float> images, int size)
    {
        (int height, int width, int channels) = (images.InputShape[0], images.InputShape[1], images.InputShape[2]);
        int n = size * size * channels, run = size * channels;
        var sum = new double[n, n];
        var image = new float[images.InputShape.Elements];
        var patch = new double[n];
        for (int index = 0; index < images.Count; index++)
        {
            images.CopyInput(index, image);
            for (int i = 0; i <= height - size; i++)
            {
                for (int j = 0; j <= width - size; j++)
                {
                    for (int k = 0; k < n; k++)
                        patch[k] = image[((i + k / run) * width + j) * channels + k % run];
                    for (int k = 0; k < n; k++)
                    {
                        for (int l = 0; l <= k; l++)
                            sum[k, l] += patch[k] * patch[l];
                    }
                }
            }
        }
        double patches = (double)images.Count * (height - size + 1) * (width - size + 1);
        for (int k = 0; k < n; k++)
        {
            for (int l = 0; l <= k; l++)
                sum[k, l] = sum[l, k] = sum[k, l] / patches;
        }
        return sum;
    }
}
