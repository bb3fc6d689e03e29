using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;

namespace NanoConv.Layers.Activations;

/// <summary>x·σ(x), with f′ = σ + x·σ·(1 − σ); <see cref="Activation.SiLU"/>. At −∞ it is NaN, as in Keras.</summary>
public sealed class SiLU : Activation, IDescribed<SiLU>
{
    internal SiLU()
    {
    }

    /// <inheritdoc/>
    public override string Name => "silu";

    /// <inheritdoc/>
    public static SiLU FromConfig(ConfigReader config) => (SiLU)SiLU;

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override void Forward<T>(Span<T> y, ReadOnlySpan<T> x, int lastAxis) => Elementwise.Map(y, x, default(Function<T>));

    /// <inheritdoc/>
    public override void Gradient<T>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> y, int lastAxis) =>
        Elementwise.Chain(dx, dy, x, default(Function<T>));

    private readonly struct Function<T> : IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Vector<T> Value(Vector<T> x) => x * Transcendental.Sigmoid(x);

        public Vector<T> Slope(Vector<T> at)
        {
            Vector<T> sigmoid = Transcendental.Sigmoid(at);
            return sigmoid + (at * (sigmoid * (Vector<T>.One - sigmoid)));
        }
    }
}
