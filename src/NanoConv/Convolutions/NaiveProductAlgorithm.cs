using System.Numerics;
using NanoConv.Kernels;
using NanoConv.Kernels.Reference;
using NanoConv.Tensors;

namespace NanoConv.Convolutions;

/// <summary>
/// A convolution as the strided products of <see cref="ConvolutionProducts"/>, each of them worked out by the three loops of
/// <see cref="NaiveMatrixProduct"/>: the same products as <see cref="DirectAlgorithm{T}"/>'s, without its micro-kernels.
/// </summary>
internal sealed class NaiveProductAlgorithm<T>(ConvolutionGeometry geometry) : ConvolutionAlgorithm<T>(geometry, ConvolutionAlgorithmKind.NaiveProduct)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private ReadOnlyMemory<T> kernel, bias;
    private T[] transposedKernel = []; // phase by phase, row-major [taps · K × C]

    public override string Name => "naive product";

    internal override long PackedElements => transposedKernel.Length;

    private protected override void Pack(ReadOnlyMemory<T> kernel, ReadOnlyMemory<T> bias) => (this.kernel, this.bias) = (kernel, bias);

    private protected override void PackTransposed(ReadOnlyMemory<T> kernel)
    {
        if (transposedKernel.Length == 0)
            transposedKernel = new T[Geometry.KernelElements];
        int at = 0;
        (int rowPhases, int columnPhases) = ConvolutionProducts.Phases(Geometry.Window);
        for (int a = 0; a < rowPhases; a++)
        {
            for (int b = 0; b < columnPhases; b++)
            {
                StridedProduct product = ConvolutionProducts.InputGradient(Geometry, 1, a, b);
                for (int row = 0; row < product.K; row++)
                {
                    ReadOnlySpan<T> source = kernel.Span[ConvolutionProducts.TransposedRow(Geometry, a, b, row)..];
                    for (int channel = 0; channel < product.N; channel++)
                        transposedKernel[at++] = source[channel * Geometry.Filters];
                }
            }
        }
    }

    internal override void Forward(int images, Span<T> y, in PixelView output, ReadOnlySpan<T> x, Span<T> scratch, bool relu)
    {
        NaiveMatrixProduct.Multiply(ConvolutionProducts.Forward(Geometry, images, output), y, x, kernel.Span, bias.Span);
        if (relu)
            NaiveConvolution.Rectify(Geometry, images, y, output);
    }

    internal override void KernelGradient(int images, Span<T> dw, ReadOnlySpan<T> x, ReadOnlySpan<T> dz, in PixelView output, Span<T> scratch) =>
        NaiveMatrixProduct.AccumulateTransposed(ConvolutionProducts.Forward(Geometry, images, output), dw, x, dz);

    public override void InputGradient(int images, Span<T> dx, ReadOnlySpan<T> dz, Span<T> scratch)
    {
        ConvolutionProducts.ClearUnreached(Geometry.Window, images, dx);
        ReadOnlySpan<T> phase = transposedKernel;
        (int rowPhases, int columnPhases) = ConvolutionProducts.Phases(Geometry.Window);
        for (int a = 0; a < rowPhases; a++)
        {
            for (int b = 0; b < columnPhases; b++)
            {
                StridedProduct product = ConvolutionProducts.InputGradient(Geometry, images, a, b);
                NaiveMatrixProduct.Multiply(product, dx, dz, phase, []);
                phase = phase[(product.K * product.N)..];
            }
        }
    }
}
