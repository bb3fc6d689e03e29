using System.Numerics;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Convolutions;

/// <summary>Convolution as the textbook has it: seven nested loops, and the oracle of all <see cref="ConvolutionAlgorithm{T}"/>s' tests.</summary>
public static class NaiveConvolution
{
    /// <summary>y[i, oh, ow, k] = bias[k] + Σ_{r,s,c} x[i, oh·sh + r − top, ow·sw + s − left, c] · w[r, s, c, k].</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="y">Overwritten: [n, output height, output width, K].</param>
    /// <param name="x">The pictures [n, H, W, C].</param>
    /// <param name="w">The kernel [kh, kw, C, K].</param>
    /// <param name="bias">The bias [K]; empty for none.</param>
    /// <param name="output">Where the pixels of y are to lie; if null, side by side.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Forward<T>(
        in ConvolutionGeometry geometry, int images, Span<T> y, ReadOnlySpan<T> x, ReadOnlySpan<T> w, ReadOnlySpan<T> bias, PixelView? output = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int filters = geometry.Filters;
        PixelView pixels = output ?? SideBySide(geometry);
        (int lastRow, int lastColumn) = (geometry.Window.OutputHeight - 1, geometry.Window.OutputWidth - 1);
        MatrixProduct.Require(y.Length, images == 0 ? 0 : pixels.At(images - 1, lastRow, lastColumn) + filters, nameof(y));
        MatrixProduct.Require(x.Length, images * geometry.Window.InputElements, nameof(x));
        MatrixProduct.Require(w.Length, geometry.KernelElements, nameof(w));
        for (int i = 0; i < images; i++)
            for (int oh = 0; oh < geometry.Window.OutputHeight; oh++)
                for (int ow = 0; ow < geometry.Window.OutputWidth; ow++)
                    for (int k = 0; k < filters; k++)
                        y[pixels.At(i, oh, ow) + k] = bias.IsEmpty ? T.Zero : bias[k];

        foreach (Tap tap in Tap.All(geometry, images, pixels))
            for (int k = 0; k < filters; k++)
                y[tap.Y + k] += x[tap.X] * w[tap.W + k];
    }

    /// <summary>max(0, ·) of an output; NaN stays.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="y">The output.</param>
    /// <param name="output">Where its pixels lie.</param>
    /// <typeparam name="T">The element type.</typeparam>
    internal static void Rectify<T>(in ConvolutionGeometry geometry, int images, Span<T> y, in PixelView output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int row = 0; row < images * geometry.Window.OutputHeight; row++)
        {
            int start = output.AtRow(row, geometry.Window.OutputHeight);
            foreach (ref T value in y.Slice(start, geometry.Window.OutputWidth * geometry.Filters))
                value = T.Max(value, T.Zero);
        }
    }

    /// <summary>dw[r, s, c, k] += Σ_{i,oh,ow} x[i, …, c] · dy[i, oh, ow, k].</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="dw">Accumulated into: [kh, kw, C, K].</param>
    /// <param name="x">The pictures [n, H, W, C].</param>
    /// <param name="dy">The output's gradient [n, output height, output width, K].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void KernelGradient<T>(
        in ConvolutionGeometry geometry, int images, Span<T> dw, ReadOnlySpan<T> x, ReadOnlySpan<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        MatrixProduct.Require(dw.Length, geometry.KernelElements, nameof(dw));
        MatrixProduct.Require(x.Length, images * geometry.Window.InputElements, nameof(x));
        MatrixProduct.Require(dy.Length, images * geometry.OutputElements, nameof(dy));
        foreach (Tap tap in Tap.All(geometry, images, SideBySide(geometry)))
            for (int k = 0; k < geometry.Filters; k++)
                dw[tap.W + k] += x[tap.X] * dy[tap.Y + k];
    }

    /// <summary>dx[i, ih, iw, c] = Σ_{r,s,k} dy[i, oh, ow, k] · w[r, s, c, k] over all windows that cover (ih, iw).</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="dx">Overwritten: [n, H, W, C].</param>
    /// <param name="dy">The output's gradient [n, output height, output width, K].</param>
    /// <param name="w">The kernel [kh, kw, C, K].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void InputGradient<T>(
        in ConvolutionGeometry geometry, int images, Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> w)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        MatrixProduct.Require(dx.Length, images * geometry.Window.InputElements, nameof(dx));
        MatrixProduct.Require(dy.Length, images * geometry.OutputElements, nameof(dy));
        MatrixProduct.Require(w.Length, geometry.KernelElements, nameof(w));
        dx[..(images * geometry.Window.InputElements)].Clear();
        foreach (Tap tap in Tap.All(geometry, images, SideBySide(geometry)))
            for (int k = 0; k < geometry.Filters; k++)
                dx[tap.X] += dy[tap.Y + k] * w[tap.W + k];
    }

    private static PixelView SideBySide(in ConvolutionGeometry geometry) =>
        new(0, geometry.OutputElements, geometry.Window.OutputWidth * geometry.Filters, geometry.Filters);

    // One number of a picture under one of the kernel: y[Y + k] takes x[X]·w[W + k] for each filter k, which is the seventh loop.
    // All three directions visit the same taps.
    private readonly record struct Tap(int X, int W, int Y)
    {
        public static IEnumerable<Tap> All(ConvolutionGeometry geometry, int images, PixelView output)
        {
            WindowGeometry g = geometry.Window;
            for (int i = 0; i < images; i++)
                for (int oh = 0; oh < g.OutputHeight; oh++)
                    for (int ow = 0; ow < g.OutputWidth; ow++)
                        for (int r = 0; r < g.KernelHeight; r++)
                            for (int s = 0; s < g.KernelWidth; s++)
                            {
                                int ih = (oh * g.StrideHeight) + r - g.PaddingTop;
                                int iw = (ow * g.StrideWidth) + s - g.PaddingLeft;
                                if (ih < 0 || ih >= g.InputHeight || iw < 0 || iw >= g.InputWidth)
                                    continue;
                                for (int c = 0; c < g.Channels; c++)
                                {
                                    yield return new Tap(
                                        (((((i * g.InputHeight) + ih) * g.InputWidth) + iw) * g.Channels) + c,
                                        ((((r * g.KernelWidth) + s) * g.Channels) + c) * geometry.Filters,
                                        output.At(i, oh, ow));
                                }
                            }
        }
    }
}
