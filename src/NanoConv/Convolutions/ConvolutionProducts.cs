using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Convolutions;

/// <summary>A convolution, and both its gradients, as matrix products on strided views: <see cref="StridedProduct"/>.</summary>
/// <remarks>
/// <para>In NHWC the kw taps of one kernel row are one contiguous run of kw·C inputs, and moving one output pixel to the
/// right moves the run by stride·C. So each output pixel is a row of <see cref="StridedProduct"/>'s A with kh runs, w is
/// already its B, and no im2col is needed (implicit GEMM). x lies in a halo of zeros.</para>
/// <para>The gradient of w is the adjoint product on the same view. The gradient of x falls apart into stride² phases:
/// input positions with (i + top) mod sh = a see only the kernel rows a, a + sh, …, and with the taps in reverse order
/// each phase is a product over contiguous runs of dy again: dx[q·s + a] = Σ_t dy[q − t] · w[a + t·s]ᵀ.</para>
/// </remarks>
internal static class ConvolutionProducts
{
    /// <summary>The product y = x ∗ w, and the one whose gradient that of w is.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="output">Where the pixels of y, or of dy, lie.</param>
    public static StridedProduct Forward(in ConvolutionGeometry geometry, int images, in PixelView output)
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

    /// <summary>Where the pixels of dy lie inside the halo of zeros that the gradient of x reads.</summary>
    public static PixelView HaloedOutput(in ConvolutionGeometry geometry)
    {
        (int before, int after) = geometry.ColumnHalo;
        int row = (geometry.Window.OutputWidth + before + after) * geometry.Filters;
        int start = (geometry.RowHalo.Before * row) + (before * geometry.Filters);
        return new PixelView(start, geometry.HaloedOutputElements, row, geometry.Filters);
    }

    /// <summary>Phases of the gradient of x that any tap reaches; a phase is a row's and a column's, from 0.</summary>
    public static (int Rows, int Columns) Phases(in WindowGeometry window) =>
        (Math.Min(window.StrideHeight, window.KernelHeight), Math.Min(window.StrideWidth, window.KernelWidth));

    /// <summary>One phase of dx = dy ∗ wᵀ, dy inside its halo; rows of B are (tap, filter), see <see cref="TransposedRow"/>.</summary>
    public static StridedProduct InputGradient(in ConvolutionGeometry geometry, int images, int rowPhase, int columnPhase)
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

    /// <summary>Where in w the row of a phase's B begins: the element of channel 0; that of the next one is K further.</summary>
    public static int TransposedRow(in ConvolutionGeometry geometry, int rowPhase, int columnPhase, int row)
    {
        WindowGeometry window = geometry.Window;
        int filters = geometry.Filters;
        (int rowTaps, int columnTaps) = Taps(window, rowPhase, columnPhase);
        (int tap, int filter) = Math.DivRem(row, filters);
        (int rowTap, int columnTap) = Math.DivRem(tap, columnTaps);
        int r = rowPhase + ((rowTaps - 1 - rowTap) * window.StrideHeight);
        int s = columnPhase + ((columnTaps - 1 - columnTap) * window.StrideWidth);
        return (((r * window.KernelWidth) + s) * window.Channels * filters) + filter;
    }

    /// <summary>Clears dx where some of its positions are reached by no window: no phase writes them.</summary>
    public static void ClearUnreached<T>(in WindowGeometry window, int images, Span<T> dx)
    {
        if (window.StrideHeight > window.KernelHeight || window.StrideWidth > window.KernelWidth)
            dx[..(images * window.InputElements)].Clear();
    }

    /// <summary>Taps of the kernel that reach a phase.</summary>
    public static (int Rows, int Columns) Taps(in WindowGeometry window, int rowPhase, int columnPhase) =>
        (Phase(window, rowPhase, isRow: true).Taps, Phase(window, columnPhase, isRow: false).Taps);

    private static PhaseAxis Phase(in WindowGeometry window, int phase, bool isRow) => isRow
        ? PhaseAxis.Of(phase, window.InputHeight, window.PaddingTop, window.KernelHeight, window.StrideHeight)
        : PhaseAxis.Of(phase, window.InputWidth, window.PaddingLeft, window.KernelWidth, window.StrideWidth);
}
