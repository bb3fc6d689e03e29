using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Convolutions;

/// <summary>The seven loops of <see cref="NaiveConvolution"/>, on pictures as they are: no halo, nothing packed.</summary>
internal sealed class NaiveAlgorithm<T>(ConvolutionGeometry geometry) : ConvolutionAlgorithm<T>(geometry, ConvolutionAlgorithmKind.Naive)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private ReadOnlyMemory<T> kernel, bias;

    public override string Name => "naive";

    public override PictureLayout Input { get; } =
        PictureLayout.Plain(geometry.Window.InputHeight, geometry.Window.InputWidth, geometry.Window.Channels);

    public override PictureLayout OutputGradient => Output;

    private protected override void Pack(ReadOnlyMemory<T> kernel, ReadOnlyMemory<T> bias) => (this.kernel, this.bias) = (kernel, bias);

    internal override void Forward(int images, Span<T> y, in PixelView output, ReadOnlySpan<T> x, Span<T> scratch, bool relu)
    {
        NaiveConvolution.Forward(Geometry, images, y, x, kernel.Span, bias.Span, output);
        if (relu)
            NaiveConvolution.Rectify(Geometry, images, y, output);
    }

    internal override void KernelGradient(int images, Span<T> dw, ReadOnlySpan<T> x, ReadOnlySpan<T> dz, in PixelView output, Span<T> scratch) =>
        NaiveConvolution.KernelGradient(Geometry, images, dw, x, dz);

    public override void InputGradient(int images, Span<T> dx, ReadOnlySpan<T> dz, Span<T> scratch) =>
        NaiveConvolution.InputGradient(Geometry, images, dx, dz, kernel.Span);
}
