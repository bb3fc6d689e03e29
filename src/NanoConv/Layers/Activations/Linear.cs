using NanoConv.Descriptions;

namespace NanoConv.Layers.Activations;

/// <summary>f(x) = x; <see cref="Activation.Linear"/>.</summary>
public sealed class Linear : Activation, IDescribed<Linear>
{
    internal Linear()
    {
    }

    /// <inheritdoc/>
    public override string Name => "linear";

    /// <inheritdoc/>
    public override bool GradientNeedsInput => false;

    internal override bool IsFused => true;

    /// <inheritdoc/>
    public static Linear FromConfig(ConfigReader config) => (Linear)Linear;

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override void Forward<T>(Span<T> y, ReadOnlySpan<T> x, int lastAxis) => x.CopyTo(y);

    /// <inheritdoc/>
    public override void Gradient<T>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> y, int lastAxis) => dy.CopyTo(dx);
}
