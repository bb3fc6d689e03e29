using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Kernels.Reference;

/// <summary>Pictures made larger, as plain loops, and the oracle of <see cref="UpSampling"/>'s tests.</summary>
public static class NaiveUpSampling
{
    /// <summary>y[i, oh, ow, c] = Σ w(oh, ih) · w(ow, iw) · x[i, ih, iw, c].</summary>
    /// <param name="picture">The shape of a small picture, (H, W, C).</param>
    /// <param name="size">The factors (h, w).</param>
    /// <param name="interpolation">What lies between the pixels.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="y">Overwritten: [n, H·h, W·w, C].</param>
    /// <param name="x">[n, H, W, C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Forward<T>(Shape picture, Size2D size, Interpolation interpolation, int images, Span<T> y, ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        y.Clear();
        foreach ((int output, int input, double weight) in Taps(picture, size, interpolation, images))
            y[output] += T.CreateChecked(weight) * x[input];
    }

    /// <summary>dx[i, ih, iw, c] = Σ w(oh, ih) · w(ow, iw) · dy[i, oh, ow, c].</summary>
    /// <param name="picture">The shape of a small picture, (H, W, C).</param>
    /// <param name="size">The factors (h, w).</param>
    /// <param name="interpolation">What lies between the pixels.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="dx">Overwritten: [n, H, W, C].</param>
    /// <param name="dy">[n, H·h, W·w, C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void InputGradient<T>(Shape picture, Size2D size, Interpolation interpolation, int images, Span<T> dx, ReadOnlySpan<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        dx.Clear();
        foreach ((int output, int input, double weight) in Taps(picture, size, interpolation, images))
            dx[input] += T.CreateChecked(weight) * dy[output];
    }

    // All products of the sums: an element of y, one of x, and the weight.
    private static IEnumerable<(int Output, int Input, double Weight)> Taps(Shape picture, Size2D size, Interpolation interpolation, int images)
    {
        (int height, int width, int channels) = (picture[0], picture[1], picture[2]);
        for (int i = 0; i < images; i++)
            for (int oh = 0; oh < height * size.Height; oh++)
                for (int ow = 0; ow < width * size.Width; ow++)
                    foreach ((int ih, double ofRow) in Around(oh, size.Height, height, interpolation))
                        foreach ((int iw, double ofColumn) in Around(ow, size.Width, width, interpolation))
                            for (int c = 0; c < channels; c++)
                            {
                                int output = (((((i * height * size.Height) + oh) * width * size.Width) + ow) * channels) + c;
                                yield return (output, (((((i * height) + ih) * width) + iw) * channels) + c, ofRow * ofColumn);
                            }
    }

    // The pixels of one axis that output o is made of, and their weights. A centre beyond the border is the border's.
    private static IEnumerable<(int Pixel, double Weight)> Around(int o, int size, int length, Interpolation interpolation)
    {
        double centre = ((o + 0.5) / size) - 0.5;
        if (interpolation == Interpolation.Nearest)
            return [((int)Math.Round(centre), 1)];
        int below = (int)Math.Floor(centre);
        return [(Math.Max(below, 0), 1 - (centre - below)), (Math.Min(below + 1, length - 1), centre - below)];
    }
}
