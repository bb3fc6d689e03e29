using System.Numerics;
using NanoConv.Kernels;
using NanoConv.Kernels.Reference;

namespace NanoConv.Tests;

/// <summary>
/// A convolution's tensors, and its fast and naive kernels as functions from tensors to tensors, so that a property can
/// be said in one line. All destinations are poisoned, and all scratch that a kernel must not rely on.
/// </summary>
internal sealed class ConvolutionKernels<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ConvolutionGeometry geometry;
    private readonly int images;
    private readonly bool isWinograd;

    public ConvolutionKernels(ConvolutionCase convolution, Func<int, int, T[]> numbers, bool isWinograd = false)
    {
        (geometry, images, this.isWinograd) = (convolution.Geometry, convolution.Images, isWinograd);
        WindowGeometry window = geometry.Window;
        XShape = (images, window.InputHeight, window.InputWidth, window.Channels);
        WShape = (window.KernelHeight, window.KernelWidth, window.Channels, geometry.Filters);
        YShape = (images, window.OutputHeight, window.OutputWidth, geometry.Filters);
        X = numbers(XShape.Elements, convolution.Seed);
        W = numbers(WShape.Elements, convolution.Seed + 1);
        Dy = numbers(YShape.Elements, convolution.Seed + 2);
        Bias = numbers(geometry.Filters, convolution.Seed + 3);
    }

    public Shape XShape { get; }

    public Shape WShape { get; }

    public Shape YShape { get; }

    public T[] X { get; }

    public T[] W { get; }

    public T[] Dy { get; }

    public T[] Bias { get; }

    public ReadOnlySpan<T> Forward(bool withBias, bool relu = false)
    {
        Poisoned<T> y = new(YShape.Elements);
        Forward(y.View, withBias, relu, output: null);
        return y.Checked();
    }

    /// <summary>The same, written into the middle of a larger picture, as into the halo of a next layer; all around must stay as it is.</summary>
    public T[] ForwardIntoHalo(bool withBias, bool relu = false)
    {
        const int Before = 2, Around = 3;
        WindowGeometry window = geometry.Window;
        int row = (window.OutputWidth + Around) * geometry.Filters, image = (window.OutputHeight + Around) * row;
        PixelView view = new((Before * row) + (Before * geometry.Filters), image, row, geometry.Filters);
        Poisoned<T> y = new(images * image);
        Forward(y.View, withBias, relu, view);
        ReadOnlySpan<T> picture = y.Checked();
        T[] inside = new T[YShape.Elements];
        int length = window.OutputWidth * geometry.Filters, written = 0;
        for (int line = 0; line < images * window.OutputHeight; line++)
        {
            Span<T> destination = inside.AsSpan(line * length, length);
            picture.Slice(view.At(line / window.OutputHeight, line % window.OutputHeight, 0), length).CopyTo(destination);
        }

        foreach (T element in picture)
            written += T.IsNaN(element) ? 0 : 1;
        Assert.True(written <= inside.Length, $"wrote {written} elements, of which {inside.Length} are the output");
        return inside;
    }

    private void Forward(Span<T> y, bool withBias, bool relu, PixelView? output)
    {
        T[] packedBias = new T[PackedMatrix.PaddedColumns<T>(geometry.Filters)];
        Bias.CopyTo(packedBias, 0);
        if (!withBias)
            packedBias = [];
        if (isWinograd)
        {
            T[] packed = Poisoned<T>.NaNs(WinogradConvolution.PackedKernelLength<T>(geometry));
            WinogradConvolution.PackKernel<T>(geometry, packed, W);
            WinogradConvolution.Forward(geometry, images, y, Padded(), packed, packedBias, Scratch(), relu, output);
        }
        else
        {
            T[] packed = Poisoned<T>.NaNs(Convolution.PackedKernelLength<T>(geometry));
            Convolution.PackKernel<T>(geometry, packed, W);
            Convolution.Forward(geometry, images, y, Padded(), packed, packedBias, relu, output);
        }
    }

    public T[] NaiveForward(bool withBias)
    {
        T[] y = Poisoned<T>.NaNs(YShape.Elements);
        NaiveConvolution.Forward<T>(geometry, images, y, X, W, withBias ? Bias : []);
        return y;
    }

    /// <summary>The kernel's gradient, added to <paramref name="start"/>.</summary>
    public ReadOnlySpan<T> KernelGradient(T[] start)
    {
        Poisoned<T> dw = new(WShape.Elements);
        start.CopyTo(dw.View);
        if (isWinograd)
            WinogradConvolution.KernelGradient(geometry, images, dw.View, Padded(), HaloedDy(), Scratch());
        else
            Convolution.KernelGradient(geometry, images, dw.View, Padded(), HaloedDy());
        return dw.Checked();
    }

    public T[] NaiveKernelGradient(T[] start)
    {
        T[] dw = (T[])start.Clone();
        NaiveConvolution.KernelGradient<T>(geometry, images, dw, X, Dy);
        return dw;
    }

    public ReadOnlySpan<T> InputGradient()
    {
        Poisoned<T> dx = new(XShape.Elements);
        if (isWinograd)
        {
            T[] packed = Poisoned<T>.NaNs(WinogradConvolution.PackedTransposedKernelLength<T>(geometry));
            WinogradConvolution.PackTransposedKernel<T>(geometry, packed, W);
            WinogradConvolution.InputGradient(geometry, images, dx.View, HaloedDy(), packed, Scratch());
        }
        else
        {
            T[] packed = Poisoned<T>.NaNs(Convolution.PackedTransposedKernelLength<T>(geometry));
            Convolution.PackTransposedKernel<T>(geometry, packed, W);
            Convolution.InputGradient(geometry, images, dx.View, HaloedDy(), packed);
        }

        return dx.Checked();
    }

    /// <summary>The input's gradient from the kernel as it is stored.</summary>
    public ReadOnlySpan<T> UnpackedInputGradient()
    {
        Poisoned<T> dx = new(XShape.Elements);
        Convolution.UnpackedInputGradient<T>(geometry, images, dx.View, HaloedDy(), W);
        return dx.Checked();
    }

    public T[] NaiveInputGradient()
    {
        T[] dx = Poisoned<T>.NaNs(XShape.Elements);
        NaiveConvolution.InputGradient<T>(geometry, images, dx, Dy, W);
        return dx;
    }

    private T[] Scratch() => Poisoned<T>.NaNs(WinogradConvolution.ScratchLength<T>(geometry));

    // As a layer does it from step to step: the halo's zeros stay, the inside is what the last pictures left.
    private T[] Padded()
    {
        T[] padded = new T[images * geometry.Window.PaddedElements];
        Halo.Pad<T>(geometry.Window, images, padded, Poisoned<T>.NaNs(X.Length));
        Halo.Pad<T>(geometry.Window, images, padded, X);
        return padded;
    }

    // Likewise; and what lies behind the last pixel is read, but must not matter.
    private T[] HaloedDy()
    {
        int length = images * geometry.HaloedOutputElements;
        T[] haloed = new T[length + MatrixProduct.Slack<T>()];
        haloed.AsSpan(length).Fill(T.NaN);
        PixelView view = Convolution.HaloedOutput(geometry);
        WindowGeometry window = geometry.Window;
        foreach (T[] dy in (T[][])[Poisoned<T>.NaNs(Dy.Length), Dy])
            Epilogue.Gradient<T>(Convolution.GradientProduct(geometry, images), haloed, [], dy, []);
        return haloed;
    }
}
