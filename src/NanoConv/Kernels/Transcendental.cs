using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Kernels.Simd;

namespace NanoConv.Kernels;

/// <summary>Transcendental functions of whole vectors, for the activations; as accurate for tiny and for huge arguments as in between.</summary>
/// <remarks>
/// Not TensorPrimitives': there tanh x and eˣ − 1 are differences of numbers near 1, which lose what is small (in float tanh 1e-8 is 0), and
/// the last elements of a short span are computed in another way than the others, so that bits would depend on an element's place.
/// </remarks>
internal static class Transcendental
{
    /// <summary>eˣ; 0 at −∞.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Exp<T>(Vector<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
            return Vector.Exp(x.As<T, float>()).As<float, T>();
        if (typeof(T) == typeof(double))
            return Vector.Exp(x.As<T, double>()).As<double, T>();
        throw new NotSupportedException($"expected float or double, received {typeof(T).Name}");
    }

    /// <summary>eˣ − 1: near 0 by its series, whose first term is x, elsewhere as it stands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> ExpM1<T>(Vector<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector<T> series = Horner(Series<T>.ExpM1, x);
        Vector<T> half = new(T.CreateTruncating(0.5));
        return Vector.ConditionalSelect(Vector.LessThan(Vector.Abs(x), half), x * series, Exp(x) - Vector<T>.One);
    }

    /// <summary>
    /// ln(1 + x) for x from 0 to 1: 2·artanh(t/2) = t + t³/(4·3) + t⁵/(4²·5) + … with t = 2x / (2 + x). No difference of numbers near 1; its first term is
    /// x where that is tiny.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> LogP1<T>(Vector<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector<T> t = (x + x) / (VectorMath.Constant<T>(2) + x);
        return t * Horner(Series<T>.Artanh, t * t);
    }

    /// <summary>σ(x) = 1 / (1 + e⁻ˣ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Sigmoid<T>(Vector<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Vector<T>.One / (Vector<T>.One + Exp(-x));

    /// <summary>tanh x = −m / (m + 2) with m = e⁻²ˣ − 1, of |x|, which does not overflow, and with its sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Tanh<T>(Vector<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector<T> magnitude = Vector.Abs(x), m = ExpM1(-(magnitude + magnitude));
        Vector<T> positive = -m / (m + VectorMath.Constant<T>(2));
        return Vector.ConditionalSelect(Vector.LessThan(x, Vector<T>.Zero), -positive, positive);
    }

    /// <summary>
    /// Φ(x) = erfc(−x/√2)/2, the share of a normal distribution below x. Of z = |x|/√2, erfc z = t·exp(−z² + P(2t − 1)) with
    /// t = 2 / (2 + z) and one polynomial P for all z (a Chebyshev fit): no difference of numbers near 1, even where Φ is tiny.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> NormalCdf<T>(Vector<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector<T> two = VectorMath.Constant<T>(2), half = new(T.CreateTruncating(0.5));
        Vector<T> t = two / (two + (Vector.Abs(x) * new Vector<T>(T.CreateTruncating(Math.Sqrt(0.5)))));
        Vector<T> s = t + t - Vector<T>.One;
        Vector<T> tail = half * t * Exp(Horner(Series<T>.LogErfc, s) - (half * x * x));
        return Vector.ConditionalSelect(Vector.GreaterThan(x, Vector<T>.Zero), Vector<T>.One - tail, tail);
    }

    /// <summary>φ(x) = exp(−x²/2)/√(2π), the density whose integral is Φ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> NormalDensity<T>(Vector<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Exp(new Vector<T>(T.CreateTruncating(-0.5)) * x * x) * new Vector<T>(T.CreateTruncating(1 / Math.Sqrt(2 * Math.PI)));

    // Σ cₖ·xᵏ.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Horner<T>(T[] c, Vector<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector<T> sum = new(c[^1]);
        for (int k = c.Length - 2; k >= 0; k--)
            sum = VectorMath.MultiplyAddEstimate(sum, x, new Vector<T>(c[k]));
        return sum;
    }

    /// <summary>Coefficients, as many as the type can tell from more.</summary>
    private static class Series<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        /// <summary>1/(k + 1)!, those of (eˣ − 1)/x where |x| is below ½.</summary>
        public static readonly T[] ExpM1 = [.. Enumerable.Range(1, IsFloat ? 9 : 16).Select(static k => T.CreateTruncating(1 / Factorial(k)))];

        /// <summary>4⁻ᵏ/(2k + 1), those of 2·artanh(t/2)/t in t² where t is at most ⅔.</summary>
        public static readonly T[] Artanh =
            [.. Enumerable.Range(0, IsFloat ? 8 : 17).Select(static k => T.CreateTruncating(Math.ScaleB(1.0 / ((2 * k) + 1), -2 * k)))];

        /// <summary>P of <see cref="NormalCdf"/>; its error is below 2e-16, or 1e-8 for float.</summary>
        public static readonly T[] LogErfc = [.. (IsFloat ? OfFloat : OfDouble).Select(T.CreateTruncating)];

        private static bool IsFloat => typeof(T) == typeof(float);

        private static double[] OfFloat =>
        [
            -0.6717940852, 0.6726431548, 0.04734341752, -0.04689364056, -0.009874534918, 0.008808825369, 0.001770666119,
            -0.002288765239, -0.0001827821417, 0.000573766372, -3.211377231e-5, -8.728381022e-5, 1.337150349e-5
        ];

        private static double[] OfDouble =>
        [
            -0.671794084056692145, 0.672643223977655967, 0.0473433068418635223, -0.0468956102310830226, -0.00987268936409922162,
            0.00882493855373876339, 0.00175893350740280315, -0.00234581244480215609, -0.000146246287421284047,
            0.000673678269706983072, -0.000093738947676673046, -0.000174299849331556068, 0.0000714181043342233719,
            0.0000317331059937693236, -0.0000302378405400722671, 1.6992332312566168e-7, 8.66253539747700483e-6,
            -3.00764543441506987e-6, -1.40944599143511009e-6, 1.3267813608563513e-6, -4.14685375455610375e-8,
            -3.16834136772302763e-7, 7.74557240871655528e-8, 3.97220354738167751e-8, -1.27760865548972419e-8,
            -1.58670429259073289e-9
        ];

        private static double Factorial(int k) => k < 2 ? 1 : k * Factorial(k - 1);
    }
}
