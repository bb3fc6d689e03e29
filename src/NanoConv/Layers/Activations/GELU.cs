using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Kernels.Simd;

namespace NanoConv.Layers.Activations;

/// <summary>
/// x·Φ(x), Φ being the normal distribution's, with f′ = Φ + x·φ (Hendrycks and Gimpel, 2016); or, approximately, x·σ(2u) with
/// u = √(2/π)·(x + 0.044715·x³), which is x·(1 + tanh u)/2. At −∞ it is NaN, as in Keras.
/// </summary>
public sealed class GELU : Activation, IDescribed<GELU>
{
    /// <summary>Specifies the function; the default is Keras's.</summary>
    /// <param name="approximate">Whether by tanh; it is off by up to 5e-4.</param>
    public GELU(bool approximate = false) => Approximate = approximate;

    /// <summary>Whether it is the approximation by tanh.</summary>
    public bool Approximate { get; }

    /// <inheritdoc/>
    public override string Name => "gelu";

    /// <inheritdoc/>
    public static GELU FromConfig(ConfigReader config) => new(config.Flag("approximate", false));

    /// <inheritdoc/>
    public void Describe(ConfigWriter config) => config.Add("approximate", Approximate);

    /// <inheritdoc/>
    public override void Forward<T>(Span<T> y, ReadOnlySpan<T> x, int lastAxis)
    {
        if (Approximate)
            Elementwise.Map(y, x, default(ByTanh<T>));
        else
            Elementwise.Map(y, x, default(Exact<T>));
    }

    /// <inheritdoc/>
    public override void Gradient<T>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> y, int lastAxis)
    {
        if (Approximate)
            Elementwise.Chain(dx, dy, x, default(ByTanh<T>));
        else
            Elementwise.Chain(dx, dy, x, default(Exact<T>));
    }

    /// <summary>As <c>GELU</c> or <c>GELU(approximate)</c>.</summary>
    public override string ToString() => Approximate ? "GELU(approximate)" : "GELU";

    private readonly struct Exact<T> : IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Vector<T> Value(Vector<T> x) => x * Transcendental.NormalCdf(x);

        public Vector<T> Slope(Vector<T> at) => Transcendental.NormalCdf(at) + (at * Transcendental.NormalDensity(at));
    }

    private readonly struct ByTanh<T> : IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private static Vector<T> Scale => new(T.CreateTruncating(2 * Math.Sqrt(2 / Math.PI)));

        private static Vector<T> Cubic => new(T.CreateTruncating(0.044715));

        public Vector<T> Value(Vector<T> x) => x * Transcendental.Sigmoid(Scale * (x + (Cubic * x * x * x)));

        public Vector<T> Slope(Vector<T> at)
        {
            // Beyond ±50 σ is 0 or 1 and the second term 0, while u′ would overflow in the end.
            Vector<T> x = Vector.Max(Vector.Min(at, VectorMath.Constant<T>(50)), VectorMath.Constant<T>(-50));
            Vector<T> sigmoid = Transcendental.Sigmoid(Scale * (x + (Cubic * x * x * x)));
            Vector<T> slope = Scale * (Vector<T>.One + (VectorMath.Constant<T>(3) * Cubic * x * x));
            return sigmoid + (x * sigmoid * (Vector<T>.One - sigmoid) * slope);
        }
    }
}
