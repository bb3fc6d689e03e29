using NanoConv.Tensors;

namespace NanoConv.Kernels;

/// <summary>
/// A matrix product Y = A·B whose left matrix is read straight from a picture. Row p of A belongs to one output pixel
/// and consists of <see cref="Segments"/> contiguous runs of <see cref="SegmentLength"/> elements, one for each kernel
/// row; runs of neighbouring pixels overlap. Nothing is copied, and a convolution is this product (implicit GEMM).
/// </summary>
/// <remarks>
/// Y[p, n] = Σ_s Σ_t A[p, s·SegmentLength + t] · B[s·SegmentLength + t, n], with
/// A[p, s·SegmentLength + t] = a[Input.At(p) + s·SegmentStride + t] and Y[p, n] = y[Output.At(p) + n].
/// </remarks>
internal readonly record struct StridedProduct
{
    /// <summary>Images; with <see cref="Rows"/> and <see cref="Columns"/>, the pixels p in order.</summary>
    public required int Images { get; init; }

    /// <summary>Rows of pixels an image.</summary>
    public required int Rows { get; init; }

    /// <summary>Pixels a row.</summary>
    public required int Columns { get; init; }

    /// <summary>Where each pixel's first run starts in a.</summary>
    public required PixelView Input { get; init; }

    /// <summary>Where each pixel's row of Y starts in y.</summary>
    public required PixelView Output { get; init; }

    /// <summary>Runs a pixel.</summary>
    public required int Segments { get; init; }

    /// <summary>Elements of a from one run of a pixel to the next.</summary>
    public required int SegmentStride { get; init; }

    /// <summary>Elements of a run.</summary>
    public required int SegmentLength { get; init; }

    /// <summary>Columns of B and Y.</summary>
    public required int N { get; init; }

    /// <summary>Pixels: rows of A and Y.</summary>
    public int M => Images * Rows * Columns;

    /// <summary>Columns of A and rows of B: the length of each sum.</summary>
    public int K => Segments * SegmentLength;

    /// <summary>A plain product Y[m × n] = A[m × k]·B[k × n] of contiguous row-major matrices.</summary>
    /// <param name="m">Rows of A and Y.</param>
    /// <param name="k">Columns of A, rows of B.</param>
    /// <param name="n">Columns of B and Y.</param>
    public static StridedProduct Dense(int m, int k, int n) => new()
    {
        Images = 1,
        Rows = 1,
        Columns = m,
        Input = new PixelView(0, 0, 0, k),
        Output = new PixelView(0, 0, 0, n),
        Segments = 1,
        SegmentStride = 0,
        SegmentLength = k,
        N = n,
    };

    /// <summary>Elements of a that the product reads, from 0 to the furthest; 0 if it has no pixel.</summary>
    internal int InputExtent => M == 0 ? 0 : Input.At(Images - 1, Rows - 1, Columns - 1) + ((Segments - 1) * SegmentStride) + SegmentLength;

    /// <summary>Elements of y that the product spans, from 0 to the furthest; 0 if it has no pixel.</summary>
    internal int OutputExtent => M == 0 ? 0 : Output.At(Images - 1, Rows - 1, Columns - 1) + N;
}
