using System.Numerics;
using NanoConv.Convolutions;
using NanoConv.Kernels;

namespace NanoConv.Tests;

/// <summary>
/// A convolution's tensors, and its directions by one algorithm and by the textbook as functions from tensors to tensors, so that a property
/// can be said in one line. All destinations are poisoned, all scratch, and the panels that an algorithm has packed before.
/// </summary>
internal sealed class ConvolutionKernels<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ConvolutionGeometry geometry;
    private readonly int images;
    private readonly ConvolutionAlgorithm<T> algorithm;

    public ConvolutionKernels(ConvolutionCase convolution, Func<int, int, T[]> numbers, ConvolutionAlgorithmKind? kind = null)
    {
        (geometry, images) = (convolution.Geometry, convolution.Images);
        algorithm = ConvolutionAlgorithm<T>.For(geometry, kind);
        WindowGeometry window = geometry.Window;
        XShape = (images, window.InputHeight, window.InputWidth, window.Channels);
        WShape = (window.KernelHeight, window.KernelWidth, window.Channels, geometry.Filters);
        YShape = (images, window.OutputHeight, window.OutputWidth, geometry.Filters);
        X = numbers(XShape.Elements, convolution.Seed);
        W = numbers(WShape.Elements, convolution.Seed + 1);
        Dy = numbers(YShape.Elements, convolution.Seed + 2);
        Bias = numbers(geometry.Filters, convolution.Seed + 3);
    }

    private ConvolutionKernels(ConvolutionKernels<T> twin, ConvolutionAlgorithmKind kind)
    {
        (geometry, images, algorithm) = (twin.geometry, twin.images, ConvolutionAlgorithm<T>.For(twin.geometry, kind));
        (XShape, WShape, YShape) = (twin.XShape, twin.WShape, twin.YShape);
        (X, W, Dy, Bias) = (twin.X, twin.W, twin.Dy, twin.Bias);
    }

    public Shape XShape { get; }

    public Shape WShape { get; }

    public Shape YShape { get; }

    public T[] X { get; }

    public T[] W { get; }

    public T[] Dy { get; }

    public T[] Bias { get; }

    public ConvolutionAlgorithmKind Kind => algorithm.Kind;

    /// <summary>The algorithms that take a convolution.</summary>
    public static IEnumerable<ConvolutionAlgorithmKind> Kinds(ConvolutionGeometry geometry) =>
        Enum.GetValues<ConvolutionAlgorithmKind>().Where(kind => ConvolutionAlgorithm<T>.Refusal(geometry, kind) is null);

    /// <summary>The same tensors with every algorithm that takes the convolution.</summary>
    public IEnumerable<ConvolutionKernels<T>> ByEveryAlgorithm() => Kinds(geometry).Select(kind => new ConvolutionKernels<T>(this, kind));

    public override string ToString() => algorithm.Name;

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
        Prepare(withBias ? Bias : []);
        algorithm.Forward(images, y, output ?? algorithm.Output.Pixels!.Value, Input(), Scratch(), relu);
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
        algorithm.KernelGradient(images, dw.View, Input(), OutputGradient(), Scratch());
        return dw.Checked();
    }

    /// <summary>The same where nobody asks for the input's: dy may stay where it is.</summary>
    public ReadOnlySpan<T> KernelGradientAlone(T[] start)
    {
        if (!algorithm.OutputGradientAlone.IsPlain)
            return KernelGradient(start);
        Poisoned<T> dw = new(WShape.Elements), dy = new(Dy.Length);
        start.CopyTo(dw.View);
        Dy.CopyTo(dy.View);
        algorithm.KernelGradient(images, dw.View, Input(), dy.View, algorithm.OutputGradientAlone.Pixels!.Value, Scratch());
        return dw.Checked();
    }

    /// <summary>Both as a layer asks for them, and what it leaves to a product over all pictures.</summary>
    public (T[] Kernel, T[] Input) Backward(T[] start, bool needsInput)
    {
        Prepare(Bias);
        Poisoned<T> dw = new(WShape.Elements), dx = new(XShape.Elements);
        start.CopyTo(dw.View);
        T[] x = Input(), dz = OutputGradient();
        Span<T> given = algorithm.LeavesKernelGradient ? [] : dw.View;
        algorithm.Backward(images, given, needsInput ? dx.View : [], x, dz, algorithm.OutputGradient.Pixels!.Value, Scratch());
        if (algorithm.LeavesKernelGradient)
            SharedProduct.AccumulateTransposed<T>(algorithm.KernelProduct(images), dw.View, x, dz);
        return (dw.Checked().ToArray(), dx.Checked().ToArray());
    }

    public T[] NaiveKernelGradient(T[] start)
    {
        T[] dw = (T[])start.Clone();
        NaiveConvolution.KernelGradient<T>(geometry, images, dw, X, Dy);
        return dw;
    }

    public ReadOnlySpan<T> InputGradient()
    {
        Prepare([]);
        Poisoned<T> dx = new(XShape.Elements);
        algorithm.InputGradient(images, dx.View, OutputGradient(), Scratch());
        return dx.Checked();
    }

    public T[] NaiveInputGradient()
    {
        T[] dx = Poisoned<T>.NaNs(XShape.Elements);
        NaiveConvolution.InputGradient<T>(geometry, images, dx, Dy, W);
        return dx;
    }

    private T[] Scratch() => Poisoned<T>.NaNs(algorithm.ScratchElements);

    // As from step to step: panels are what the last weights left.
    private void Prepare(T[] bias)
    {
        algorithm.Prepare(Poisoned<T>.NaNs(W.Length), Poisoned<T>.NaNs(Bias.Length));
        algorithm.Prepare(W, bias);
    }

    // Likewise: the halo's zeros stay, the inside is what the last pictures left.
    private T[] Input()
    {
        T[] input = new T[algorithm.Input.Length(images)];
        algorithm.PlaceInput(images, input, Poisoned<T>.NaNs(X.Length));
        algorithm.PlaceInput(images, input, X);
        return input;
    }

    // And what lies behind the last pixel is read, but must not matter.
    private T[] OutputGradient()
    {
        PictureLayout layout = algorithm.OutputGradient;
        T[] gradient = new T[layout.Length(images)];
        gradient.AsSpan(images * layout.Elements).Fill(T.NaN);
        algorithm.PlaceOutputGradient(images, gradient, Poisoned<T>.NaNs(Dy.Length));
        algorithm.PlaceOutputGradient(images, gradient, Dy);
        return gradient;
    }
}
