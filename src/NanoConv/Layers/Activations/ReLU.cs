using System.Numerics.Tensors;
using NanoConv.Descriptions;
using NanoConv.Kernels;

namespace NanoConv.Layers.Activations;

/// <summary>f(x) = max(0, x); <see cref="Activation.ReLU"/>. Its slope at 0 is taken as 0.</summary>
public sealed class ReLU : Activation, IDescribed<ReLU>
{
    internal ReLU()
    {
    }

    /// <inheritdoc/>
    public override string Name => "relu";

    /// <inheritdoc/>
    public override string Kind => "re_lu";

    /// <inheritdoc/>
    public override bool GradientNeedsInput => false;

    internal override bool IsFused => true;

    /// <inheritdoc/>
    public static ReLU FromConfig(ConfigReader config) => (ReLU)ReLU;

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override void Forward<T>(Span<T> y, ReadOnlySpan<T> x, int lastAxis) => TensorPrimitives.Max(x, T.Zero, y);

    /// <inheritdoc/>
    public override void Gradient<T>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> y, int lastAxis) => ActivationGradient.Mask(dx, dy, y);
}
