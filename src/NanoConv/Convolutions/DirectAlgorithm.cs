using System.Numerics;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Convolutions;

/// <summary>
/// A convolution as the strided products of <see cref="ConvolutionProducts"/>, by the micro-kernels of <see cref="MatrixProduct"/> out of
/// packed panels: w once as it is, for y, and once transposed, its taps in reverse order, for dx. Where neighbouring pixels can share what
/// they load, <see cref="SharedAlgorithm{T}"/> takes the same products otherwise.
/// </summary>
internal class DirectAlgorithm<T> : ConvolutionAlgorithm<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int packedLength, packedTransposedLength;
    private AlignedArray<T> packedKernel, packedTransposedKernel, packedBias;

    public DirectAlgorithm(in ConvolutionGeometry geometry, ConvolutionAlgorithmKind kind = ConvolutionAlgorithmKind.Direct)
        : base(geometry, kind)
    {
        int taps = geometry.Window.KernelHeight * geometry.Window.KernelWidth;
        packedLength = PackedMatrix.Length<T>(taps * geometry.Window.Channels, geometry.Filters);
        packedTransposedLength = PackedMatrix.Length<T>(taps * geometry.Filters, geometry.Window.Channels);
    }

    public override string Name => "direct";

    public override PictureLayout OutputGradient => base.OutputGradient with { OverRead = MatrixProduct.OverRead<T>() };

    // dz may stay where dy is if the adjoint does not read beyond it, which spares a pass over memory.
    internal override PictureLayout OutputGradientAlone => MatrixProduct.OverReads<T>(Product(1, Output.Pixels!.Value)) ? OutputGradient : Output;

    internal override long PackedElements => AlignedArray<T>.Allocated(packedKernel.Length)
        + AlignedArray<T>.Allocated(packedTransposedKernel.Length) + AlignedArray<T>.Allocated(packedBias.Length);

    internal override long ForwardElements => AlignedArray<T>.Allocated(packedLength)
        + AlignedArray<T>.Allocated(PackedMatrix.PaddedColumns<T>(Geometry.Filters));

    private protected ReadOnlySpan<T> PackedKernel => packedKernel;

    private protected ReadOnlySpan<T> PackedTransposedKernel => packedTransposedKernel;

    private protected ReadOnlySpan<T> PackedBias => packedBias;

    private protected override void Pack(ReadOnlyMemory<T> kernel, ReadOnlyMemory<T> bias)
    {
        if (packedKernel.Length == 0)
            (packedKernel, packedBias) = (new(packedLength), new(PackedMatrix.PaddedColumns<T>(Geometry.Filters)));
        PackedMatrix.Pack(packedKernel, kernel.Span, Geometry.KernelElements / Geometry.Filters, Geometry.Filters);
        packedBias.Span.Clear();
        bias.Span.CopyTo(packedBias);
    }

    private protected override void PackTransposed(ReadOnlyMemory<T> kernel)
    {
        if (packedTransposedKernel.Length == 0)
            packedTransposedKernel = new(packedTransposedLength);
        Span<T> packed = packedTransposedKernel;
        (int rowPhases, int columnPhases) = ConvolutionProducts.Phases(Geometry.Window);
        for (int a = 0; a < rowPhases; a++)
        {
            for (int b = 0; b < columnPhases; b++)
            {
                StridedProduct product = ConvolutionProducts.InputGradient(Geometry, 1, a, b);
                for (int row = 0; row < product.K; row++)
                {
                    int start = ConvolutionProducts.TransposedRow(Geometry, a, b, row);
                    PackedMatrix.PackRow(packed, row, product.K, product.N, kernel.Span[start..], Geometry.Filters);
                }

                packed = packed[PackedMatrix.Length<T>(product.K, product.N)..];
            }
        }
    }

    internal override void Forward(int images, Span<T> y, in PixelView output, ReadOnlySpan<T> x, Span<T> scratch, bool relu) =>
        MatrixProduct.Multiply(Product(images, output), y, x, packedKernel, packedBias, relu);

    internal override void KernelGradient(int images, Span<T> dw, ReadOnlySpan<T> x, ReadOnlySpan<T> dz, in PixelView output, Span<T> scratch) =>
        MatrixProduct.AccumulateTransposed(Product(images, output), dw, x, dz);

    public override void InputGradient(int images, Span<T> dx, ReadOnlySpan<T> dz, Span<T> scratch)
    {
        ConvolutionProducts.ClearUnreached(Geometry.Window, images, dx);
        ReadOnlySpan<T> packed = packedTransposedKernel;
        (int rowPhases, int columnPhases) = ConvolutionProducts.Phases(Geometry.Window);
        for (int a = 0; a < rowPhases; a++)
        {
            for (int b = 0; b < columnPhases; b++)
            {
                StridedProduct product = ConvolutionProducts.InputGradient(Geometry, images, a, b);
                int length = PackedMatrix.Length<T>(product.K, product.N);
                ReadOnlySpan<T> kernel = packed[..length];
                packed = packed[length..];
                MatrixProduct.Multiply(product, dx, dz, kernel, []);
            }
        }
    }

    private protected StridedProduct Product(int images, in PixelView output) => ConvolutionProducts.Forward(Geometry, images, output);
}
