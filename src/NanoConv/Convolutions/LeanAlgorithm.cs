using System.Numerics;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Convolutions;

/// <summary>
/// <see cref="DirectAlgorithm{T}"/> where memory counts for more than speed: dx is worked out from w as it is stored, without a second packed
/// copy, and a layer's dw is left to one product over many pictures, <see cref="KernelProduct"/>.
/// </summary>
internal sealed class LeanAlgorithm<T>(ConvolutionGeometry geometry) : SharedAlgorithm<T>(geometry, ConvolutionAlgorithmKind.Lean)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private ReadOnlyMemory<T> kernel;

    // The product over many pictures reads what is kept of dz, for which dy has no room.
    internal override PictureLayout OutputGradientAlone => OutputGradient;

    internal override bool LeavesKernelGradient => true;

    internal override StridedProduct KernelProduct(int images) => Product(images, OutputGradient.Pixels!.Value);

    private protected override void PackTransposed(ReadOnlyMemory<T> kernel) => this.kernel = kernel;

    internal override void Backward(
        int images, Span<T> dw, Span<T> dx, ReadOnlySpan<T> x, ReadOnlySpan<T> dz, in PixelView output, Span<T> scratch)
    {
        if (!dx.IsEmpty)
            InputGradient(images, dx, dz, scratch);
    }

    public override void InputGradient(int images, Span<T> dx, ReadOnlySpan<T> dz, Span<T> scratch)
    {
        ConvolutionProducts.ClearUnreached(Geometry.Window, images, dx);
        (int rowPhases, int columnPhases) = ConvolutionProducts.Phases(Geometry.Window);
        for (int a = 0; a < rowPhases; a++)
        {
            for (int b = 0; b < columnPhases; b++)
            {
                StridedProduct product = ConvolutionProducts.InputGradient(Geometry, images, a, b);
                TransposedProduct.Multiply(product, dx, dz, kernel.Span, TransposedRuns(Geometry, a, b));
            }
        }
    }

    // A phase's B as runs of w as it is stored: all its rows of one tap lie side by side.
    private static TransposedView TransposedRuns(in ConvolutionGeometry geometry, int rowPhase, int columnPhase)
    {
        WindowGeometry window = geometry.Window;
        int tap = window.Channels * geometry.Filters, kernelRow = window.KernelWidth * tap;

        // The phase's taps in reverse order, from its last one back.
        (int rowTaps, int columnTaps) = ConvolutionProducts.Taps(window, rowPhase, columnPhase);
        int r = rowPhase + ((rowTaps - 1) * window.StrideHeight), s = columnPhase + ((columnTaps - 1) * window.StrideWidth);
        return new TransposedView(
            Offset: (r * kernelRow) + (s * tap),
            Column: geometry.Filters,
            Segment: -window.StrideHeight * kernelRow,
            Taps: columnTaps,
            Tap: -window.StrideWidth * tap,
            Length: geometry.Filters);
    }
}
