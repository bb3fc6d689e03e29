using System.Numerics;

namespace NanoConv.Kernels;

/// <summary>
/// 2-D convolution (cross-correlation, as every framework has it) of x [n, H, W, C] with w [kh, kw, C, K]:
/// y[i, oh, ow, k] = bias[k] + Σ_{r,s,c} x[i, oh·sh + r − top, ow·sw + s − left, c] · w[r, s, c, k], zero outside x.
/// </summary>
/// <remarks>
/// <para>In NHWC the kw taps of one kernel row are one contiguous run of kw·C inputs, and moving one output pixel to the
/// right moves the run by stride·C. So each output pixel is a row of <see cref="StridedProduct"/>'s A with kh runs, w is
/// already its B, and no im2col is needed. x is copied into a halo of zeros first (<see cref="Halo"/>).</para>
/// <para>The gradient of w is the adjoint product on the same view. The gradient of x falls apart into stride² phases:
/// input positions with (i + top) mod sh = a see only the kernel rows a, a + sh, …, and with the taps in reverse order
/// each phase is a product over contiguous runs of dy again: dx[q·s + a] = Σ_t dy[q − t] · w[a + t·s]ᵀ.</para>
/// <para>The textbook version is <see cref="Reference.NaiveConvolution"/>.</para>
/// </remarks>
public static class Convolution
{
    /// <summary>Elements of the kernel packed for <see cref="Forward"/>.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static int PackedKernelLength<T>(in ConvolutionGeometry geometry)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        PackedMatrix.Length<T>(geometry.Window.KernelHeight * geometry.Window.KernelWidth * geometry.Window.Channels, geometry.Filters);

    /// <summary>Elements of the kernel packed for <see cref="InputGradient"/>.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static int PackedTransposedKernelLength<T>(in ConvolutionGeometry geometry)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        PackedMatrix.Length<T>(geometry.Window.KernelHeight * geometry.Window.KernelWidth * geometry.Filters, geometry.Window.Channels);

    /// <summary>Packs w for <see cref="Forward"/>.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="packed">Overwritten: <see cref="PackedKernelLength"/> elements.</param>
    /// <param name="w">The kernel [kh, kw, C, K].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void PackKernel<T>(in ConvolutionGeometry geometry, Span<T> packed, ReadOnlySpan<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        PackedMatrix.Pack(packed, w, geometry.KernelElements / geometry.Filters, geometry.Filters);

    /// <summary>Packs w for <see cref="InputGradient"/>: phase by phase, taps in reverse order, each [K × C].</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="packed">Overwritten: <see cref="PackedTransposedKernelLength"/> elements.</param>
    /// <param name="w">The kernel [kh, kw, C, K].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void PackTransposedKernel<T>(in ConvolutionGeometry geometry, Span<T> packed, ReadOnlySpan<T> w)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        WindowGeometry window = geometry.Window;
        (int channels, int filters) = (window.Channels, geometry.Filters);
        for (int a = 0; a < Math.Min(window.StrideHeight, window.KernelHeight); a++)
        {
            for (int b = 0; b < Math.Min(window.StrideWidth, window.KernelWidth); b++)
            {
                int rowTaps = Phase(window, a, isRow: true).Taps, columnTaps = Phase(window, b, isRow: false).Taps;
                int k = rowTaps * columnTaps * filters;
                for (int row = 0; row < k; row++)
                {
                    (int tap, int filter) = Math.DivRem(row, filters);
                    (int rowTap, int columnTap) = Math.DivRem(tap, columnTaps);
                    int r = a + ((rowTaps - 1 - rowTap) * window.StrideHeight);
                    int s = b + ((columnTaps - 1 - columnTap) * window.StrideWidth);
                    int start = (((r * window.KernelWidth) + s) * channels * filters) + filter;
                    PackedMatrix.PackRow(packed, row, k, channels, w[start..], filters);
                }

                packed = packed[PackedMatrix.Length<T>(k, channels)..];
            }
        }
    }

    /// <summary>y = x ∗ w + bias, or max(0, x ∗ w + bias).</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="y">Overwritten: [n, output height, output width, K].</param>
    /// <param name="padded">x inside its halo of zeros, as <see cref="Halo.Pad"/> makes it.</param>
    /// <param name="packedKernel">w as <see cref="PackKernel"/> lays it out.</param>
    /// <param name="packedBias">The bias, filled up with zeros to whole panels; empty for none.</param>
    /// <param name="relu">Whether to apply max(0, ·).</param>
    /// <param name="output">Where the pixels of y are to lie; if null, side by side.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Forward<T>(
        in ConvolutionGeometry geometry,
        int images,
        Span<T> y,
        ReadOnlySpan<T> padded,
        ReadOnlySpan<T> packedKernel,
        ReadOnlySpan<T> packedBias,
        bool relu = false,
        PixelView? output = null)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        MatrixProduct.Multiply(ForwardProduct(geometry, images, output), y, padded, packedKernel, packedBias, relu);

    /// <summary>dw += xᵀ ∗ dy: the gradient of the kernel, accumulated.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="dw">Accumulated into: [kh, kw, C, K].</param>
    /// <param name="padded">x inside its halo of zeros, as for <see cref="Forward"/>.</param>
    /// <param name="haloedDy">
    /// dy inside the halo of <see cref="InputGradient"/>, and <see cref="MatrixProduct.Slack"/> elements beyond.
    /// </param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void KernelGradient<T>(
        in ConvolutionGeometry geometry, int images, Span<T> dw, ReadOnlySpan<T> padded, ReadOnlySpan<T> haloedDy)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        MatrixProduct.AccumulateTransposed(GradientProduct(geometry, images), dw, padded, haloedDy);

    /// <summary>The forward product with its output inside the halo: the one whose gradients are taken.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="images">Pictures n.</param>
    public static StridedProduct GradientProduct(in ConvolutionGeometry geometry, int images) =>
        Product(geometry, images, HaloedOutput(geometry));

    /// <summary>dx = dy ∗ wᵀ: the gradient of the input.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="dx">Overwritten: [n, H, W, C].</param>
    /// <param name="haloedDy">dy inside a halo of zeros; its pixels lie where <see cref="HaloedOutput"/> says.</param>
    /// <param name="packedTransposedKernel">w as <see cref="PackTransposedKernel"/> lays it out.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void InputGradient<T>(
        in ConvolutionGeometry geometry, int images, Span<T> dx, ReadOnlySpan<T> haloedDy, ReadOnlySpan<T> packedTransposedKernel)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        WindowGeometry window = geometry.Window;
        ClearUnreached(window, images, dx);
        int columnPhases = Math.Min(window.StrideWidth, window.KernelWidth);
        for (int a = 0; a < Math.Min(window.StrideHeight, window.KernelHeight); a++)
        {
            for (int b = 0; b < columnPhases; b++)
            {
                StridedProduct product = InputGradientProduct(geometry, images, a, b);
                int length = PackedMatrix.Length<T>(product.K, product.N);
                ReadOnlySpan<T> kernel = packedTransposedKernel[..length];
                packedTransposedKernel = packedTransposedKernel[length..];
                if (b + 1 < columnPhases)
                {
                    StridedProduct next = InputGradientProduct(geometry, images, a, b + 1);
                    if (MatrixProduct.TryMultiplyTwo(product, next, dx, haloedDy, kernel, packedTransposedKernel))
                    {
                        packedTransposedKernel = packedTransposedKernel[PackedMatrix.Length<T>(next.K, next.N)..];
                        b++;
                        continue;
                    }
                }

                if (product.M > 0)
                    MatrixProduct.Multiply(product, dx, haloedDy, kernel, []);
            }
        }
    }

    /// <summary>dx = dy ∗ wᵀ with w as it is stored: slower than with packed kernels, and without the memory for them.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="dx">Overwritten: [n, H, W, C].</param>
    /// <param name="haloedDy">dy inside a halo of zeros; its pixels lie where <see cref="HaloedOutput"/> says.</param>
    /// <param name="w">The kernel [kh, kw, C, K].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void UnpackedInputGradient<T>(
        in ConvolutionGeometry geometry, int images, Span<T> dx, ReadOnlySpan<T> haloedDy, ReadOnlySpan<T> w)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        WindowGeometry window = geometry.Window;
        ClearUnreached(window, images, dx);
        int tap = window.Channels * geometry.Filters, kernelRow = window.KernelWidth * tap;
        for (int a = 0; a < Math.Min(window.StrideHeight, window.KernelHeight); a++)
        {
            for (int b = 0; b < Math.Min(window.StrideWidth, window.KernelWidth); b++)
            {
                // The phase's taps in reverse order, from its last one back.
                int rowTaps = Phase(window, a, isRow: true).Taps, columnTaps = Phase(window, b, isRow: false).Taps;
                int r = a + ((rowTaps - 1) * window.StrideHeight), s = b + ((columnTaps - 1) * window.StrideWidth);
                TransposedView view = new(
                    Offset: (r * kernelRow) + (s * tap),
                    Column: geometry.Filters,
                    Segment: -window.StrideHeight * kernelRow,
                    Taps: columnTaps,
                    Tap: -window.StrideWidth * tap,
                    Length: geometry.Filters);
                TransposedProduct.Multiply(InputGradientProduct(geometry, images, a, b), dx, haloedDy, w, view);
            }
        }
    }

    /// <summary>Where the pixels of dy lie inside their halo of zeros.</summary>
    /// <param name="geometry">The convolution.</param>
    public static PixelView HaloedOutput(in ConvolutionGeometry geometry)
    {
        (int before, int after) = geometry.ColumnHalo;
        int row = (geometry.Window.OutputWidth + before + after) * geometry.Filters;
        int start = (geometry.RowHalo.Before * row) + (before * geometry.Filters);
        return new PixelView(start, geometry.HaloedOutputElements, row, geometry.Filters);
    }

    /// <summary>The product of <see cref="Forward"/>.</summary>
    internal static StridedProduct ForwardProduct(in ConvolutionGeometry geometry, int images, PixelView? output = null) =>
        Product(geometry, images, output ?? new(0, geometry.OutputElements, geometry.Window.OutputWidth * geometry.Filters, geometry.Filters));

    /// <summary>One phase's product of <see cref="InputGradient"/>.</summary>
    internal static StridedProduct InputGradientProduct(in ConvolutionGeometry geometry, int images, int rowPhase, int columnPhase)
    {
        WindowGeometry window = geometry.Window;
        PhaseAxis row = Phase(window, rowPhase, isRow: true), column = Phase(window, columnPhase, isRow: false);
        int rowHalo = geometry.RowHalo.Before, columnHalo = geometry.ColumnHalo.Before;
        PixelView dy = HaloedOutput(geometry) with { Offset = 0 };
        return new StridedProduct
        {
            Images = images,
            Rows = row.Count,
            Columns = column.Count,
            Input = dy with { Offset = dy.At(0, row.First - row.Taps + 1 + rowHalo, column.First - column.Taps + 1 + columnHalo) },
            Output = new PixelView(
                ((row.Start * window.InputWidth) + column.Start) * window.Channels,
                window.InputElements,
                window.StrideHeight * window.InputWidth * window.Channels,
                window.StrideWidth * window.Channels),
            Segments = row.Taps,
            SegmentStride = dy.Row,
            SegmentLength = column.Taps * geometry.Filters,
            N = window.Channels,
        };
    }

    // Where some positions of dx are reached by no window, no phase writes them.
    private static void ClearUnreached<T>(in WindowGeometry window, int images, Span<T> dx)
    {
        if (window.StrideHeight > window.KernelHeight || window.StrideWidth > window.KernelWidth)
            dx[..(images * window.InputElements)].Clear();
    }

    private static StridedProduct Product(in ConvolutionGeometry geometry, int images, PixelView output)
    {
        WindowGeometry window = geometry.Window;
        int paddedRow = window.PaddedWidth * window.Channels;
        return new StridedProduct
        {
            Images = images,
            Rows = window.OutputHeight,
            Columns = window.OutputWidth,
            Input = new PixelView(0, window.PaddedElements, window.StrideHeight * paddedRow, window.StrideWidth * window.Channels),
            Output = output,
            Segments = window.KernelHeight,
            SegmentStride = paddedRow,
            SegmentLength = window.KernelWidth * window.Channels,
            N = geometry.Filters,
        };
    }

    private static PhaseAxis Phase(in WindowGeometry window, int phase, bool isRow) => isRow
        ? PhaseAxis.Of(phase, window.InputHeight, window.PaddingTop, window.KernelHeight, window.StrideHeight)
        : PhaseAxis.Of(phase, window.InputWidth, window.PaddingLeft, window.KernelWidth, window.StrideWidth);
}
