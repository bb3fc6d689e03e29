using System.Numerics;
using System.Runtime.CompilerServices;

namespace NanoConv.Kernels;

/// <summary>
/// The innermost loops: a tile of a product that is held in registers while its sums are taken. The 16 registers of
/// AVX2 hold 6 × 2 vectors of sums, 2 loaded vectors and 1 broadcast; 12 independent sums hide the latency of two
/// multiply-adds a cycle. Where there is only one vector of columns, the sums are split into those of even and of odd
/// places, so that there are 12 again. With AVX-512 the same bodies take vectors that are twice as long.
/// </summary>
/// <remarks>
/// References instead of spans: the places have been checked by <see cref="MatrixProduct"/> or
/// <see cref="WinogradProduct"/>, once for a whole product,
/// and a check for each load would double the work here.
/// </remarks>
internal static class RegisterTile
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 6;

    /// <summary>
    /// Y[6 × width] = bias + A[6 × K]·B[K × width], or max(0, that), for some tiles; width is <see cref="PackedMatrix.PanelWidth"/>.
    /// </summary>
    public static void Multiply<T>(
        in StridedProduct product,
        int tiles,
        int width,
        ref T y,
        ref int outputs,
        ref T a,
        ref int inputs,
        ref T panel,
        ref T bias,
        bool relu)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (width == Vector<T>.Count)
            MultiplyNarrow<T, PlainVector<T>>(product, tiles, ref y, ref outputs, ref a, ref inputs, ref panel, ref bias, relu);
        else if (!WideVector<T>.IsPanel)
            MultiplyWide<T, PlainVector<T>>(product, tiles, ref y, ref outputs, ref a, ref inputs, ref panel, ref bias, relu);
        else if (width == WideVector<T>.Count)
            MultiplyNarrow<T, WideVector<T>>(product, tiles, ref y, ref outputs, ref a, ref inputs, ref panel, ref bias, relu);
        else
            MultiplyWide<T, WideVector<T>>(product, tiles, ref y, ref outputs, ref a, ref inputs, ref panel, ref bias, relu);
    }

    /// <summary>
    /// dB[6 × width] += A[pixels × 6]ᵀ·dY[pixels × width] over the pixels of some rows; width is two vectors of some
    /// length or less, but not less than one <see cref="Vector{T}"/>. Less than two vectors overlap: what lies in both has the same
    /// sums in both. In pairs: whether the sums of every other pixel may be taken apart, which one vector always does.
    /// </summary>
    public static void Accumulate<T>(
        in StridedProduct product, int rows, int width, bool inPairs, ref T dB, in TileOffsets outputs, ref T a, in TileOffsets inputs, ref T dY)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (width == Vector<T>.Count)
            AccumulateNarrow<T, PlainVector<T>>(product, rows, ref dB, in outputs, ref a, in inputs, ref dY);
        else if (WideVector<T>.IsPanel && width > WideVector<T>.Count)
            AccumulateWide<T, WideVector<T>>(product, rows, width - WideVector<T>.Count, ref dB, in outputs, ref a, in inputs, ref dY);
        else if (WideVector<T>.IsPanel && width == WideVector<T>.Count && inPairs)
            AccumulateNarrow<T, WideVector<T>>(product, rows, ref dB, in outputs, ref a, in inputs, ref dY);
        else
            AccumulateWide<T, PlainVector<T>>(product, rows, width - Vector<T>.Count, ref dB, in outputs, ref a, in inputs, ref dY);
    }

    // Y[6 × 2 vectors] = bias + Σ_s Σ_t A[6, s, t]·B[s, t, 2 vectors]; s the kernel rows, t along the contiguous run.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyWide<T, TVector>(
        in StridedProduct product, int tiles, ref T y, ref int outputs, ref T a, ref int inputs, ref T panel, ref T bias, bool relu)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, IVector<TVector, T>
    {
        for (; tiles > 0; tiles--)
        {
            TVector y00 = TVector.Load(ref bias, 0), y01 = TVector.Load(ref bias, TVector.Count);
            TVector y10 = y00, y20 = y00, y30 = y00, y40 = y00, y50 = y00;
            TVector y11 = y01, y21 = y01, y31 = y01, y41 = y01, y51 = y01;
            ref T b = ref panel;
            ref T a0 = ref Unsafe.Add(ref a, inputs);
            ref T a1 = ref Unsafe.Add(ref a, Unsafe.Add(ref inputs, 1));
            ref T a2 = ref Unsafe.Add(ref a, Unsafe.Add(ref inputs, 2));
            ref T a3 = ref Unsafe.Add(ref a, Unsafe.Add(ref inputs, 3));
            ref T a4 = ref Unsafe.Add(ref a, Unsafe.Add(ref inputs, 4));
            ref T a5 = ref Unsafe.Add(ref a, Unsafe.Add(ref inputs, 5));
            nint length = product.SegmentLength, next = product.SegmentStride;
            for (int s = product.Segments; s > 0; s--)
            {
                for (nint t = 0; t < length; t++)
                {
                    TVector b0 = TVector.Load(ref b, 0), b1 = TVector.Load(ref b, TVector.Count);
                    b = ref Unsafe.Add(ref b, 2 * TVector.Count);
                    TVector x = TVector.Broadcast(ref a0, t);
                    y00 = TVector.MultiplyAdd(x, b0, y00);
                    y01 = TVector.MultiplyAdd(x, b1, y01);
                    x = TVector.Broadcast(ref a1, t);
                    y10 = TVector.MultiplyAdd(x, b0, y10);
                    y11 = TVector.MultiplyAdd(x, b1, y11);
                    x = TVector.Broadcast(ref a2, t);
                    y20 = TVector.MultiplyAdd(x, b0, y20);
                    y21 = TVector.MultiplyAdd(x, b1, y21);
                    x = TVector.Broadcast(ref a3, t);
                    y30 = TVector.MultiplyAdd(x, b0, y30);
                    y31 = TVector.MultiplyAdd(x, b1, y31);
                    x = TVector.Broadcast(ref a4, t);
                    y40 = TVector.MultiplyAdd(x, b0, y40);
                    y41 = TVector.MultiplyAdd(x, b1, y41);
                    x = TVector.Broadcast(ref a5, t);
                    y50 = TVector.MultiplyAdd(x, b0, y50);
                    y51 = TVector.MultiplyAdd(x, b1, y51);
                }

                a0 = ref Unsafe.Add(ref a0, next);
                a1 = ref Unsafe.Add(ref a1, next);
                a2 = ref Unsafe.Add(ref a2, next);
                a3 = ref Unsafe.Add(ref a3, next);
                a4 = ref Unsafe.Add(ref a4, next);
                a5 = ref Unsafe.Add(ref a5, next);
            }

            StoreRow<T, TVector>(ref y, outputs, TVector.Count, TVector.Activate(y00, relu), TVector.Activate(y01, relu));
            StoreRow<T, TVector>(ref y, Unsafe.Add(ref outputs, 1), TVector.Count, TVector.Activate(y10, relu), TVector.Activate(y11, relu));
            StoreRow<T, TVector>(ref y, Unsafe.Add(ref outputs, 2), TVector.Count, TVector.Activate(y20, relu), TVector.Activate(y21, relu));
            StoreRow<T, TVector>(ref y, Unsafe.Add(ref outputs, 3), TVector.Count, TVector.Activate(y30, relu), TVector.Activate(y31, relu));
            StoreRow<T, TVector>(ref y, Unsafe.Add(ref outputs, 4), TVector.Count, TVector.Activate(y40, relu), TVector.Activate(y41, relu));
            StoreRow<T, TVector>(ref y, Unsafe.Add(ref outputs, 5), TVector.Count, TVector.Activate(y50, relu), TVector.Activate(y51, relu));
            inputs = ref Unsafe.Add(ref inputs, Rows);
            outputs = ref Unsafe.Add(ref outputs, Rows);
        }
    }

    // Y[6 × 1 vector], the same sums; those of even and odd t apart, added at the end.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyNarrow<T, TVector>(
        in StridedProduct product, int tiles, ref T y, ref int outputs, ref T a, ref int inputs, ref T panel, ref T bias, bool relu)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, IVector<TVector, T>
    {
        for (; tiles > 0; tiles--)
        {
            TVector y0 = TVector.Load(ref bias, 0), y1 = y0, y2 = y0, y3 = y0, y4 = y0, y5 = y0;
            TVector z0 = TVector.Zero, z1 = z0, z2 = z0, z3 = z0, z4 = z0, z5 = z0;
            ref T b = ref panel;
            ref T a0 = ref Unsafe.Add(ref a, inputs);
            ref T a1 = ref Unsafe.Add(ref a, Unsafe.Add(ref inputs, 1));
            ref T a2 = ref Unsafe.Add(ref a, Unsafe.Add(ref inputs, 2));
            ref T a3 = ref Unsafe.Add(ref a, Unsafe.Add(ref inputs, 3));
            ref T a4 = ref Unsafe.Add(ref a, Unsafe.Add(ref inputs, 4));
            ref T a5 = ref Unsafe.Add(ref a, Unsafe.Add(ref inputs, 5));
            nint length = product.SegmentLength, next = product.SegmentStride;
            for (int s = product.Segments; s > 0; s--)
            {
                nint t = 0;
                for (; t < length - 1; t += 2)
                {
                    TVector even = TVector.Load(ref b, 0), odd = TVector.Load(ref b, TVector.Count);
                    b = ref Unsafe.Add(ref b, 2 * TVector.Count);
                    y0 = TVector.MultiplyAdd(TVector.Broadcast(ref a0, t), even, y0);
                    z0 = TVector.MultiplyAdd(TVector.Broadcast(ref a0, t + 1), odd, z0);
                    y1 = TVector.MultiplyAdd(TVector.Broadcast(ref a1, t), even, y1);
                    z1 = TVector.MultiplyAdd(TVector.Broadcast(ref a1, t + 1), odd, z1);
                    y2 = TVector.MultiplyAdd(TVector.Broadcast(ref a2, t), even, y2);
                    z2 = TVector.MultiplyAdd(TVector.Broadcast(ref a2, t + 1), odd, z2);
                    y3 = TVector.MultiplyAdd(TVector.Broadcast(ref a3, t), even, y3);
                    z3 = TVector.MultiplyAdd(TVector.Broadcast(ref a3, t + 1), odd, z3);
                    y4 = TVector.MultiplyAdd(TVector.Broadcast(ref a4, t), even, y4);
                    z4 = TVector.MultiplyAdd(TVector.Broadcast(ref a4, t + 1), odd, z4);
                    y5 = TVector.MultiplyAdd(TVector.Broadcast(ref a5, t), even, y5);
                    z5 = TVector.MultiplyAdd(TVector.Broadcast(ref a5, t + 1), odd, z5);
                }

                if (t < length)
                {
                    TVector last = TVector.Load(ref b, 0);
                    b = ref Unsafe.Add(ref b, TVector.Count);
                    y0 = TVector.MultiplyAdd(TVector.Broadcast(ref a0, t), last, y0);
                    y1 = TVector.MultiplyAdd(TVector.Broadcast(ref a1, t), last, y1);
                    y2 = TVector.MultiplyAdd(TVector.Broadcast(ref a2, t), last, y2);
                    y3 = TVector.MultiplyAdd(TVector.Broadcast(ref a3, t), last, y3);
                    y4 = TVector.MultiplyAdd(TVector.Broadcast(ref a4, t), last, y4);
                    y5 = TVector.MultiplyAdd(TVector.Broadcast(ref a5, t), last, y5);
                }

                a0 = ref Unsafe.Add(ref a0, next);
                a1 = ref Unsafe.Add(ref a1, next);
                a2 = ref Unsafe.Add(ref a2, next);
                a3 = ref Unsafe.Add(ref a3, next);
                a4 = ref Unsafe.Add(ref a4, next);
                a5 = ref Unsafe.Add(ref a5, next);
            }

            TVector.Store(TVector.Activate(y0 + z0, relu), ref y, outputs);
            TVector.Store(TVector.Activate(y1 + z1, relu), ref y, Unsafe.Add(ref outputs, 1));
            TVector.Store(TVector.Activate(y2 + z2, relu), ref y, Unsafe.Add(ref outputs, 2));
            TVector.Store(TVector.Activate(y3 + z3, relu), ref y, Unsafe.Add(ref outputs, 3));
            TVector.Store(TVector.Activate(y4 + z4, relu), ref y, Unsafe.Add(ref outputs, 4));
            TVector.Store(TVector.Activate(y5 + z5, relu), ref y, Unsafe.Add(ref outputs, 5));
            inputs = ref Unsafe.Add(ref inputs, Rows);
            outputs = ref Unsafe.Add(ref outputs, Rows);
        }
    }

    // dB[6 × 2 vectors] += Σ_p A[p, 6]·dY[p, 2 vectors] over the pixels p of some rows; the second vector begins at column second.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AccumulateWide<T, TVector>(
        in StridedProduct product, int rows, int second, ref T dB, in TileOffsets outputs, ref T a, in TileOffsets inputs, ref T dY)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, IVector<TVector, T>
    {
        TVector d00 = TVector.Load(ref dB, outputs[0]), d01 = TVector.Load(ref dB, outputs[0] + second);
        TVector d10 = TVector.Load(ref dB, outputs[1]), d11 = TVector.Load(ref dB, outputs[1] + second);
        TVector d20 = TVector.Load(ref dB, outputs[2]), d21 = TVector.Load(ref dB, outputs[2] + second);
        TVector d30 = TVector.Load(ref dB, outputs[3]), d31 = TVector.Load(ref dB, outputs[3] + second);
        TVector d40 = TVector.Load(ref dB, outputs[4]), d41 = TVector.Load(ref dB, outputs[4] + second);
        TVector d50 = TVector.Load(ref dB, outputs[5]), d51 = TVector.Load(ref dB, outputs[5] + second);
        nint stepA = product.Input.Column, stepY = product.Output.Column, endY = product.Columns * stepY;
        for (int row = 0; row < rows; row++)
        {
            ref T a0 = ref Unsafe.Add(ref a, inputs[0]);
            ref T a1 = ref Unsafe.Add(ref a, inputs[1]);
            ref T a2 = ref Unsafe.Add(ref a, inputs[2]);
            ref T a3 = ref Unsafe.Add(ref a, inputs[3]);
            ref T a4 = ref Unsafe.Add(ref a, inputs[4]);
            ref T a5 = ref Unsafe.Add(ref a, inputs[5]);
            nint t = 0;
            for (nint p = 0; p < endY; p += stepY)
            {
                TVector g0 = TVector.Load(ref dY, p), g1 = TVector.Load(ref dY, p + second);
                TVector x = TVector.Broadcast(ref a0, t);
                d00 = TVector.MultiplyAdd(x, g0, d00);
                d01 = TVector.MultiplyAdd(x, g1, d01);
                x = TVector.Broadcast(ref a1, t);
                d10 = TVector.MultiplyAdd(x, g0, d10);
                d11 = TVector.MultiplyAdd(x, g1, d11);
                x = TVector.Broadcast(ref a2, t);
                d20 = TVector.MultiplyAdd(x, g0, d20);
                d21 = TVector.MultiplyAdd(x, g1, d21);
                x = TVector.Broadcast(ref a3, t);
                d30 = TVector.MultiplyAdd(x, g0, d30);
                d31 = TVector.MultiplyAdd(x, g1, d31);
                x = TVector.Broadcast(ref a4, t);
                d40 = TVector.MultiplyAdd(x, g0, d40);
                d41 = TVector.MultiplyAdd(x, g1, d41);
                x = TVector.Broadcast(ref a5, t);
                d50 = TVector.MultiplyAdd(x, g0, d50);
                d51 = TVector.MultiplyAdd(x, g1, d51);
                t += stepA;
            }

            a = ref Unsafe.Add(ref a, product.Input.Row);
            dY = ref Unsafe.Add(ref dY, product.Output.Row);
        }

        StoreRow<T, TVector>(ref dB, outputs[0], second, d00, d01);
        StoreRow<T, TVector>(ref dB, outputs[1], second, d10, d11);
        StoreRow<T, TVector>(ref dB, outputs[2], second, d20, d21);
        StoreRow<T, TVector>(ref dB, outputs[3], second, d30, d31);
        StoreRow<T, TVector>(ref dB, outputs[4], second, d40, d41);
        StoreRow<T, TVector>(ref dB, outputs[5], second, d50, d51);
    }

    // dB[6 × 1 vector], the same sums; those of every other pixel of a row apart, added at the end.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AccumulateNarrow<T, TVector>(
        in StridedProduct product, int rows, ref T dB, in TileOffsets outputs, ref T a, in TileOffsets inputs, ref T dY)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, IVector<TVector, T>
    {
        TVector d0 = TVector.Load(ref dB, outputs[0]), d1 = TVector.Load(ref dB, outputs[1]), d2 = TVector.Load(ref dB, outputs[2]);
        TVector d3 = TVector.Load(ref dB, outputs[3]), d4 = TVector.Load(ref dB, outputs[4]), d5 = TVector.Load(ref dB, outputs[5]);
        TVector e0 = TVector.Zero, e1 = e0, e2 = e0, e3 = e0, e4 = e0, e5 = e0;
        nint stepA = product.Input.Column, stepY = product.Output.Column, endY = product.Columns * stepY;
        for (int row = 0; row < rows; row++)
        {
            ref T a0 = ref Unsafe.Add(ref a, inputs[0]);
            ref T a1 = ref Unsafe.Add(ref a, inputs[1]);
            ref T a2 = ref Unsafe.Add(ref a, inputs[2]);
            ref T a3 = ref Unsafe.Add(ref a, inputs[3]);
            ref T a4 = ref Unsafe.Add(ref a, inputs[4]);
            ref T a5 = ref Unsafe.Add(ref a, inputs[5]);
            nint t = 0, p = 0;
            for (; p < endY - stepY; p += 2 * stepY)
            {
                TVector first = TVector.Load(ref dY, p), second = TVector.Load(ref dY, p + stepY);
                nint u = t + stepA;
                d0 = TVector.MultiplyAdd(TVector.Broadcast(ref a0, t), first, d0);
                e0 = TVector.MultiplyAdd(TVector.Broadcast(ref a0, u), second, e0);
                d1 = TVector.MultiplyAdd(TVector.Broadcast(ref a1, t), first, d1);
                e1 = TVector.MultiplyAdd(TVector.Broadcast(ref a1, u), second, e1);
                d2 = TVector.MultiplyAdd(TVector.Broadcast(ref a2, t), first, d2);
                e2 = TVector.MultiplyAdd(TVector.Broadcast(ref a2, u), second, e2);
                d3 = TVector.MultiplyAdd(TVector.Broadcast(ref a3, t), first, d3);
                e3 = TVector.MultiplyAdd(TVector.Broadcast(ref a3, u), second, e3);
                d4 = TVector.MultiplyAdd(TVector.Broadcast(ref a4, t), first, d4);
                e4 = TVector.MultiplyAdd(TVector.Broadcast(ref a4, u), second, e4);
                d5 = TVector.MultiplyAdd(TVector.Broadcast(ref a5, t), first, d5);
                e5 = TVector.MultiplyAdd(TVector.Broadcast(ref a5, u), second, e5);
                t = u + stepA;
            }

            if (p < endY)
            {
                TVector last = TVector.Load(ref dY, p);
                d0 = TVector.MultiplyAdd(TVector.Broadcast(ref a0, t), last, d0);
                d1 = TVector.MultiplyAdd(TVector.Broadcast(ref a1, t), last, d1);
                d2 = TVector.MultiplyAdd(TVector.Broadcast(ref a2, t), last, d2);
                d3 = TVector.MultiplyAdd(TVector.Broadcast(ref a3, t), last, d3);
                d4 = TVector.MultiplyAdd(TVector.Broadcast(ref a4, t), last, d4);
                d5 = TVector.MultiplyAdd(TVector.Broadcast(ref a5, t), last, d5);
            }

            a = ref Unsafe.Add(ref a, product.Input.Row);
            dY = ref Unsafe.Add(ref dY, product.Output.Row);
        }

        TVector.Store(d0 + e0, ref dB, outputs[0]);
        TVector.Store(d1 + e1, ref dB, outputs[1]);
        TVector.Store(d2 + e2, ref dB, outputs[2]);
        TVector.Store(d3 + e3, ref dB, outputs[3]);
        TVector.Store(d4 + e4, ref dB, outputs[4]);
        TVector.Store(d5 + e5, ref dB, outputs[5]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow<T, TVector>(ref T y, int offset, int second, TVector y0, TVector y1)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, IVector<TVector, T>
    {
        TVector.Store(y0, ref y, offset);
        TVector.Store(y1, ref y, offset + second);
    }
}
