using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Kernels.Simd;

namespace NanoConv.Kernels;

/// <summary>
/// Y = A·Bᵀ on the strided views of <see cref="StridedProduct"/>, with B read as the weights are stored: no packed copy, which for a
/// large layer would take as much memory as its weights.
/// </summary>
/// <remarks>
/// Y[p, c] = Σ over runs of A[p, run]·B[c, run], both contiguous: dot products. A tile of 4 pixels × 3 columns is 12 sums in
/// registers, for whose 12 multiply-adds 4 + 3 vectors are loaded. Three columns at a time, all pixels pass by: B comes from memory
/// once a call. Each sum has one order, whatever the tile, so results have the same bits however pictures are grouped. The textbook
/// version is <see cref="Reference.NaiveMatrixProduct"/>.
/// </remarks>
internal static class TransposedProduct
{
    private const int Pixels = 4, Columns = 3;

    /// <summary>Y = A·Bᵀ.</summary>
    /// <param name="product">The views of A and Y; each segment of A is <see cref="TransposedView.Taps"/> runs.</param>
    /// <param name="y">Overwritten where <see cref="StridedProduct.Output"/> points, otherwise untouched.</param>
    /// <param name="a">The picture that A is a view of.</param>
    /// <param name="b">The weights.</param>
    /// <param name="view">Where B's runs lie.</param>
    /// <exception cref="ArgumentException">A span is shorter than the views need.</exception>
    public static void Multiply<T>(in StridedProduct product, Span<T> y, ReadOnlySpan<T> a, ReadOnlySpan<T> b, in TransposedView view)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (product.M == 0)
            return;
        MatrixProduct.Require(y.Length, product.OutputExtent, nameof(y));
        MatrixProduct.Require(a.Length, product.InputExtent, nameof(a));
        view.RequireInside(b.Length, product);
        if (SimdVector512<T>.IsPanel)
            Multiply<T, SimdVector512<T>>(product, y, a, b, view);
        else
            Multiply<T, SimdVector<T>>(product, y, a, b, view);
    }

    private static void Multiply<T, TVector>(in StridedProduct product, Span<T> y, ReadOnlySpan<T> a, ReadOnlySpan<T> b, in TransposedView view)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
    {
        Span<int> inputs = stackalloc int[Pixels], outputs = stackalloc int[Pixels], columns = stackalloc int[Columns];
        Span<T> sums = stackalloc T[Pixels * Columns];
        int perImage = product.Rows * product.Columns;
        for (int c = 0; c < product.N; c += Columns)
        {
            // What is missing to a whole tile repeats the last one, and is not stored.
            for (int i = 0; i < Columns; i++)
                columns[i] = view.Offset + (Math.Min(c + i, product.N - 1) * view.Column);
            for (int p = 0; p < product.M; p += Pixels)
            {
                for (int i = 0; i < Pixels; i++)
                {
                    (int image, int pixel) = Math.DivRem(Math.Min(p + i, product.M - 1), perImage);
                    (int row, int column) = Math.DivRem(pixel, product.Columns);
                    (inputs[i], outputs[i]) = (product.Input.At(image, row, column), product.Output.At(image, row, column));
                }

                Tile<T, TVector>(product, view, sums, ref VectorMath.Start(a), ref inputs[0], ref VectorMath.Start(b), ref columns[0]);
                for (int i = 0; i < Pixels && p + i < product.M; i++)
                    sums.Slice(i * Columns, Math.Min(Columns, product.N - c)).CopyTo(y[(outputs[i] + c)..]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile<T, TVector>(
        in StridedProduct product, in TransposedView view, Span<T> sums, ref T a, ref int inputs, ref T b, ref int columns)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
    {
        TVector y00 = TVector.Zero, y01 = y00, y02 = y00, y10 = y00, y11 = y00, y12 = y00;
        TVector y20 = y00, y21 = y00, y22 = y00, y30 = y00, y31 = y00, y32 = y00;
        nint length = view.Length, last = length - TVector.Count;
        sums.Clear();
        for (int segment = 0; segment < product.Segments; segment++)
        {
            for (int tap = 0; tap < view.Taps; tap++)
            {
                ref T run = ref Unsafe.Add(ref a, (segment * product.SegmentStride) + (tap * view.Length));
                ref T weights = ref Unsafe.Add(ref b, (segment * view.Segment) + (tap * view.Tap));
                ref T a0 = ref Unsafe.Add(ref run, inputs), a1 = ref Unsafe.Add(ref run, Unsafe.Add(ref inputs, 1));
                ref T a2 = ref Unsafe.Add(ref run, Unsafe.Add(ref inputs, 2)), a3 = ref Unsafe.Add(ref run, Unsafe.Add(ref inputs, 3));
                ref T b0 = ref Unsafe.Add(ref weights, columns), b1 = ref Unsafe.Add(ref weights, Unsafe.Add(ref columns, 1));
                ref T b2 = ref Unsafe.Add(ref weights, Unsafe.Add(ref columns, 2));
                nint i = 0;
                for (; i <= last; i += TVector.Count)
                {
                    TVector w0 = TVector.LoadUnsafe(ref b0, i), w1 = TVector.LoadUnsafe(ref b1, i), w2 = TVector.LoadUnsafe(ref b2, i);
                    TVector x = TVector.LoadUnsafe(ref a0, i);
                    y00 = TVector.MultiplyAddEstimate(x, w0, y00);
                    y01 = TVector.MultiplyAddEstimate(x, w1, y01);
                    y02 = TVector.MultiplyAddEstimate(x, w2, y02);
                    x = TVector.LoadUnsafe(ref a1, i);
                    y10 = TVector.MultiplyAddEstimate(x, w0, y10);
                    y11 = TVector.MultiplyAddEstimate(x, w1, y11);
                    y12 = TVector.MultiplyAddEstimate(x, w2, y12);
                    x = TVector.LoadUnsafe(ref a2, i);
                    y20 = TVector.MultiplyAddEstimate(x, w0, y20);
                    y21 = TVector.MultiplyAddEstimate(x, w1, y21);
                    y22 = TVector.MultiplyAddEstimate(x, w2, y22);
                    x = TVector.LoadUnsafe(ref a3, i);
                    y30 = TVector.MultiplyAddEstimate(x, w0, y30);
                    y31 = TVector.MultiplyAddEstimate(x, w1, y31);
                    y32 = TVector.MultiplyAddEstimate(x, w2, y32);
                }

                for (; i < length; i++)
                {
                    T w0 = Unsafe.Add(ref b0, i), w1 = Unsafe.Add(ref b1, i), w2 = Unsafe.Add(ref b2, i);
                    AddRow(sums, Unsafe.Add(ref a0, i), w0, w1, w2);
                    AddRow(sums[Columns..], Unsafe.Add(ref a1, i), w0, w1, w2);
                    AddRow(sums[(2 * Columns)..], Unsafe.Add(ref a2, i), w0, w1, w2);
                    AddRow(sums[(3 * Columns)..], Unsafe.Add(ref a3, i), w0, w1, w2);
                }
            }
        }

        AddRow(sums, T.One, TVector.Sum(y00), TVector.Sum(y01), TVector.Sum(y02));
        AddRow(sums[Columns..], T.One, TVector.Sum(y10), TVector.Sum(y11), TVector.Sum(y12));
        AddRow(sums[(2 * Columns)..], T.One, TVector.Sum(y20), TVector.Sum(y21), TVector.Sum(y22));
        AddRow(sums[(3 * Columns)..], T.One, TVector.Sum(y30), TVector.Sum(y31), TVector.Sum(y32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow<T>(Span<T> sums, T x, T w0, T w1, T w2)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        sums[0] += x * w0;
        sums[1] += x * w1;
        sums[2] += x * w2;
    }
}
