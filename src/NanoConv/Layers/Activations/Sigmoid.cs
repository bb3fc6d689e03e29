using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;

namespace NanoConv.Layers.Activations;

/// <summary>σ(x) = 1 / (1 + e⁻ˣ), with σ′ = y·(1 − y); <see cref="Activation.Sigmoid"/>.</summary>
public sealed class Sigmoid : Activation, IDescribed<Sigmoid>
{
    internal Sigmoid()
    {
    }

    /// <inheritdoc/>
    public override string Name => "sigmoid";

    /// <inheritdoc/>
    public override bool GradientNeedsInput => false;

    /// <inheritdoc/>
    public static Sigmoid FromConfig(ConfigReader config) => (Sigmoid)Sigmoid;

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
        public Vector<T> Value(Vector<T> x) => Transcendental.Sigmoid(x);

        public Vector<T> Slope(Vector<T> at) => at * (Vector<T>.One - at);
    }
}
