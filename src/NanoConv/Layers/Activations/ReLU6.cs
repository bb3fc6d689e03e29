using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Kernels.Simd;

namespace NanoConv.Layers.Activations;

/// <summary>
/// f(x) = min(max(0, x), 6) (Krizhevsky, 2010); <see cref="Activation.ReLU6"/>. Its slopes at 0 and 6 are taken as 0. In Keras also the layer ReLU with
/// max_value = 6: other bounds and thresholds there are none here, slopes below 0 has <see cref="LeakyReLU"/>.
/// </summary>
public sealed class ReLU6 : Activation, IDescribed<ReLU6>
{
    internal ReLU6()
    {
    }

    /// <inheritdoc/>
    public override string Name => "relu6";

    /// <inheritdoc/>
    public override string Kind => "re_lu6";

    /// <inheritdoc/>
    public override bool GradientNeedsInput => false;

    /// <inheritdoc/>
    public static ReLU6 FromConfig(ConfigReader config) => (ReLU6)ReLU6;

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
        private static Vector<T> Six => VectorMath.Constant<T>(6);

        public Vector<T> Value(Vector<T> x) => Vector.Min(Vector.Max(x, Vector<T>.Zero), Six);

        public Vector<T> Slope(Vector<T> at) => Vector.ConditionalSelect(
            Vector.GreaterThan(at, Vector<T>.Zero) & Vector.LessThan(at, Six), Vector<T>.One, Vector<T>.Zero);
    }
}
