using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;

namespace NanoConv.Layers.Activations;

/// <summary>
/// ln(1 + eˣ), with f′ = σ(x) = 1 − e⁻ʸ (Dugas et al., 2001); <see cref="Activation.Softplus"/>. As max(x, 0) + ln(1 + e^−|x|), which neither overflows nor
/// loses what is tiny: far below 0 it is eˣ.
/// </summary>
public sealed class Softplus : Activation, IDescribed<Softplus>
{
    internal Softplus()
    {
    }

    /// <inheritdoc/>
    public override string Name => "softplus";

    /// <inheritdoc/>
    public override bool GradientNeedsInput => false;

    /// <inheritdoc/>
    public static Softplus FromConfig(ConfigReader config) => (Softplus)Softplus;

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
        public Vector<T> Value(Vector<T> x) => Vector.Max(x, Vector<T>.Zero) + Transcendental.LogP1(Transcendental.Exp(-Vector.Abs(x)));

        public Vector<T> Slope(Vector<T> at) => -Transcendental.ExpM1(-at);
    }
}
