using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Kernels.Reference;

/// <summary>Average-pooling as plain loops, and the oracle of <see cref="AveragePooling"/>'s tests.</summary>
public static class NaiveAveragePooling
{
    /// <summary>y[i, oh, ow, c] = the sum of x over the window's pixels inside the picture, by their number.</summary>
    /// <param name="window">The windows.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="y">Overwritten: [n, output height, output width, C].</param>
    /// <param name="x">The pictures [n, H, W, C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Forward<T>(in WindowGeometry window, int images, Span<T> y, ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int output = 0; output < images * window.OutputPixels * window.Channels; output++)
        {
            List<int> inside = Inside(window, output);
            T sum = T.Zero;
            foreach (int element in inside)
                sum += x[element];
            y[output] = sum / T.CreateChecked(inside.Count);
        }
    }

    /// <summary>dx += dy / (their number), for each of the window's pixels inside the picture.</summary>
    /// <param name="window">The windows.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="dx">Overwritten: [n, H, W, C].</param>
    /// <param name="dy">The output's gradient [n, output height, output width, C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void InputGradient<T>(in WindowGeometry window, int images, Span<T> dx, ReadOnlySpan<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        dx[..(images * window.InputElements)].Clear();
        for (int output = 0; output < images * window.OutputPixels * window.Channels; output++)
        {
            List<int> inside = Inside(window, output);
            foreach (int element in inside)
                dx[element] += dy[output] / T.CreateChecked(inside.Count);
        }
    }

    // The elements of x, in row order, that the window of this output element covers.
    private static List<int> Inside(in WindowGeometry g, int output)
    {
        (int rest, int c) = Math.DivRem(output, g.Channels);
        (rest, int ow) = Math.DivRem(rest, g.OutputWidth);
        (int i, int oh) = Math.DivRem(rest, g.OutputHeight);
        List<int> inside = [];
        for (int r = 0; r < g.KernelHeight; r++)
            for (int s = 0; s < g.KernelWidth; s++)
            {
                int ih = (oh * g.StrideHeight) + r - g.PaddingTop;
                int iw = (ow * g.StrideWidth) + s - g.PaddingLeft;
                if (ih >= 0 && ih < g.InputHeight && iw >= 0 && iw < g.InputWidth)
                    inside.Add((((((i * g.InputHeight) + ih) * g.InputWidth) + iw) * g.Channels) + c);
            }

        return inside;
    }
}
