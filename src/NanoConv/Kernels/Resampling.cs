using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Kernels;

/// <summary>A picture turned, or shifted by parts of pixels: each new pixel is interpolated where an <see cref="AffineMap"/> says that it comes from.</summary>
internal static class Resampling
{
    /// <summary>y from x.</summary>
    /// <param name="y">Overwritten: [height, width, channels].</param>
    /// <param name="x">As large.</param>
    /// <param name="shape">(height, width, channels).</param>
    /// <param name="map">Where pixels come from.</param>
    /// <param name="between">What is between pixels.</param>
    /// <param name="beyond">What is beyond the border.</param>
    /// <param name="fill">The constant of <see cref="FillMode.Constant"/>.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Forward<T>(
        Span<T> y, ReadOnlySpan<T> x, Shape shape, in AffineMap map, Interpolation between, FillMode beyond, T fill)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = shape[2];
        Span<Tap> taps = stackalloc Tap[4];
        for (int i = 0; i < shape[0]; i++)
        {
            for (int j = 0; j < shape[1]; j++)
            {
                Span<T> pixel = y.Slice(((i * shape[1]) + j) * channels, channels);
                pixel.Clear();
                foreach (Tap tap in Taps(taps, shape, map, (i, j), between, beyond))
                {
                    if (tap.Weight == 0)
                        continue; // not 0 times infinity
                    T weight = T.CreateChecked(tap.Weight);
                    for (int c = 0; c < channels; c++)
                        pixel[c] += weight * (tap.Pixel < 0 ? fill : x[(tap.Pixel * channels) + c]);
                }
            }
        }
    }

    /// <summary>dx from dy: each new pixel's gradient goes back to those that it was interpolated from, by their weights.</summary>
    /// <param name="dx">Overwritten: [height, width, channels].</param>
    /// <param name="dy">As large.</param>
    /// <param name="shape">(height, width, channels).</param>
    /// <param name="map">As in <see cref="Forward"/>.</param>
    /// <param name="between">As in <see cref="Forward"/>.</param>
    /// <param name="beyond">As in <see cref="Forward"/>.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void InputGradient<T>(
        Span<T> dx, ReadOnlySpan<T> dy, Shape shape, in AffineMap map, Interpolation between, FillMode beyond)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = shape[2];
        Span<Tap> taps = stackalloc Tap[4];
        dx.Clear();
        for (int i = 0; i < shape[0]; i++)
        {
            for (int j = 0; j < shape[1]; j++)
            {
                ReadOnlySpan<T> pixel = dy.Slice(((i * shape[1]) + j) * channels, channels);
                foreach (Tap tap in Taps(taps, shape, map, (i, j), between, beyond))
                {
                    if (tap.Weight == 0)
                        continue;
                    T weight = T.CreateChecked(tap.Weight);
                    for (int c = 0; c < channels && tap.Pixel >= 0; c++)
                        dx[(tap.Pixel * channels) + c] += weight * pixel[c];
                }
            }
        }
    }

    // The old pixels that a new one is made of.
    private static ReadOnlySpan<Tap> Taps(
        Span<Tap> taps, Shape shape, in AffineMap map, (int I, int J) place, Interpolation between, FillMode beyond)
    {
        double row = (map.Rows.I * place.I) + (map.Rows.J * place.J) + map.Rows.Offset;
        double column = (map.Columns.I * place.I) + (map.Columns.J * place.J) + map.Columns.Offset;
        if (between == Interpolation.Nearest)
        {
            taps[0] = new Tap(Pixel((int)Math.Floor(row + 0.5), (int)Math.Floor(column + 0.5), shape, beyond), 1);
            return taps[..1];
        }

        int top = (int)Math.Floor(row), left = (int)Math.Floor(column);
        double down = row - top, right = column - left;
        taps[0] = new Tap(Pixel(top, left, shape, beyond), (1 - down) * (1 - right));
        taps[1] = new Tap(Pixel(top, left + 1, shape, beyond), (1 - down) * right);
        taps[2] = new Tap(Pixel(top + 1, left, shape, beyond), down * (1 - right));
        taps[3] = new Tap(Pixel(top + 1, left + 1, shape, beyond), down * right);
        return taps;
    }

    private static int Pixel(int row, int column, Shape shape, FillMode beyond)
    {
        (row, column) = (AxisMap.Inside(row, shape[0], beyond), AxisMap.Inside(column, shape[1], beyond));
        return row < 0 || column < 0 ? -1 : (row * shape[1]) + column;
    }

    /// <summary>An old pixel's share in a new one.</summary>
    /// <param name="Pixel">Its place; −1 for the constant.</param>
    /// <param name="Weight">Its share.</param>
    private readonly record struct Tap(int Pixel, double Weight);
}
