using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Kernels.Simd;
using NanoConv.Tensors;

namespace NanoConv.Kernels.Micro;

/// <summary>
/// The micro-kernels where B has a single vector of columns. A tile of <see cref="RegisterTile"/> would load a value of A for
/// each multiply-add, and loading would be all that it does. But neighbouring pixels' windows overlap: what the right tap of one
/// pixel reads is the middle tap's of the next and the left tap's of the one after. Here it is loaded once for all of them, so
/// that 24 multiply-adds take 10 loads of A and 3 of B.
/// </summary>
/// <remarks>
/// Unchecked references, as in <see cref="RegisterTile"/>. Three bodies, as there are three sets of sums: a product's, those of two phases of
/// an input gradient, and a gradient's. Each sum is put together in one way, which depends on the product's shape
/// alone, wherever its pixel lies in a tile.
/// </remarks>
internal static class SharedTile
{
    /// <summary>
    /// Pixels of a tile, side by side in a row: as many sums or, where there are registers for it, twice as many; eight just hide the
    /// latency of a multiply-add.
    /// </summary>
    public const int Pixels = 8;

    /// <summary>Channels of a tile of the gradient, each with three taps: nine sums.</summary>
    public const int Channels = 3;

    /// <summary>Taps of a run in the gradient.</summary>
    public const int GradientTaps = 3;

    /// <summary>Whether <see cref="Multiply"/> takes a panel of B of this width.</summary>
    public static bool CanMultiply<T>(in StridedProduct product, int width)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        IsVector<T>(width) && product.Columns >= Pixels
        && (Overlap<ThreeTaps>(product) || Overlap<ThreeTapsByTwo>(product) || Overlap<TwoTaps>(product));

    /// <summary>
    /// Whether <see cref="MultiplyTwoPhases"/> takes two products: of the same pixels, columns and kernel rows, the first with two taps and
    /// the second with the right one of these.
    /// </summary>
    public static bool CanMultiplyTwoPhases<T>(in StridedProduct first, in StridedProduct second)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Overlap<TwoTaps>(first) && first.Columns >= Pixels / 2 && IsVector<T>(first.N)
        && second == first with
        {
            Input = first.Input with { Offset = first.Input.Offset + second.SegmentLength },
            Output = first.Output with { Offset = second.Output.Offset },
            SegmentLength = first.SegmentLength / 2,
        };

    /// <summary>Whether <see cref="Accumulate"/> takes this many columns of dB.</summary>
    public static bool CanAccumulate<T>(in StridedProduct product, int width)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        IsVector<T>(width) && product.Rows > 1 && product.K % (GradientTaps * Channels) == 0
        && (Overlap<ThreeTaps>(product) || Overlap<ThreeTapsByTwo>(product));

    /// <summary>Y = bias + A·B, or max(0, that), for all pixels and one panel.</summary>
    public static void Multiply<T>(in StridedProduct product, ref T y, ref T a, in PackedPanel<T> panel)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (panel.Width > SimdVector<T>.Count)
            MultiplyPictures<T, SimdVector512<T>>(product, ref y, ref a, panel);
        else if (SimdVector512<T>.IsPanel && product.Rows > 1)
            MultiplyPictures<T, SimdTwoRows<T>>(product, ref y, ref a, panel);
        else
            MultiplyPictures<T, SimdVector<T>>(product, ref y, ref a, panel);
    }

    /// <summary>Y = A·B of two products at once, as <see cref="CanMultiplyTwoPhases"/> describes them, for all pixels.</summary>
    public static void MultiplyTwoPhases<T>(in StridedProduct first, in StridedProduct second, ref T y, ref T a, ref T firstPanel, ref T secondPanel)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (first.N > SimdVector<T>.Count)
            MultiplyPhasePictures<T, SimdVector512<T>>(first, second, ref y, ref a, ref firstPanel, ref secondPanel);
        else if (SimdVector512<T>.IsPanel && first.Rows > 1)
            MultiplyPhasePictures<T, SimdTwoRows<T>>(first, second, ref y, ref a, ref firstPanel, ref secondPanel);
        else
            MultiplyPhasePictures<T, SimdVector<T>>(first, second, ref y, ref a, ref firstPanel, ref secondPanel);
    }

    /// <summary>dB += Aᵀ·dY over the pixels of some rows, for three channels, each with its three taps, and one vector of columns.</summary>
    /// <param name="product">The views.</param>
    /// <param name="block">The rows of pixels, from the first one's window and gradient on, and dB.</param>
    /// <param name="outputs">Where the first tap's row of dB begins for each channel; three count.</param>
    /// <param name="inputs">Where each channel lies in a window; three count.</param>
    /// <param name="width">Columns.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Accumulate<T>(in StridedProduct product, in GradientBlock<T> block, in TileOffsets outputs, in TileOffsets inputs, int width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (width > SimdVector<T>.Count)
            AccumulateBlock<T, SimdVector512<T>>(product, block, outputs, inputs);
        else if (SimdVector512<T>.IsPanel && block.Rows % 2 == 0)
            AccumulateBlock<T, SimdTwoRows<T>>(product, block, outputs, inputs);
        else
            AccumulateBlock<T, SimdVector<T>>(product, block, outputs, inputs);
    }

    private static bool IsVector<T>(int width)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        width == SimdVector<T>.Count || (SimdVector512<T>.IsPanel && width == SimdVector512<T>.Count);

    /// <summary>Whether a run is so many taps, and the next pixel's begins so many taps further. A tap is all channels of a picture's pixel.</summary>
    internal static bool Overlap<TTaps>(in StridedProduct product)
        where TTaps : struct, ITaps =>
        product.SegmentLength % TTaps.Count == 0 && TTaps.Count * product.Input.Column == TTaps.Stride * product.SegmentLength;

    private static void MultiplyPictures<T, TVector>(in StridedProduct product, ref T y, ref T a, in PackedPanel<T> panel)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimdRows<TVector, T>
    {
        for (int image = 0; image < product.Images; image++)
        {
            ref T pictureY = ref Unsafe.Add(ref y, product.Output.At(image, 0, 0));
            ref T pictureA = ref Unsafe.Add(ref a, product.Input.At(image, 0, 0));
            if (Overlap<ThreeTaps>(product))
                MultiplyPicture<T, TVector, ThreeTaps>(product, ref pictureY, ref pictureA, panel);
            else if (Overlap<ThreeTapsByTwo>(product))
                MultiplyPicture<T, TVector, ThreeTapsByTwo>(product, ref pictureY, ref pictureA, panel);
            else
                MultiplyPicture<T, TVector, TwoTaps>(product, ref pictureY, ref pictureA, panel);
        }
    }

    private static void AccumulateBlock<T, TVector>(
        in StridedProduct product, in GradientBlock<T> block, in TileOffsets outputs, in TileOffsets inputs)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimdRows<TVector, T>
    {
        if (Overlap<ThreeTaps>(product))
            AccumulateRows<T, TVector, ThreeTaps>(product, block, outputs, inputs);
        else
            AccumulateRows<T, TVector, ThreeTapsByTwo>(product, block, outputs, inputs);
    }

    // Y[8 pixels of a row × 1 vector] = bias + Σ_s Σ_c Σ_w A[pixel, s, w, c]·B[s, w, c, 1 vector]; s the kernel rows, w the taps.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyPicture<T, TVector, TTaps>(in StridedProduct product, ref T y, ref T a, in PackedPanel<T> panel)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimdRows<TVector, T>
        where TTaps : struct, ITaps
    {
        nint channels = product.SegmentLength / TTaps.Count, tap = channels * TVector.Columns;
        nint below = product.Input.Row;
        ref T bias = ref panel.Bias;
        bool relu = panel.Relu;
        for (int tileRow = 0; tileRow < product.Rows; tileRow += TVector.Rows)
        {
            for (int column = 0; column < product.Columns; column += Pixels)
            {
                // The last tile may overlap the one before it, and that above it: the same sums twice.
                int row = Math.Min(tileRow, product.Rows - TVector.Rows), first = Math.Min(column, product.Columns - Pixels);
                ref T window = ref Unsafe.Add(ref a, (row * product.Input.Row) + (first * product.Input.Column));
                ref T b = ref panel.B;
                TVector y0 = TVector.RepeatRow(ref bias, 0), y1 = y0, y2 = y0, y3 = y0, y4 = y0, y5 = y0, y6 = y0, y7 = y0;
                TVector z0 = TVector.Zero, z1 = z0, z2 = z0, z3 = z0, z4 = z0, z5 = z0, z6 = z0, z7 = z0;
                for (int s = product.Segments; s > 0; s--)
                {
                    for (nint c = 0; c < channels; c++)
                    {
                        TVector third = TTaps.Count > 2 ? TVector.RepeatRow(ref b, 2 * tap) : TVector.Zero;
                        ThreeVectors<TVector> w = new(TVector.RepeatRow(ref b, 0), TVector.RepeatRow(ref b, tap), third);
                        b = ref Unsafe.Add(ref b, TVector.Columns);
                        TapCursor<T> x = new(ref window, c, channels, below);
                        TVector x0 = x.Next<TVector>(), x1 = TTaps.Count - TTaps.Stride > 1 ? x.Next<TVector>() : TVector.Zero;
                        AddTaps<T, TVector, TTaps>(ref y0, ref z0, ref x0, ref x1, w, ref x);
                        AddTaps<T, TVector, TTaps>(ref y1, ref z1, ref x0, ref x1, w, ref x);
                        AddTaps<T, TVector, TTaps>(ref y2, ref z2, ref x0, ref x1, w, ref x);
                        AddTaps<T, TVector, TTaps>(ref y3, ref z3, ref x0, ref x1, w, ref x);
                        AddTaps<T, TVector, TTaps>(ref y4, ref z4, ref x0, ref x1, w, ref x);
                        AddTaps<T, TVector, TTaps>(ref y5, ref z5, ref x0, ref x1, w, ref x);
                        AddTaps<T, TVector, TTaps>(ref y6, ref z6, ref x0, ref x1, w, ref x);
                        AddTaps<T, TVector, TTaps>(ref y7, ref z7, ref x0, ref x1, w, ref x);
                    }

                    b = ref Unsafe.Add(ref b, (TTaps.Count - 1) * tap);
                    window = ref Unsafe.Add(ref window, product.SegmentStride);
                }

                ref T output = ref Unsafe.Add(ref y, (row * product.Output.Row) + (first * product.Output.Column));
                (y0, y1, y2, y3) = (Sum(y0, z0, relu), Sum(y1, z1, relu), Sum(y2, z2, relu), Sum(y3, z3, relu));
                (y4, y5, y6, y7) = (Sum(y4, z4, relu), Sum(y5, z5, relu), Sum(y6, z6, relu), Sum(y7, z7, relu));
                StorePixels(ref output, product.Output, y0, y1, y2, y3);
                StorePixels(ref Unsafe.Add(ref output, Pixels / 2 * product.Output.Column), product.Output, y4, y5, y6, y7);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static TVector Sum(TVector y, TVector z, bool relu) => TVector.Activate(TVector.HasManyRegisters ? y + z : y, relu);
    }

    // Two products' Y[4 pixels of a row × 1 vector]: y + z = Σ_s Σ_c A[s, left, c]·B[s, left, c] + A[s, right, c]·B[s, right, c] and
    // u = Σ_s Σ_c A[s, right, c]·C[s, c]. 12 multiply-adds take 5 loads of A and 3 of B and C.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyPhasePictures<T, TVector>(
        in StridedProduct product, in StridedProduct second, ref T y, ref T a, ref T firstPanel, ref T secondPanel)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimdRows<TVector, T>
    {
        nint channels = second.SegmentLength, tap = channels * TVector.Columns;
        nint below = product.Input.Row;
        int tileRows = (product.Rows + TVector.Rows - 1) / TVector.Rows;
        for (int tileRow = 0; tileRow < product.Images * tileRows; tileRow++)
        {
            (int image, int row) = Math.DivRem(tileRow, tileRows);
            row = Math.Min(row * TVector.Rows, product.Rows - TVector.Rows);
            for (int column = 0; column < product.Columns; column += Pixels / 2)
            {
                int at = Math.Min(column, product.Columns - (Pixels / 2));
                ref T window = ref Unsafe.Add(ref a, product.Input.At(image, row, at));
                ref T b = ref firstPanel;
                ref T c = ref secondPanel;
                TVector y0 = TVector.Zero, y1 = y0, y2 = y0, y3 = y0, z0 = y0, z1 = y0, z2 = y0, z3 = y0, u0 = y0, u1 = y0, u2 = y0, u3 = y0;
                for (int s = product.Segments; s > 0; s--)
                {
                    for (nint channel = 0; channel < channels; channel++)
                    {
                        ThreeVectors<TVector> w = new(TVector.RepeatRow(ref b, 0), TVector.RepeatRow(ref b, tap), TVector.RepeatRow(ref c, 0));
                        b = ref Unsafe.Add(ref b, TVector.Columns);
                        c = ref Unsafe.Add(ref c, TVector.Columns);
                        TapCursor<T> x = new(ref window, channel, channels, below);
                        TVector left = x.Next<TVector>();
                        AddPair<T, TVector>(ref y0, ref z0, ref u0, ref left, w, ref x);
                        AddPair<T, TVector>(ref y1, ref z1, ref u1, ref left, w, ref x);
                        AddPair<T, TVector>(ref y2, ref z2, ref u2, ref left, w, ref x);
                        AddPair<T, TVector>(ref y3, ref z3, ref u3, ref left, w, ref x);
                    }

                    b = ref Unsafe.Add(ref b, tap);
                    window = ref Unsafe.Add(ref window, product.SegmentStride);
                }

                // Both views differ in their offset alone.
                StorePixels(ref Unsafe.Add(ref y, product.Output.At(image, row, at)), product.Output, y0 + z0, y1 + z1, y2 + z2, y3 + z3);
                StorePixels(ref Unsafe.Add(ref y, second.Output.At(image, row, at)), product.Output, u0, u1, u2, u3);
            }
        }
    }

    // One pixel and channel of both; x holds what the pixel before has loaded. The sums of left and right taps are apart: twelve, so that
    // none waits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPair<T, TVector>(
        ref TVector y, ref TVector z, ref TVector u, ref TVector left, in ThreeVectors<TVector> w, ref TapCursor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimdRows<TVector, T>
    {
        y = TVector.MultiplyAddEstimate(left, w.First, y);
        TVector right = x.Next<TVector>();
        z = TVector.MultiplyAddEstimate(right, w.Second, z);
        u = TVector.MultiplyAddEstimate(right, w.Third, u);
        left = right;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePixels<T, TVector>(ref T y, in PixelView view, TVector y0, TVector y1, TVector y2, TVector y3)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimdRows<TVector, T>
    {
        (nint next, nint below) = (view.Column, view.Row);
        TVector.StoreRows(y0, ref y, 0, below);
        TVector.StoreRows(y1, ref y, next, below);
        TVector.StoreRows(y2, ref y, 2 * next, below);
        TVector.StoreRows(y3, ref y, 3 * next, below);
    }

    // y + z = Σ_w x_w·b_w of one pixel and channel. x0 and, if two taps are shared, x1 hold what the pixel before has loaded already.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTaps<T, TVector, TTaps>(
        ref TVector y, ref TVector z, ref TVector x0, ref TVector x1, in ThreeVectors<TVector> w, ref TapCursor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimdRows<TVector, T>
        where TTaps : struct, ITaps
    {
        if (TTaps.Count - TTaps.Stride == 1)
            x1 = x.Next<TVector>();
        y = TVector.MultiplyAddEstimate(x0, w.First, y);
        if (TTaps.Count == 2)
        {
            AddLast<T, TVector>(ref y, ref z, x1, w.Second);
            x0 = x1;
            return;
        }

        y = TVector.MultiplyAddEstimate(x1, w.Second, y);
        TVector x2 = x.Next<TVector>();
        AddLast<T, TVector>(ref y, ref z, x2, w.Third);
        x0 = TTaps.Stride == 1 ? x1 : x2;
        x1 = x2;
    }

    // The last tap has a sum of its own where there are registers for it: then eight pixels do more than just hide the latency.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddLast<T, TVector>(ref TVector y, ref TVector z, TVector x, TVector b)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimdRows<TVector, T>
    {
        if (TVector.HasManyRegisters)
            z = TVector.MultiplyAddEstimate(x, b, z);
        else
            y = TVector.MultiplyAddEstimate(x, b, y);
    }

    // dB[3 channels, 3 taps × 1 vector] += Σ_p A[p, 3 channels, 3 taps]·dY[p, 1 vector] over the pixels p of some rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AccumulateRows<T, TVector, TTaps>(
        in StridedProduct product, in GradientBlock<T> block, in TileOffsets outputs, in TileOffsets inputs)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimdRows<TVector, T>
        where TTaps : struct, ITaps
    {
        ref T dB = ref block.DB, a = ref block.A, dY = ref block.DY;
        nint channels = product.SegmentLength / GradientTaps, tap = channels * product.N;
        TVector d00 = TVector.LoadSumOfRows(ref dB, outputs[0]), d01 = TVector.LoadSumOfRows(ref dB, outputs[0] + tap);
        TVector d02 = TVector.LoadSumOfRows(ref dB, outputs[0] + (2 * tap));
        TVector d10 = TVector.LoadSumOfRows(ref dB, outputs[1]), d11 = TVector.LoadSumOfRows(ref dB, outputs[1] + tap);
        TVector d12 = TVector.LoadSumOfRows(ref dB, outputs[1] + (2 * tap));
        TVector d20 = TVector.LoadSumOfRows(ref dB, outputs[2]), d21 = TVector.LoadSumOfRows(ref dB, outputs[2] + tap);
        TVector d22 = TVector.LoadSumOfRows(ref dB, outputs[2] + (2 * tap));
        nint step = product.Output.Column, end = product.Columns * step, below = product.Input.Row, belowY = product.Output.Row;
        for (int rows = block.Rows; rows > 0; rows -= TVector.Rows)
        {
            ref T a0 = ref Unsafe.Add(ref a, inputs[0]);
            ref T a1 = ref Unsafe.Add(ref a, inputs[1]);
            ref T a2 = ref Unsafe.Add(ref a, inputs[2]);

            // The first pixel's left tap, and its middle one if that is shared too.
            TVector x00 = TVector.CreateRows(ref a0, 0, below), x01 = TVector.CreateRows(ref a0, channels, below);
            TVector x10 = TVector.CreateRows(ref a1, 0, below), x11 = TVector.CreateRows(ref a1, channels, below);
            TVector x20 = TVector.CreateRows(ref a2, 0, below), x21 = TVector.CreateRows(ref a2, channels, below);
            nint at = (GradientTaps - TTaps.Stride) * channels;
            for (nint p = 0; p < end; p += step)
            {
                TVector g = TVector.LoadRows(ref dY, p, belowY);
                AccumulateTaps<T, TVector, TTaps>(ref d00, ref d01, ref d02, ref x00, ref x01, g, new(ref a0, at, channels, below));
                AccumulateTaps<T, TVector, TTaps>(ref d10, ref d11, ref d12, ref x10, ref x11, g, new(ref a1, at, channels, below));
                AccumulateTaps<T, TVector, TTaps>(ref d20, ref d21, ref d22, ref x20, ref x21, g, new(ref a2, at, channels, below));
                at += TTaps.Stride * channels;
            }

            a = ref Unsafe.Add(ref a, TVector.Rows * below);
            dY = ref Unsafe.Add(ref dY, TVector.Rows * belowY);
        }

        Store(ref dB, outputs[0], tap, d00, d01, d02);
        Store(ref dB, outputs[1], tap, d10, d11, d12);
        Store(ref dB, outputs[2], tap, d20, d21, d22);
    }

    // d_w += x_w·g for one pixel and channel; x begins at the first tap that the pixel before has not loaded.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AccumulateTaps<T, TVector, TTaps>(
        ref TVector d0, ref TVector d1, ref TVector d2, ref TVector x0, ref TVector x1, TVector g, in TapCursor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimdRows<TVector, T>
        where TTaps : struct, ITaps
    {
        d0 = TVector.MultiplyAddEstimate(x0, g, d0);
        if (TTaps.Stride == 1)
        {
            d1 = TVector.MultiplyAddEstimate(x1, g, d1);
            x0 = x1;
            x1 = x.Peek<TVector>(0);
            d2 = TVector.MultiplyAddEstimate(x1, g, d2);
        }
        else
        {
            d1 = TVector.MultiplyAddEstimate(x.Peek<TVector>(0), g, d1);
            x0 = x.Peek<TVector>(1);
            d2 = TVector.MultiplyAddEstimate(x0, g, d2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T, TVector>(ref T dB, int output, nint tap, TVector d0, TVector d1, TVector d2)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimdRows<TVector, T>
    {
        TVector.StoreSumOfRows(d0, ref dB, output);
        TVector.StoreSumOfRows(d1, ref dB, output + tap);
        TVector.StoreSumOfRows(d2, ref dB, output + (2 * tap));
    }
}
