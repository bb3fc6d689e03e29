using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Kernels.Simd;

namespace NanoConv.Kernels.Micro;

/// <summary>
/// The micro-kernel: a tile of a product that is held in registers while its sums are taken (register blocking). The 16 registers of
/// AVX2 hold 6 × 2 vectors of sums, 2 loaded vectors and 1 broadcast; 12 independent sums hide the latency of two
/// multiply-adds a cycle. Where there is only one vector of columns, the sums are split into those of even and of odd
/// places, so that there are 12 again. With AVX-512 the same bodies take vectors that are twice as long.
/// </summary>
/// <remarks>
/// References instead of spans: the places have been checked by <see cref="MatrixProduct"/> or
/// <see cref="WinogradProduct"/>, once for a whole product,
/// and a check for each load would double the work here. One body serves one vector of columns and two: its inner loops have as many
/// instructions as two bodies had, see docs/experiments.md.
/// </remarks>
internal static class RegisterTile
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 6;

    /// <summary>Y[6 × width] = bias + A[6 × K]·B[K × width], or max(0, that), for some tiles of pixels and one panel.</summary>
    public static void Multiply<T>(in StridedProduct product, ref T y, ref T a, in TileStrip strip, in PackedPanel<T> panel)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (panel.Width == SimdVector<T>.Count)
            MultiplyTiles<T, SimdVector<T>, OneVector>(product, ref y, ref a, strip, panel);
        else if (!SimdVector512<T>.IsPanel)
            MultiplyTiles<T, SimdVector<T>, TwoVectors>(product, ref y, ref a, strip, panel);
        else if (panel.Width == SimdVector512<T>.Count)
            MultiplyTiles<T, SimdVector512<T>, OneVector>(product, ref y, ref a, strip, panel);
        else
            MultiplyTiles<T, SimdVector512<T>, TwoVectors>(product, ref y, ref a, strip, panel);
    }

    /// <summary>
    /// dB[6 × width] += A[pixels × 6]ᵀ·dY[pixels × width] over the pixels of some rows; width is two vectors of some
    /// length or less, but not less than one <see cref="SimdVector{T}"/>. Less than two vectors overlap: what lies in both has the same
    /// sums in both. In pairs: whether the sums of every other pixel may be taken apart, which one vector always does.
    /// </summary>
    public static void Accumulate<T>(
        in StridedProduct product, in GradientBlock<T> block, in TileOffsets outputs, in TileOffsets inputs, int width, bool inPairs)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (width == SimdVector<T>.Count)
            AccumulateTile<T, SimdVector<T>, OneVector>(product, block, outputs, inputs, 0);
        else if (SimdVector512<T>.IsPanel && width > SimdVector512<T>.Count)
            AccumulateTile<T, SimdVector512<T>, TwoVectors>(product, block, outputs, inputs, width - SimdVector512<T>.Count);
        else if (SimdVector512<T>.IsPanel && width == SimdVector512<T>.Count && inPairs)
            AccumulateTile<T, SimdVector512<T>, OneVector>(product, block, outputs, inputs, 0);
        else
            AccumulateTile<T, SimdVector<T>, TwoVectors>(product, block, outputs, inputs, width - SimdVector<T>.Count);
    }

    // Y[6 × columns] = bias + Σ_s Σ_t A[6, s, t]·B[s, t, columns]; s the kernel rows, t along the contiguous run. y and z are a row's two
    // vectors of columns, or of its single one the sums of even t and of odd t, added at the end.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyTiles<T, TVector, TColumns>(
        in StridedProduct product, ref T y, ref T a, in TileStrip strip, in PackedPanel<T> panel)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
        where TColumns : struct, ITileColumns
    {
        ref int inputs = ref strip.Inputs, outputs = ref strip.Outputs;
        ref T bias = ref panel.Bias;
        bool relu = panel.Relu;
        for (int tiles = strip.Tiles; tiles > 0; tiles--)
        {
            TVector y0 = TVector.LoadUnsafe(ref bias, 0), y1 = y0, y2 = y0, y3 = y0, y4 = y0, y5 = y0;
            TVector z0 = TColumns.AreTwo ? TVector.LoadUnsafe(ref bias, TVector.Count) : TVector.Zero, z1 = z0, z2 = z0, z3 = z0, z4 = z0, z5 = z0;
            ref T b = ref panel.B;
            ref T a0 = ref Unsafe.Add(ref a, inputs);
            ref T a1 = ref Unsafe.Add(ref a, Unsafe.Add(ref inputs, 1));
            ref T a2 = ref Unsafe.Add(ref a, Unsafe.Add(ref inputs, 2));
            ref T a3 = ref Unsafe.Add(ref a, Unsafe.Add(ref inputs, 3));
            ref T a4 = ref Unsafe.Add(ref a, Unsafe.Add(ref inputs, 4));
            ref T a5 = ref Unsafe.Add(ref a, Unsafe.Add(ref inputs, 5));
            nint run = 0;
            for (int s = product.Segments; s > 0; s--)
            {
                nint t = run, end = run + product.SegmentLength;
                for (; t < (TColumns.AreTwo ? end : end - 1); t += TColumns.AreTwo ? 1 : 2)
                {
                    TVector b0 = TVector.LoadUnsafe(ref b, 0), b1 = TVector.LoadUnsafe(ref b, TVector.Count);
                    b = ref Unsafe.Add(ref b, 2 * TVector.Count);
                    AddRow<T, TVector, TColumns>(ref y0, ref z0, ref a0, t, t + 1, b0, b1);
                    AddRow<T, TVector, TColumns>(ref y1, ref z1, ref a1, t, t + 1, b0, b1);
                    AddRow<T, TVector, TColumns>(ref y2, ref z2, ref a2, t, t + 1, b0, b1);
                    AddRow<T, TVector, TColumns>(ref y3, ref z3, ref a3, t, t + 1, b0, b1);
                    AddRow<T, TVector, TColumns>(ref y4, ref z4, ref a4, t, t + 1, b0, b1);
                    AddRow<T, TVector, TColumns>(ref y5, ref z5, ref a5, t, t + 1, b0, b1);
                }

                if (!TColumns.AreTwo && t < end)
                {
                    TVector last = TVector.LoadUnsafe(ref b, 0);
                    b = ref Unsafe.Add(ref b, TVector.Count);
                    y0 = TVector.MultiplyAddEstimate(TVector.Create(Unsafe.Add(ref a0, t)), last, y0);
                    y1 = TVector.MultiplyAddEstimate(TVector.Create(Unsafe.Add(ref a1, t)), last, y1);
                    y2 = TVector.MultiplyAddEstimate(TVector.Create(Unsafe.Add(ref a2, t)), last, y2);
                    y3 = TVector.MultiplyAddEstimate(TVector.Create(Unsafe.Add(ref a3, t)), last, y3);
                    y4 = TVector.MultiplyAddEstimate(TVector.Create(Unsafe.Add(ref a4, t)), last, y4);
                    y5 = TVector.MultiplyAddEstimate(TVector.Create(Unsafe.Add(ref a5, t)), last, y5);
                }

                run += product.SegmentStride;
            }

            StoreRow<T, TVector, TColumns>(ref y, outputs, TVector.Count, y0, z0, relu);
            StoreRow<T, TVector, TColumns>(ref y, Unsafe.Add(ref outputs, 1), TVector.Count, y1, z1, relu);
            StoreRow<T, TVector, TColumns>(ref y, Unsafe.Add(ref outputs, 2), TVector.Count, y2, z2, relu);
            StoreRow<T, TVector, TColumns>(ref y, Unsafe.Add(ref outputs, 3), TVector.Count, y3, z3, relu);
            StoreRow<T, TVector, TColumns>(ref y, Unsafe.Add(ref outputs, 4), TVector.Count, y4, z4, relu);
            StoreRow<T, TVector, TColumns>(ref y, Unsafe.Add(ref outputs, 5), TVector.Count, y5, z5, relu);
            inputs = ref Unsafe.Add(ref inputs, Rows);
            outputs = ref Unsafe.Add(ref outputs, Rows);
        }
    }

    // dB[6 × columns] += Σ_p A[p, 6]·dY[p, columns] over the pixels p of some rows. d and e are a row's two vectors of columns, the second
    // from column second on, or of its single one the sums of every other pixel, added at the end.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AccumulateTile<T, TVector, TColumns>(
        in StridedProduct product, in GradientBlock<T> block, in TileOffsets outputs, in TileOffsets inputs, int second)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
        where TColumns : struct, ITileColumns
    {
        ref T dB = ref block.DB, a = ref block.A, dY = ref block.DY;
        TVector d0 = TVector.LoadUnsafe(ref dB, outputs[0]), e0 = LoadSecond<T, TVector, TColumns>(ref dB, outputs[0] + second);
        TVector d1 = TVector.LoadUnsafe(ref dB, outputs[1]), e1 = LoadSecond<T, TVector, TColumns>(ref dB, outputs[1] + second);
        TVector d2 = TVector.LoadUnsafe(ref dB, outputs[2]), e2 = LoadSecond<T, TVector, TColumns>(ref dB, outputs[2] + second);
        TVector d3 = TVector.LoadUnsafe(ref dB, outputs[3]), e3 = LoadSecond<T, TVector, TColumns>(ref dB, outputs[3] + second);
        TVector d4 = TVector.LoadUnsafe(ref dB, outputs[4]), e4 = LoadSecond<T, TVector, TColumns>(ref dB, outputs[4] + second);
        TVector d5 = TVector.LoadUnsafe(ref dB, outputs[5]), e5 = LoadSecond<T, TVector, TColumns>(ref dB, outputs[5] + second);
        nint stepA = product.Input.Column, stepY = product.Output.Column, endY = product.Columns * stepY;
        for (int rows = block.Rows; rows > 0; rows--)
        {
            ref T a0 = ref Unsafe.Add(ref a, inputs[0]);
            ref T a1 = ref Unsafe.Add(ref a, inputs[1]);
            ref T a2 = ref Unsafe.Add(ref a, inputs[2]);
            ref T a3 = ref Unsafe.Add(ref a, inputs[3]);
            ref T a4 = ref Unsafe.Add(ref a, inputs[4]);
            ref T a5 = ref Unsafe.Add(ref a, inputs[5]);
            nint t = 0, p = 0;
            for (; p < (TColumns.AreTwo ? endY : endY - stepY); p += TColumns.AreTwo ? stepY : 2 * stepY)
            {
                TVector g0 = TVector.LoadUnsafe(ref dY, p), g1 = TVector.LoadUnsafe(ref dY, p + (TColumns.AreTwo ? second : stepY));
                nint u = TColumns.AreTwo ? t : t + stepA;
                AddRow<T, TVector, TColumns>(ref d0, ref e0, ref a0, t, u, g0, g1);
                AddRow<T, TVector, TColumns>(ref d1, ref e1, ref a1, t, u, g0, g1);
                AddRow<T, TVector, TColumns>(ref d2, ref e2, ref a2, t, u, g0, g1);
                AddRow<T, TVector, TColumns>(ref d3, ref e3, ref a3, t, u, g0, g1);
                AddRow<T, TVector, TColumns>(ref d4, ref e4, ref a4, t, u, g0, g1);
                AddRow<T, TVector, TColumns>(ref d5, ref e5, ref a5, t, u, g0, g1);
                t = u + stepA;
            }

            if (!TColumns.AreTwo && p < endY)
            {
                TVector last = TVector.LoadUnsafe(ref dY, p);
                d0 = TVector.MultiplyAddEstimate(TVector.Create(Unsafe.Add(ref a0, t)), last, d0);
                d1 = TVector.MultiplyAddEstimate(TVector.Create(Unsafe.Add(ref a1, t)), last, d1);
                d2 = TVector.MultiplyAddEstimate(TVector.Create(Unsafe.Add(ref a2, t)), last, d2);
                d3 = TVector.MultiplyAddEstimate(TVector.Create(Unsafe.Add(ref a3, t)), last, d3);
                d4 = TVector.MultiplyAddEstimate(TVector.Create(Unsafe.Add(ref a4, t)), last, d4);
                d5 = TVector.MultiplyAddEstimate(TVector.Create(Unsafe.Add(ref a5, t)), last, d5);
            }

            a = ref Unsafe.Add(ref a, product.Input.Row);
            dY = ref Unsafe.Add(ref dY, product.Output.Row);
        }

        StoreRow<T, TVector, TColumns>(ref dB, outputs[0], second, d0, e0, relu: false);
        StoreRow<T, TVector, TColumns>(ref dB, outputs[1], second, d1, e1, relu: false);
        StoreRow<T, TVector, TColumns>(ref dB, outputs[2], second, d2, e2, relu: false);
        StoreRow<T, TVector, TColumns>(ref dB, outputs[3], second, d3, e3, relu: false);
        StoreRow<T, TVector, TColumns>(ref dB, outputs[4], second, d4, e4, relu: false);
        StoreRow<T, TVector, TColumns>(ref dB, outputs[5], second, d5, e5, relu: false);
    }

    // One row of A: both vectors of columns at place t, or the only one at places t and u.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow<T, TVector, TColumns>(ref TVector y, ref TVector z, ref T a, nint t, nint u, TVector first, TVector second)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
        where TColumns : struct, ITileColumns
    {
        TVector x = TVector.Create(Unsafe.Add(ref a, t));
        y = TVector.MultiplyAddEstimate(x, first, y);
        z = TVector.MultiplyAddEstimate(TColumns.AreTwo ? x : TVector.Create(Unsafe.Add(ref a, u)), second, z);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LoadSecond<T, TVector, TColumns>(ref T dB, int offset)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
        where TColumns : struct, ITileColumns =>
        TColumns.AreTwo ? TVector.LoadUnsafe(ref dB, offset) : TVector.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow<T, TVector, TColumns>(ref T y, int offset, int second, TVector y0, TVector y1, bool relu)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
        where TColumns : struct, ITileColumns
    {
        TVector left = TVector.Activate(TColumns.AreTwo ? y0 : y0 + y1, relu), right = TVector.Activate(y1, relu);
        TVector.StoreUnsafe(left, ref y, offset);
        if (TColumns.AreTwo)
            TVector.StoreUnsafe(right, ref y, offset + second);
    }
}

/// <summary>How many vectors of columns a <see cref="RegisterTile"/> has, known to the JIT, so that one body serves both.</summary>
internal interface ITileColumns
{
    /// <summary>Whether there are two; else there is one, and its sums are split in two.</summary>
    static abstract bool AreTwo { get; }
}

/// <summary>Two vectors of columns: what is loaded of A serves both.</summary>
internal readonly struct TwoVectors : ITileColumns
{
    public static bool AreTwo => true;
}

/// <summary>One vector of columns: its sums of even places and of odd ones are apart, so that as many are under way as with two.</summary>
internal readonly struct OneVector : ITileColumns
{
    public static bool AreTwo => false;
}

/// <summary>Some tiles of a product's pixels: where the first run of each lies in A, and its row in Y, six a tile.</summary>
internal readonly ref struct TileStrip(ref int inputs, ref int outputs, int tiles)
{
    private readonly ref int inputs = ref inputs, outputs = ref outputs;

    public ref int Inputs => ref inputs;

    public ref int Outputs => ref outputs;

    public int Tiles { get; } = tiles;
}

/// <summary>A panel of B as <see cref="PackedMatrix"/> lays it out, the bias of its columns, and whether max(0, ·) follows.</summary>
internal readonly ref struct PackedPanel<T>(ref T b, ref T bias, int width, bool relu)
{
    private readonly ref T b = ref b, bias = ref bias;

    public ref T B => ref b;

    public ref T Bias => ref bias;

    public int Width { get; } = width;

    public bool Relu { get; } = relu;
}

/// <summary>What a tile of dB is added up from: some rows of pixels, where their windows in A begin, and their gradients in dY.</summary>
internal readonly ref struct GradientBlock<T>(ref T dB, ref T a, ref T dY, int rows)
{
    private readonly ref T dB = ref dB, a = ref a, dY = ref dY;

    public ref T DB => ref dB;

    public ref T A => ref a;

    public ref T DY => ref dY;

    public int Rows { get; } = rows;
}

/// <summary>Where the rows of a register tile begin in a buffer.</summary>
[InlineArray(RegisterTile.Rows)]
internal struct TileOffsets
{
    private int first;

    /// <summary>Rows one after another.</summary>
    public static TileOffsets Apart(int width)
    {
        TileOffsets offsets = default;
        for (int row = 0; row < RegisterTile.Rows; row++)
            offsets[row] = row * width;
        return offsets;
    }
}
