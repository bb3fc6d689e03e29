using System.Globalization;
using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;

namespace NanoConv.Layers.Activations;

/// <summary>x where it is positive, α·(eˣ − 1) elsewhere, where f′ = y + α (Clevert et al., 2016).</summary>
public sealed class ELU : Activation, IDescribed<ELU>
{
    /// <summary>Specifies the function; the default is Keras's.</summary>
    /// <param name="alpha">α, at least 0: −α is what it tends to below 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">α is negative or not finite.</exception>
    public ELU(double alpha = 1) => Alpha = CheckPositive(alpha, nameof(alpha));

    /// <summary>α.</summary>
    public double Alpha { get; }

    /// <inheritdoc/>
    public override string Name => "elu";

    /// <inheritdoc/>
    public override bool GradientNeedsInput => false;

    /// <inheritdoc/>
    public static ELU FromConfig(ConfigReader config) => new(config.Real("alpha", 1));

    /// <inheritdoc/>
    public void Describe(ConfigWriter config) => config.Add("alpha", Alpha);

    /// <inheritdoc/>
    public override void Forward<T>(Span<T> y, ReadOnlySpan<T> x, int lastAxis) => Elementwise.Map(y, x, new Function<T>(T.CreateChecked(Alpha)));

    /// <inheritdoc/>
    public override void Gradient<T>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> y, int lastAxis) =>
        Elementwise.Chain(dx, dy, y, new Function<T>(T.CreateChecked(Alpha)));

    /// <summary>As <c>ELU(1)</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"ELU({Alpha})");

    private readonly struct Function<T>(T alpha) : IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Vector<T> Value(Vector<T> x) => Vector.ConditionalSelect(
            Vector.GreaterThan(x, Vector<T>.Zero), x, new Vector<T>(alpha) * Transcendental.ExpM1(x));

        public Vector<T> Slope(Vector<T> at) => Vector.ConditionalSelect(
            Vector.GreaterThan(at, Vector<T>.Zero), Vector<T>.One, at + new Vector<T>(alpha));
    }
}
