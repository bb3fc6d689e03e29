using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;

namespace NanoConv.Layers.Activations;

/// <summary>The hyperbolic tangent, with f′ = 1 − y²; <see cref="Activation.Tanh"/>.</summary>
public sealed class Tanh : Activation, IDescribed<Tanh>
{
    internal Tanh()
    {
    }

    /// <inheritdoc/>
    public override string Name => "tanh";

    /// <inheritdoc/>
    public override bool GradientNeedsInput => false;

    /// <inheritdoc/>
    public static Tanh FromConfig(ConfigReader config) => (Tanh)Tanh;

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override void Forward<T>(Span<T> y, ReadOnlySpan<T> x, int lastAxis) => Elementwise.Map(y, x, default(Function<T>));

    /// <inheritdoc/>
    public override void Gradient<T>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> y, int lastAxis) =>
        Elementwise.Chain(dx, dy, y, default(Function<T>));

    private readonly struct Function<T> : IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Vector<T> Value(Vector<T> x) => Transcendental.Tanh(x);

        public Vector<T> Slope(Vector<T> at) => (Vector<T>.One - at) * (Vector<T>.One + at);
    }
}
