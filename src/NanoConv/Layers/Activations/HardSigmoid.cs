using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Kernels.Simd;

namespace NanoConv.Layers.Activations;

/// <summary>min(1, max(0, (x + 3) / 6)), Keras 3's, with slope 1/6 between −3 and 3; <see cref="Activation.HardSigmoid"/>.</summary>
public sealed class HardSigmoid : Activation, IDescribed<HardSigmoid>
{
    internal HardSigmoid()
    {
    }

    /// <inheritdoc/>
    public override string Name => "hard_sigmoid";

    /// <inheritdoc/>
    public override bool GradientNeedsInput => false;

    /// <inheritdoc/>
    public static HardSigmoid FromConfig(ConfigReader config) => (HardSigmoid)HardSigmoid;

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override void Forward<T>(Span<T> y, ReadOnlySpan<T> x, int lastAxis) => Elementwise.Map(y, x, default(Function<T>));

    /// <inheritdoc/>
    public override void Gradient<T>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> y, int lastAxis) =>
        Elementwise.Chain(dx, dy, y, default(Function<T>));

    internal readonly struct Function<T> : IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Vector<T> Value(Vector<T> x) =>
            Vector.Min(Vector.Max(x + VectorMath.Constant<T>(3), Vector<T>.Zero), VectorMath.Constant<T>(6)) / VectorMath.Constant<T>(6);

        public Vector<T> Slope(Vector<T> at) => Vector.ConditionalSelect(
            Vector.GreaterThan(at, Vector<T>.Zero) & Vector.LessThan(at, Vector<T>.One),
            Vector<T>.One / VectorMath.Constant<T>(6),
            Vector<T>.Zero);
    }
}
