using System.Numerics;
using System.Runtime.CompilerServices;

namespace NanoConv.Kernels;

/// <summary>
/// The mean of each channel of x [n, P, C] over its P pixels: y[i, c] = Σₚ x[i, p, c] / P. One vector of channels goes down the pixels at
/// a time.
/// </summary>
internal static class GlobalAverage
{
    // So many pixels are added one after another: enough to be fast, few enough to round little.
    private const int Straight = 32;

    /// <summary>
    /// y = the means. A picture is halved until few pixels are left, and the halves' sums are added: an error grows with the logarithm of P,
    /// where that of one long sum grows with P. Where it is halved P alone says, so each channel's sum has one order on any processor.
    /// </summary>
    /// <param name="images">Pictures n.</param>
    /// <param name="y">Overwritten: [n, C].</param>
    /// <param name="x">[n, P, C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Forward<T>(int images, Span<T> y, ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = y.Length / images, elements = x.Length / images, pixels = elements / channels;
        T count = T.CreateChecked(pixels);
        for (int image = 0; image < images; image++)
        {
            ReadOnlySpan<T> picture = x.Slice(image * elements, elements);
            Span<T> means = y.Slice(image * channels, channels);
            int c = 0;
            for (; c <= channels - Vector<T>.Count; c += Vector<T>.Count)
                (VectorSum(picture[c..], pixels, channels) / new Vector<T>(count)).CopyTo(means[c..]);
            for (; c < channels; c++)
                means[c] = Sum(picture[c..], pixels, channels) / count;
        }
    }

    /// <summary>dx[i, p, c] = dy[i, c] / P.</summary>
    /// <param name="images">Pictures n.</param>
    /// <param name="dx">Overwritten: [n, P, C].</param>
    /// <param name="dy">[n, C]; overwritten with what each pixel gets.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void InputGradient<T>(int images, Span<T> dx, Span<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = dy.Length / images, elements = dx.Length / images;
        System.Numerics.Tensors.TensorPrimitives.Divide(dy, T.CreateChecked(elements / channels), dy);
        for (int image = 0; image < images; image++)
        {
            ReadOnlySpan<T> pixel = dy.Slice(image * channels, channels);
            Span<T> picture = dx.Slice(image * elements, elements);
            for (int start = 0; start < elements; start += channels)
                pixel.CopyTo(picture[start..]);
        }
    }

    private static Vector<T> VectorSum<T>(ReadOnlySpan<T> x, int pixels, int channels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (pixels > Straight)
            return VectorSum(x, pixels / 2, channels) + VectorSum(x[(pixels / 2 * channels)..], pixels - (pixels / 2), channels);
        Vector<T> sum = Load(x, 0);
        for (int p = 1; p < pixels; p++)
            sum += Load(x, p * channels);
        return sum;
    }

    private static T Sum<T>(ReadOnlySpan<T> x, int pixels, int channels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (pixels > Straight)
            return Sum(x, pixels / 2, channels) + Sum(x[(pixels / 2 * channels)..], pixels - (pixels / 2), channels);
        T sum = x[0];
        for (int p = 1; p < pixels; p++)
            sum += x[p * channels];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Load<T>(ReadOnlySpan<T> from, int index)
        where T : unmanaged => new(from[index..]);
}
