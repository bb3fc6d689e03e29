using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Kernels.Simd;
using NanoConv.Tensors;

namespace NanoConv.Kernels;

/// <summary>
/// The five transforms of Winograd's minimal filtering F(4×4, 3×3): with them, 4 × 4 outputs of a 3 × 3 convolution take
/// 36 multiplications instead of 144. For a tile d of 6 × 6 inputs and a kernel w,
/// y = Aᵀ·[(G·w·Gᵀ) ∘ (Bᵀ·d·B)]·A, and by the chain rule dw = Gᵀ·[(Bᵀ·d·B) ∘ (A·dy·Aᵀ)]·G; ∘ multiplies point by point.
/// </summary>
/// <remarks>
/// <para>The matrices are those of Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016), for the points
/// 0, ±1, ±2 and ∞: polynomials of input and kernel are evaluated there, multiplied, and interpolated. G is taken 24
/// times, so that all its entries are whole, and 24² = 576 is divided out once.</para>
/// <para>Each transform works on a vector of channels at a time: it goes along the rows of a tile, then down its columns, six,
/// four or three values to six, four or three values.</para>
/// </remarks>
internal static class Winograd
{
    /// <summary>Rows and columns of a tile of outputs.</summary>
    public const int Outputs = 4;

    /// <summary>Rows and columns of a tile of inputs.</summary>
    public const int Inputs = 6;

    /// <summary>Rows and columns of the kernel.</summary>
    public const int Taps = 3;

    /// <summary>Points of a transformed tile, each of which is a matrix product.</summary>
    public const int Points = Inputs * Inputs;

    private const int GScale = 24;

    /// <summary>Bᵀ·d·B of one vector of channels.</summary>
    /// <param name="v">Overwritten: point after point, <paramref name="step"/> elements apart.</param>
    /// <param name="step">Elements from point to point.</param>
    /// <param name="d">The tile's first pixel.</param>
    /// <param name="pixels">How pixels follow one another.</param>
    /// <param name="half">Scratch: a vector for each point.</param>
    /// <typeparam name="T">The element type.</typeparam>
    /// <typeparam name="TVector">The vector.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TransformInput<T, TVector>(ref T v, nint step, ref T d, in PixelView pixels, ref TVector half)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged, ISimd<TVector, T>
    {
        nint row = pixels.Row, column = pixels.Column, next = Inputs * step;
        for (nint i = 0; i < Inputs; i++)
        {
            ref T at = ref Unsafe.Add(ref d, i * row);
            TVector d0 = TVector.LoadUnsafe(ref at, 0), d1 = TVector.LoadUnsafe(ref at, column), d2 = TVector.LoadUnsafe(ref at, 2 * column);
            TVector d3 = TVector.LoadUnsafe(ref at, 3 * column), d4 = TVector.LoadUnsafe(ref at, 4 * column), d5 = TVector.LoadUnsafe(ref at, 5 * column);
            TransposedB<T, TVector>(ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);
            (At(ref half, i, 0), At(ref half, i, 1), At(ref half, i, 2)) = (d0, d1, d2);
            (At(ref half, i, 3), At(ref half, i, 4), At(ref half, i, 5)) = (d3, d4, d5);
        }

        for (nint j = 0; j < Inputs; j++)
        {
            (TVector d0, TVector d1, TVector d2) = (At(ref half, 0, j), At(ref half, 1, j), At(ref half, 2, j));
            (TVector d3, TVector d4, TVector d5) = (At(ref half, 3, j), At(ref half, 4, j), At(ref half, 5, j));
            TransposedB<T, TVector>(ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);
            ref T point = ref Unsafe.Add(ref v, j * step);
            StoreThree<T, TVector>(ref point, next, d0, d1, d2);
            StoreThree<T, TVector>(ref Unsafe.Add(ref point, 3 * next), next, d3, d4, d5);
        }
    }

    /// <summary>A·dy·Aᵀ of one vector of channels.</summary>
    /// <param name="z">Overwritten: point after point, <paramref name="step"/> elements apart.</param>
    /// <param name="step">Elements from point to point.</param>
    /// <param name="dy">The tile's first pixel.</param>
    /// <param name="pixels">How pixels follow one another.</param>
    /// <param name="half">Scratch: a vector for each point.</param>
    /// <typeparam name="T">The element type.</typeparam>
    /// <typeparam name="TVector">The vector.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TransformGradient<T, TVector>(ref T z, nint step, ref T dy, in PixelView pixels, ref TVector half)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged, ISimd<TVector, T>
    {
        nint row = pixels.Row, column = pixels.Column, next = Inputs * step;
        for (nint i = 0; i < Outputs; i++)
        {
            ref T at = ref Unsafe.Add(ref dy, i * row);
            TVector z0 = TVector.LoadUnsafe(ref at, 0), z1 = TVector.LoadUnsafe(ref at, column);
            TVector z2 = TVector.LoadUnsafe(ref at, 2 * column), z3 = TVector.LoadUnsafe(ref at, 3 * column);
            A<T, TVector>(ref z0, ref z1, ref z2, ref z3, out TVector z4, out TVector z5);
            (At(ref half, i, 0), At(ref half, i, 1), At(ref half, i, 2)) = (z0, z1, z2);
            (At(ref half, i, 3), At(ref half, i, 4), At(ref half, i, 5)) = (z3, z4, z5);
        }

        for (nint j = 0; j < Inputs; j++)
        {
            (TVector z0, TVector z1, TVector z2, TVector z3) = (At(ref half, 0, j), At(ref half, 1, j), At(ref half, 2, j), At(ref half, 3, j));
            A<T, TVector>(ref z0, ref z1, ref z2, ref z3, out TVector z4, out TVector z5);
            ref T point = ref Unsafe.Add(ref z, j * step);
            StoreThree<T, TVector>(ref point, next, z0, z1, z2);
            StoreThree<T, TVector>(ref Unsafe.Add(ref point, 3 * next), next, z3, z4, z5);
        }
    }

    /// <summary>bias + Aᵀ·m·A of one vector of channels, or max(0, that).</summary>
    /// <param name="y">Overwritten: 4 × 4 pixels.</param>
    /// <param name="pixels">How pixels follow one another.</param>
    /// <param name="m">The sums of products, point after point, <paramref name="step"/> elements apart.</param>
    /// <param name="step">Elements from point to point.</param>
    /// <param name="bias">The channels' bias.</param>
    /// <param name="relu">Whether to apply max(0, ·).</param>
    /// <param name="half">Scratch: a vector for each point.</param>
    /// <typeparam name="T">The element type.</typeparam>
    /// <typeparam name="TVector">The vector.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TransformOutput<T, TVector>(ref T y, in PixelView pixels, ref T m, nint step, TVector bias, bool relu, ref TVector half)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged, ISimd<TVector, T>
    {
        nint row = pixels.Row, column = pixels.Column;
        for (nint j = 0; j < Inputs; j++)
        {
            ref T at = ref Unsafe.Add(ref m, j * step);
            nint next = Inputs * step;
            TVector m0 = TVector.LoadUnsafe(ref at, 0), m1 = TVector.LoadUnsafe(ref at, next), m2 = TVector.LoadUnsafe(ref at, 2 * next);
            TVector m3 = TVector.LoadUnsafe(ref at, 3 * next), m4 = TVector.LoadUnsafe(ref at, 4 * next), m5 = TVector.LoadUnsafe(ref at, 5 * next);
            TransposedA<T, TVector>(ref m0, ref m1, ref m2, ref m3, m4, m5);
            (At(ref half, 0, j), At(ref half, 1, j), At(ref half, 2, j), At(ref half, 3, j)) = (m0, m1, m2, m3);
        }

        for (nint i = 0; i < Outputs; i++)
        {
            (TVector y0, TVector y1, TVector y2, TVector y3) = (At(ref half, i, 0), At(ref half, i, 1), At(ref half, i, 2), At(ref half, i, 3));
            TransposedA<T, TVector>(ref y0, ref y1, ref y2, ref y3, At(ref half, i, 4), At(ref half, i, 5));
            ref T at = ref Unsafe.Add(ref y, i * row);
            TVector.StoreUnsafe(TVector.Activate(y0 + bias, relu), ref at, 0);
            TVector.StoreUnsafe(TVector.Activate(y1 + bias, relu), ref at, column);
            TVector.StoreUnsafe(TVector.Activate(y2 + bias, relu), ref at, 2 * column);
            TVector.StoreUnsafe(TVector.Activate(y3 + bias, relu), ref at, 3 * column);
        }
    }

    /// <summary>G·w·Gᵀ, in place: nine taps become 36 points.</summary>
    /// <param name="u">The taps, then the points, one after another; each <paramref name="length"/> elements, whole vectors.</param>
    /// <param name="length">Elements of a tap.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void TransformKernel<T>(Span<T> u, int length)
        where T : unmanaged, IFloatingPointIeee754<T> => TransformKernel<T, SimdVector<T>>(u, length);

    /// <summary>dw += Gᵀ·m·G.</summary>
    /// <param name="dw">Accumulated into: nine taps, row-major [3, 3, C, K].</param>
    /// <param name="filters">K.</param>
    /// <param name="m">The sums of products: 36 points of rows [K] for each channel.</param>
    /// <param name="step">Elements from point to point.</param>
    /// <param name="row">Elements from row to row: K, rounded up to whole vectors.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void AddKernelGradient<T>(Span<T> dw, int filters, ReadOnlySpan<T> m, int step, int row)
        where T : unmanaged, IFloatingPointIeee754<T> => AddKernelGradient<T, SimdVector<T>>(dw, filters, m, step, row);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TransformKernel<T, TVector>(Span<T> u, int length)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged, ISimd<TVector, T>
    {
        ref T start = ref u[..(Points * length)][0];
        TVector scale = TVector.Create(GScale * GScale);
        ref TVector half = ref (stackalloc TVector[Points])[0];
        nint next = Inputs * (nint)length;
        for (int i = 0; i < length; i += TVector.Count)
        {
            ref T at = ref Unsafe.Add(ref start, i);
            for (nint r = 0; r < Taps; r++)
            {
                nint tap = Taps * r * length;
                TVector u0 = TVector.LoadUnsafe(ref at, tap) / scale, u1 = TVector.LoadUnsafe(ref at, tap + length) / scale;
                TVector u2 = TVector.LoadUnsafe(ref at, tap + (2 * length)) / scale;
                G<T, TVector>(ref u0, ref u1, ref u2, out TVector u3, out TVector u4, out TVector u5);
                (At(ref half, r, 0), At(ref half, r, 1), At(ref half, r, 2)) = (u0, u1, u2);
                (At(ref half, r, 3), At(ref half, r, 4), At(ref half, r, 5)) = (u3, u4, u5);
            }

            for (nint j = 0; j < Inputs; j++)
            {
                (TVector u0, TVector u1, TVector u2) = (At(ref half, 0, j), At(ref half, 1, j), At(ref half, 2, j));
                G<T, TVector>(ref u0, ref u1, ref u2, out TVector u3, out TVector u4, out TVector u5);
                ref T point = ref Unsafe.Add(ref at, j * length);
                StoreThree<T, TVector>(ref point, next, u0, u1, u2);
                StoreThree<T, TVector>(ref Unsafe.Add(ref point, 3 * next), next, u3, u4, u5);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddKernelGradient<T, TVector>(Span<T> dw, int filters, ReadOnlySpan<T> m, int step, int row)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged, ISimd<TVector, T>
    {
        int tap = dw.Length / (Taps * Taps);
        nint next = Inputs * (nint)step;
        TVector scale = TVector.Create(GScale * GScale);
        ref TVector half = ref (stackalloc TVector[Points])[0];
        for (int channel = 0; channel < tap / filters; channel++)
        {
            for (int k = 0; k < filters; k += TVector.Count)
            {
                ref T start = ref VectorMath.Start(m[((channel * row) + k)..]);
                for (nint j = 0; j < Inputs; j++)
                {
                    ref T at = ref Unsafe.Add(ref start, j * step);
                    TVector m0 = TVector.LoadUnsafe(ref at, 0), m1 = TVector.LoadUnsafe(ref at, next), m2 = TVector.LoadUnsafe(ref at, 2 * next);
                    TVector m3 = TVector.LoadUnsafe(ref at, 3 * next), m4 = TVector.LoadUnsafe(ref at, 4 * next);
                    TransposedG<T, TVector>(ref m0, ref m1, ref m2, m3, m4, TVector.LoadUnsafe(ref at, 5 * next));
                    (At(ref half, 0, j), At(ref half, 1, j), At(ref half, 2, j)) = (m0, m1, m2);
                }

                int place = (channel * filters) + k, count = Math.Min(TVector.Count, filters - k);
                for (int r = 0; r < Taps; r++, place += Taps * tap)
                {
                    (TVector g0, TVector g1, TVector g2) = (At(ref half, r, 0), At(ref half, r, 1), At(ref half, r, 2));
                    TransposedG<T, TVector>(ref g0, ref g1, ref g2, At(ref half, r, 3), At(ref half, r, 4), At(ref half, r, 5));
                    Add<T, TVector>(dw.Slice(place, count), g0 / scale);
                    Add<T, TVector>(dw.Slice(place + tap, count), g1 / scale);
                    Add<T, TVector>(dw.Slice(place + (2 * tap), count), g2 / scale);
                }
            }
        }
    }

    // Bᵀ = [4 0 −5 0 1 0 | 0 −4 −4 1 1 0 | 0 4 −4 −1 1 0 | 0 −2 −1 2 1 0 | 0 2 −1 −2 1 0 | 0 4 0 −5 0 1]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposedB<T, TVector>(
        ref TVector d0, ref TVector d1, ref TVector d2, ref TVector d3, ref TVector d4, ref TVector d5)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
    {
        TVector even = TVector.MultiplyAddEstimate(TVector.Create(-4), d2, d4), odd = TVector.MultiplyAddEstimate(TVector.Create(-4), d1, d3);
        TVector even2 = d4 - d2, odd2 = d3 - d1;
        d0 = TVector.MultiplyAddEstimate(TVector.Create(4), d0, TVector.MultiplyAddEstimate(TVector.Create(-5), d2, d4));
        d5 = TVector.MultiplyAddEstimate(TVector.Create(4), d1, TVector.MultiplyAddEstimate(TVector.Create(-5), d3, d5));
        d1 = even + odd;
        d2 = even - odd;
        d3 = TVector.MultiplyAddEstimate(TVector.Create(2), odd2, even2);
        d4 = TVector.MultiplyAddEstimate(TVector.Create(-2), odd2, even2);
    }

    // Aᵀ = [1 1 1 1 1 0 | 0 1 −1 2 −2 0 | 0 1 1 4 4 0 | 0 1 −1 8 −8 1]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposedA<T, TVector>(ref TVector m0, ref TVector m1, ref TVector m2, ref TVector m3, TVector m4, TVector m5)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
    {
        TVector even = m1 + m2, odd = m1 - m2, even2 = m3 + m4, odd2 = m3 - m4;
        m0 = m0 + even + even2;
        m1 = TVector.MultiplyAddEstimate(TVector.Create(2), odd2, odd);
        m2 = TVector.MultiplyAddEstimate(TVector.Create(4), even2, even);
        m3 = TVector.MultiplyAddEstimate(TVector.Create(8), odd2, odd) + m5;
    }

    // A = [1 0 0 0 | 1 1 1 1 | 1 −1 1 −1 | 1 2 4 8 | 1 −2 4 −8 | 0 0 0 1]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void A<T, TVector>(ref TVector y0, ref TVector y1, ref TVector y2, ref TVector y3, out TVector z4, out TVector z5)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
    {
        TVector even = y0 + y2, odd = y1 + y3;
        TVector even2 = TVector.MultiplyAddEstimate(TVector.Create(4), y2, y0);
        TVector odd2 = TVector.MultiplyAddEstimate(TVector.Create(4), y3, y1) * TVector.Create(2);
        z5 = y3;
        z4 = even2 - odd2;
        y3 = even2 + odd2;
        y2 = even - odd;
        y1 = even + odd;
    }

    // 24·G = [6 0 0 | −4 −4 −4 | −4 4 −4 | 1 2 4 | 1 −2 4 | 0 0 24]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void G<T, TVector>(ref TVector w0, ref TVector w1, ref TVector w2, out TVector u3, out TVector u4, out TVector u5)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
    {
        TVector even = w0 + w2, odd = w1, even2 = TVector.MultiplyAddEstimate(TVector.Create(4), w2, w0), odd2 = w1 * TVector.Create(2);
        u5 = w2 * TVector.Create(24);
        u4 = even2 - odd2;
        u3 = even2 + odd2;
        w2 = (even - odd) * TVector.Create(-4);
        w1 = (even + odd) * TVector.Create(-4);
        w0 = w0 * TVector.Create(6);
    }

    // 24·Gᵀ = [6 −4 −4 1 1 0 | 0 −4 4 2 −2 0 | 0 −4 −4 4 4 24]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposedG<T, TVector>(ref TVector m0, ref TVector m1, ref TVector m2, TVector m3, TVector m4, TVector m5)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
    {
        TVector even = (m1 + m2) * TVector.Create(-4), odd = (m2 - m1) * TVector.Create(4), even2 = m3 + m4, odd2 = m3 - m4;
        m0 = TVector.MultiplyAddEstimate(TVector.Create(6), m0, even + even2);
        m1 = TVector.MultiplyAddEstimate(TVector.Create(2), odd2, odd);
        m2 = TVector.MultiplyAddEstimate(TVector.Create(24), m5, TVector.MultiplyAddEstimate(TVector.Create(4), even2, even));
    }

    // Half a column of points.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreThree<T, TVector>(ref T at, nint next, TVector v0, TVector v1, TVector v2)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
    {
        TVector.StoreUnsafe(v0, ref at, 0);
        TVector.StoreUnsafe(v1, ref at, next);
        TVector.StoreUnsafe(v2, ref at, 2 * next);
    }

    private static void Add<T, TVector>(Span<T> destination, TVector values)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged, ISimd<TVector, T>
    {
        if (destination.Length == TVector.Count)
        {
            TVector.StoreUnsafe(TVector.LoadUnsafe(ref destination[0], 0) + values, ref destination[0], 0);
            return;
        }

        ref T value = ref Unsafe.As<TVector, T>(ref values);
        for (int i = 0; i < destination.Length; i++)
            destination[i] += Unsafe.Add(ref value, i);
    }

    // A tile between its two passes: six vectors a row.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref TVector At<TVector>(ref TVector half, nint row, nint column)
        where TVector : struct => ref Unsafe.Add(ref half, (row * Inputs) + column);
}
