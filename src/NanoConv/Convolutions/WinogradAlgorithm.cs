using System.Numerics;
using NanoConv.Kernels;
using NanoConv.Kernels.Simd;
using NanoConv.Tensors;

namespace NanoConv.Convolutions;

/// <summary>
/// Winograd F(4×4, 3×3) in all three directions, by <see cref="WinogradProduct"/> on the products of <see cref="ConvolutionProducts"/>, of
/// which that of dx has but one phase.
/// </summary>
/// <remarks>
/// Sums are rounded otherwise than in <see cref="DirectAlgorithm{T}"/>, with some ten times its error, and a NaN or an infinity
/// spoils all of its tile. y and dx of a picture have the same bits alone and among others; those of dw depend on how many
/// pictures a call has.
/// </remarks>
internal sealed class WinogradAlgorithm<T>(ConvolutionGeometry geometry) : ConvolutionAlgorithm<T>(geometry, ConvolutionAlgorithmKind.Winograd)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Fewer channels than these are not worth the transforms, whatever a vector's length.
    private const int FewestChannels = 8;

    // The most elements of a transformed kernel: 128 × 128 channels. Beyond, all passes over it cost more than they save.
    private const int MostKernelElements = Winograd.Points * 128 * 128;

    private readonly int channels = geometry.Window.Channels, filters = geometry.Filters;
    private AlignedArray<T> packedKernel, packedTransposedKernel, packedBias;

    public override string Name => "Winograd F(4×4, 3×3)";

    public override int ScratchElements { get; } = (int)WinogradProduct.ScratchLength<T>(geometry.Window.Channels, geometry.Filters);

    internal override long PackedElements => AlignedArray<T>.Allocated(packedKernel.Length)
        + AlignedArray<T>.Allocated(packedTransposedKernel.Length) + AlignedArray<T>.Allocated(packedBias.Length);

    internal override long ForwardElements => AlignedArray<T>.Allocated((int)WinogradProduct.PackedLength<T>(channels, filters))
        + AlignedArray<T>.Allocated(PackedMatrix.PaddedColumns<T>(filters));

    /// <summary>Why it does not take a convolution; null if it does.</summary>
    public static string? Refusal(in ConvolutionGeometry geometry)
    {
        WindowGeometry window = geometry.Window;
        (int channels, int filters, int vector) = (window.Channels, geometry.Filters, SimdVector<T>.Count);
        bool fits = window is { KernelHeight: Winograd.Taps, KernelWidth: Winograd.Taps, StrideHeight: 1, StrideWidth: 1 }
            && window.InputHeight == window.OutputHeight && window.InputWidth == window.OutputWidth
            && window.OutputHeight % Winograd.Outputs == 0 && window.OutputWidth % Winograd.Outputs == 0
            && Math.Min(channels, filters) >= vector;
        if (!fits)
        {
            return $"expected a kernel of 3×3, strides of 1×1, an output as large as the input, its sides multiples of 4, and at least {vector} channels "
                + $"and filters, received a kernel of {window.KernelHeight}×{window.KernelWidth}, strides of {window.StrideHeight}×{window.StrideWidth}, "
                + $"an input of {window.InputHeight}×{window.InputWidth}×{channels} and an output of {window.OutputHeight}×{window.OutputWidth}×{filters}";
        }

        long longest = Math.Max(WinogradProduct.ScratchLength<T>(channels, filters), Math.Max(
            WinogradProduct.PackedLength<T>(channels, filters), WinogradProduct.PackedLength<T>(filters, channels)));
        return longest <= Array.MaxLength ? null
            : $"expected transformed tiles of at most {Array.MaxLength} elements, received {channels} channels and {filters} filters, which make {longest}";
    }

    /// <summary>
    /// Whether it is faster than <see cref="DirectAlgorithm{T}"/>. Transforms cost additions and memory traffic, so it pays only where each number
    /// is then used often: from a vector of channels and filters on, and as long as the transformed kernel, four times the kernel, stays in the
    /// caches.
    /// </summary>
    public static bool IsWorthIt(in ConvolutionGeometry geometry) =>
        Refusal(geometry) is null && Math.Min(geometry.Window.Channels, geometry.Filters) >= FewestChannels
        && (long)Winograd.Points * geometry.Window.Channels * geometry.Filters <= MostKernelElements;

    private protected override void Pack(ReadOnlyMemory<T> kernel, ReadOnlyMemory<T> bias)
    {
        if (packedKernel.Length == 0)
            (packedKernel, packedBias) = (new((int)WinogradProduct.PackedLength<T>(channels, filters)), new(PackedMatrix.PaddedColumns<T>(filters)));
        WinogradProduct.Pack(packedKernel, kernel.Span, channels, filters);
        packedBias.Span.Clear();
        bias.Span.CopyTo(packedBias);
    }

    private protected override void PackTransposed(ReadOnlyMemory<T> kernel)
    {
        if (packedTransposedKernel.Length == 0)
            packedTransposedKernel = new((int)WinogradProduct.PackedLength<T>(filters, channels));
        WinogradProduct.PackTransposed(packedTransposedKernel, kernel.Span, channels, filters);
    }

    internal override void Forward(int images, Span<T> y, in PixelView output, ReadOnlySpan<T> x, Span<T> scratch, bool relu) =>
        WinogradProduct.Multiply(ConvolutionProducts.Forward(Geometry, images, output), y, x, packedKernel, packedBias, scratch, relu);

    internal override void KernelGradient(int images, Span<T> dw, ReadOnlySpan<T> x, ReadOnlySpan<T> dz, in PixelView output, Span<T> scratch) =>
        WinogradProduct.AccumulateTransposed(ConvolutionProducts.Forward(Geometry, images, output), dw, x, dz, scratch);

    public override void InputGradient(int images, Span<T> dx, ReadOnlySpan<T> dz, Span<T> scratch)
    {
        StridedProduct product = ConvolutionProducts.InputGradient(Geometry, images, rowPhase: 0, columnPhase: 0);
        WinogradProduct.Multiply(product, dx, dz, packedTransposedKernel, [], scratch, relu: false);
    }
}
