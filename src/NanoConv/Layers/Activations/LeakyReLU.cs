using System.Globalization;
using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;

namespace NanoConv.Layers.Activations;

/// <summary>x where it is positive, slope·x elsewhere. Its slope at 0 is taken as that of the negative side.</summary>
public sealed class LeakyReLU : Activation, IDescribed<LeakyReLU>
{
    /// <summary>Specifies the function; the default is that of Keras's function, while its layer of this name has 0.3.</summary>
    /// <param name="negativeSlope">The slope below 0, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The slope is negative or not finite.</exception>
    public LeakyReLU(double negativeSlope = 0.2) => NegativeSlope = CheckPositive(negativeSlope, nameof(negativeSlope));

    /// <summary>The slope below 0.</summary>
    public double NegativeSlope { get; }

    /// <inheritdoc/>
    public override string Name => "leaky_relu";

    /// <inheritdoc/>
    public override string Kind => "leaky_re_lu";

    /// <inheritdoc/>
    public override bool GradientNeedsInput => false;

    /// <inheritdoc/>
    public static LeakyReLU FromConfig(ConfigReader config) => new(config.Real("negative_slope", 0.2));

    /// <inheritdoc/>
    public void Describe(ConfigWriter config) => config.Add("negative_slope", NegativeSlope);

    /// <inheritdoc/>
    public override void Forward<T>(Span<T> y, ReadOnlySpan<T> x, int lastAxis) => Elementwise.Map(y, x, new Function<T>(T.CreateChecked(NegativeSlope)));

    /// <inheritdoc/>
    public override void Gradient<T>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> y, int lastAxis) =>
        Elementwise.Chain(dx, dy, y, new Function<T>(T.CreateChecked(NegativeSlope)));

    /// <summary>As <c>LeakyReLU(0.2)</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"LeakyReLU({NegativeSlope})");

    private readonly struct Function<T>(T slope) : IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Vector<T> Value(Vector<T> x) => x * Slope(x);

        // y and x have the same sign, or the slope is 0, and then y is 0.
        public Vector<T> Slope(Vector<T> at) =>
            Vector.ConditionalSelect(Vector.LessThanOrEqual(at, Vector<T>.Zero), new Vector<T>(slope), Vector<T>.One);
    }
}
