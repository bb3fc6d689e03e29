using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Kernels;

namespace NanoConv.Bench;

/// <summary>One convolution with all its buffers: a shard of images, ready to run in each direction.</summary>
internal sealed class ConvolutionCase<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ConvolutionGeometry geometry;
    private readonly int images;
    private readonly AlignedArray<T> padded;
    private readonly AlignedArray<T> y;
    private readonly AlignedArray<T> haloedDy;
    private readonly AlignedArray<T> dw;
    private readonly AlignedArray<T> dx;
    private readonly AlignedArray<T> packedKernel;
    private readonly AlignedArray<T> packedTransposedKernel;
    private readonly AlignedArray<T> packedBias;
    private readonly AlignedArray<T> winogradKernel;
    private readonly AlignedArray<T> winogradTransposedKernel;
    private readonly AlignedArray<T> scratch;

    public ConvolutionCase(ConvolutionGeometry geometry, int images)
    {
        (this.geometry, this.images) = (geometry, images);
        Random random = new(1);
        padded = Numbers(random, images * geometry.Window.PaddedElements);
        y = new(images * geometry.OutputElements);
        haloedDy = Numbers(random, (images * geometry.HaloedOutputElements) + MatrixProduct.Slack<T>());
        dw = new(geometry.KernelElements);
        dx = new(images * geometry.Window.InputElements);
        packedKernel = Numbers(random, Convolution.PackedKernelLength<T>(geometry));
        packedTransposedKernel = Numbers(random, Convolution.PackedTransposedKernelLength<T>(geometry));
        packedBias = new(PackedMatrix.PaddedColumns<T>(geometry.Filters));
        SuitsWinograd = WinogradConvolution.Suits<T>(geometry);
        winogradKernel = SuitsWinograd ? Numbers(random, WinogradConvolution.PackedKernelLength<T>(geometry)) : default;
        winogradTransposedKernel = SuitsWinograd ? Numbers(random, WinogradConvolution.PackedTransposedKernelLength<T>(geometry)) : default;
        scratch = new(SuitsWinograd ? WinogradConvolution.ScratchLength<T>(geometry) : 0);
    }

    /// <summary>A shard of a layer's examples; null if the layer is no convolution.</summary>
    public static ConvolutionCase<T>? Of(BuiltLayer<T> layer)
    {
        if (layer.Specification is not Conv2D conv)
            return null;
        WindowGeometry window = new(layer.InputShape, conv.KernelSize, conv.Strides, conv.Padding);
        return new(new(window, conv.Filters), Inference.ShardSize);
    }

    /// <summary>Multiplications and additions of one direction.</summary>
    public double Flops => (double)images * geometry.ForwardFlops;

    /// <summary>
    /// Bytes of input, kernel and output, each moved once. The same in all directions: each reads two of them and
    /// writes the third, or its gradient.
    /// </summary>
    public long Bytes =>
        (((long)images * (geometry.Window.InputElements + geometry.OutputElements)) + geometry.KernelElements) * Unsafe.SizeOf<T>();

    /// <summary>Whether there are Winograd's three directions too.</summary>
    public bool SuitsWinograd { get; }

    /// <summary>The three directions by name.</summary>
    public IReadOnlyList<(string Name, Action Run)> Directions =>
        [("forward", Forward), ("kernel gradient", KernelGradient), ("input gradient", InputGradient)];

    /// <summary>The three directions in Winograd's way; none if it does not suit.</summary>
    public IReadOnlyList<(string Name, Action Run)> WinogradDirections => SuitsWinograd
        ? [("forward, W.", WinogradForward), ("kernel grad., W.", WinogradKernelGradient), ("input grad., W.", WinogradInputGradient)]
        : [];

    public void Forward() => Convolution.Forward<T>(geometry, images, y, padded, packedKernel, packedBias, relu: true);

    public void KernelGradient() => Convolution.KernelGradient<T>(geometry, images, dw, padded, haloedDy);

    public void InputGradient() => Convolution.InputGradient<T>(geometry, images, dx, haloedDy, packedTransposedKernel);

    public void WinogradForward() =>
        WinogradConvolution.Forward<T>(geometry, images, y, padded, winogradKernel, packedBias, scratch, relu: true);

    public void WinogradKernelGradient() => WinogradConvolution.KernelGradient<T>(geometry, images, dw, padded, haloedDy, scratch);

    public void WinogradInputGradient() =>
        WinogradConvolution.InputGradient<T>(geometry, images, dx, haloedDy, winogradTransposedKernel, scratch);

    private static AlignedArray<T> Numbers(Random random, int count)
    {
        AlignedArray<T> numbers = new(count);
        foreach (ref T number in numbers.Span)
            number = T.CreateTruncating((2 * random.NextDouble()) - 1);
        return numbers;
    }
}
