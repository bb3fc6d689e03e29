using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Kernels.Reference;

/// <summary>Max-pooling as plain loops, and the oracle of <see cref="MaxPooling"/>'s tests.</summary>
public static class NaiveMaxPooling
{
    /// <summary>y[i, oh, ow, c] = the greatest x in the window; NaN if it has one.</summary>
    /// <param name="window">The windows.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="y">Overwritten: [n, output height, output width, C].</param>
    /// <param name="x">The pictures [n, H, W, C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Forward<T>(in WindowGeometry window, int images, Span<T> y, ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int output = 0; output < images * window.OutputPixels * window.Channels; output++)
            y[output] = x[Winner(window, x, output)];
    }

    /// <summary>dx[winner of each window] += dy of that window; a window with NaN passes nothing on.</summary>
    /// <param name="window">The windows.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="dx">Overwritten: [n, H, W, C].</param>
    /// <param name="x">The pictures [n, H, W, C].</param>
    /// <param name="dy">The output's gradient [n, output height, output width, C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void InputGradient<T>(in WindowGeometry window, int images, Span<T> dx, ReadOnlySpan<T> x, ReadOnlySpan<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        dx[..(images * window.InputElements)].Clear();
        for (int output = 0; output < images * window.OutputPixels * window.Channels; output++)
        {
            int winner = Winner(window, x, output);
            if (!T.IsNaN(x[winner]))
                dx[winner] += dy[output];
        }
    }

    // The first greatest element, in row order, of the window that makes this output element; NaN is greatest of all.
    private static int Winner<T>(in WindowGeometry g, ReadOnlySpan<T> x, int output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (int rest, int c) = Math.DivRem(output, g.Channels);
        (rest, int ow) = Math.DivRem(rest, g.OutputWidth);
        (int i, int oh) = Math.DivRem(rest, g.OutputHeight);
        int winner = -1;
        for (int r = 0; r < g.KernelHeight; r++)
            for (int s = 0; s < g.KernelWidth; s++)
            {
                int ih = (oh * g.StrideHeight) + r - g.PaddingTop;
                int iw = (ow * g.StrideWidth) + s - g.PaddingLeft;
                if (ih < 0 || ih >= g.InputHeight || iw < 0 || iw >= g.InputWidth)
                    continue;
                int candidate = (((((i * g.InputHeight) + ih) * g.InputWidth) + iw) * g.Channels) + c;
                if (winner < 0 || x[candidate] > x[winner] || T.IsNaN(x[candidate]))
                    winner = candidate;
            }

        return winner;
    }
}
