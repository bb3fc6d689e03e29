using NanoConv.Cifar.Networks;
using NanoConv.Data;
using NanoConv.Tensors;
using Xunit;

namespace NanoConv.Cifar.Tests.Networks;

/// <summary>The whitening kernel does what its name says, and its eigenvectors are ones.</summary>
public sealed class WhiteningTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(12)]
    public void Eigenvectors_are_of_length_one_across_and_only_scaled_by_their_matrix(int n)
    {
        var random = new Random(n);
        for (int attempt = 0; attempt < 20; attempt++)
        {
            var matrix = new double[n, n];
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j <= i; j++)
                    matrix[i, j] = matrix[j, i] = attempt == 0 ? 1 : random.NextDouble() - 0.5; // all ones: n − 1 eigenvalues are 0
            }
            (double[] values, double[][] vectors) = SymmetricEigen.Decompose(matrix);
            Assert.Equal(values.OrderDescending(), values);
            for (int k = 0; k < n; k++)
            {
                Assert.True(vectors[k].MaxBy(Math.Abs) > 0);
                for (int i = 0; i < n; i++)
                    Assert.Equal(values[k] * vectors[k][i], Enumerable.Range(0, n).Sum(j => matrix[i, j] * vectors[k][j]), 1e-12);
                for (int l = 0; l < n; l++)
                    Assert.Equal(k == l ? 1 : 0, vectors[k].Zip(vectors[l]).Sum(pair => pair.First * pair.Second), 1e-12);
            }
        }
    }

    /// <summary>Over all patches, the filters' products are 1 with themselves and 0 with the others, up to what is added to the eigenvalues.</summary>
    [Fact]
    public void Filters_are_independent_with_variance_one_and_come_with_their_negatives()
    {
        const int Images = 40, Height = 9, Width = 8, Filters = 24;
        const double Epsilon = 1e-9;
        var random = new Random(1);
        var pixels = new float[Images * Height * Width * 3];
        for (int i = 3; i < pixels.Length; i++)
            pixels[i] = 0.5f * pixels[i - 3] + (float)random.NextDouble() - 0.2f; // neighbours are alike, and the mean is not 0
        var images = new TensorInputs<float>(new Tensor<float>((Images, Height, Width, 3), pixels));
        float[] kernel = Whitening.Kernel(images, 2, Epsilon);
        Assert.Equal(12 * Filters, kernel.Length);
        var products = new double[Filters, Filters];
        int patches = 0;
        for (int n = 0; n < Images; n++)
        {
            for (int i = 0; i < Height - 1; i++)
            {
                for (int j = 0; j < Width - 1; j++, patches++)
                {
                    double[] y = [.. Enumerable.Range(0, Filters).Select(f => Enumerable.Range(0, 12).Sum(k =>
                        (double)kernel[k * Filters + f] * pixels[((n * Height + i + k / 6) * Width + j + k % 6 / 3) * 3 + k % 3]))];
                    for (int f = 0; f < Filters; f++)
                    {
                        for (int g = 0; g < Filters; g++)
                            products[f, g] += y[f] * y[g];
                    }
                }
            }
        }
        for (int f = 0; f < Filters; f++)
        {
            for (int g = 0; g < Filters; g++)
                Assert.Equal(f == g ? 1 : f % 12 == g % 12 ? -1 : 0, products[f, g] / patches, 1e-4);
        }
    }

    [Fact]
    public void What_is_added_to_the_eigenvalues_keeps_noise_small()
    {
        float[] pixels = [.. Enumerable.Range(0, 5 * 16 * 3).Select(i => (float)(i / 48))]; // each picture of one grey: one eigenvalue is not 0
        var images = new TensorInputs<float>(new Tensor<float>((5, 4, 4, 3), pixels));
        float[] kernel = Whitening.Kernel(images, 2, 0.25);
        for (int f = 1; f < 12; f++) // across the only one there is: of length 1 / √ε
            Assert.Equal(4, Enumerable.Range(0, 12).Sum(k => (double)kernel[k * 24 + f] * kernel[k * 24 + f]), 1e-5);
        double value = 12 * (0 + 1 + 4 + 9 + 16) / 5.0;
        Assert.Equal(1 / (value + 0.25), Enumerable.Range(0, 12).Sum(k => (double)kernel[k * 24] * kernel[k * 24]), 1e-7);
    }
}
