namespace NanoConv.Kernels;

/// <summary>
/// Where the right matrix of <see cref="TransposedProduct"/> lies among weights as they are stored: for column c of Y, segment s and
/// tap t a run of Length elements from Offset + c·Column + s·Segment + t·Tap on.
/// </summary>
/// <param name="Offset">The first run of the first column.</param>
/// <param name="Column">Elements from one column of Y to the next.</param>
/// <param name="Segment">Elements from one segment to the next; negative where taps are in reverse order.</param>
/// <param name="Taps">Runs a segment.</param>
/// <param name="Tap">Elements from one run of a segment to the next.</param>
/// <param name="Length">Elements of a run.</param>
internal readonly record struct TransposedView(int Offset, int Column, int Segment, int Taps, int Tap, int Length)
{
    /// <summary>Refuses weights in which not every run lies: loads are unchecked.</summary>
    /// <exception cref="ArgumentException">They are too short, or the product's runs are others.</exception>
    public void RequireInside(int elements, in StridedProduct product)
    {
        int segments = (product.Segments - 1) * Segment, taps = (Taps - 1) * Tap;
        int first = Offset + Math.Min(0, segments) + Math.Min(0, taps);
        int end = Offset + Math.Max(0, segments) + Math.Max(0, taps) + ((product.N - 1) * Column) + Length;
        if (first < 0 || end > elements || Taps * Length != product.SegmentLength)
        {
            throw new ArgumentException(
                $"expected runs within {elements} weights that make segments of {product.SegmentLength}, received {first} to {end}, {Taps} of {Length}");
        }
    }
}
