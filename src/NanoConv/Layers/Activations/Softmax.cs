using NanoConv.Descriptions;
using NanoConv.Kernels;

namespace NanoConv.Layers.Activations;

/// <summary>y_c = exp(x_c) / Σ exp(x_j) over the last axis; <see cref="Activation.Softmax"/>.</summary>
public sealed class Softmax : Activation, IDescribed<Softmax>
{
    internal Softmax()
    {
    }

    /// <inheritdoc/>
    public override string Name => "softmax";

    /// <inheritdoc/>
    public override bool GradientNeedsInput => false;

    /// <inheritdoc/>
    public override bool IsOverLastAxis => true;

    /// <inheritdoc/>
    public static Softmax FromConfig(ConfigReader config) => (Softmax)Softmax;

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override void Forward<T>(Span<T> y, ReadOnlySpan<T> x, int lastAxis) => SoftmaxRows.Forward(y, x, lastAxis);

    /// <inheritdoc/>
    public override void Gradient<T>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> y, int lastAxis) =>
        SoftmaxRows.InputGradient(dx, y, dy, lastAxis);
}
