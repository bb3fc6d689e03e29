using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;

namespace NanoConv.Layers.Activations;

/// <summary>
/// λ·x where it is positive, λ·α·(eˣ − 1) elsewhere, where f′ = y + λ·α (Klambauer et al., 2017); <see cref="Activation.SELU"/>. With its λ and α a
/// layer that starts from <see cref="Initializers.LecunNormal"/> hands mean 0 and variance 1 on as they come.
/// </summary>
public sealed class SELU : Activation, IDescribed<SELU>
{
    // λ and λ·α, α being 1.6732632423543772848.
    private const double Scale = 1.0507009873554804934;
    private const double ScaledAlpha = 1.7580993408473768599;

    internal SELU()
    {
    }

    /// <inheritdoc/>
    public override string Name => "selu";

    /// <inheritdoc/>
    public override bool GradientNeedsInput => false;

    /// <inheritdoc/>
    public static SELU FromConfig(ConfigReader config) => (SELU)SELU;

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
        private static Vector<T> Above => new(T.CreateTruncating(Scale));

        private static Vector<T> Below => new(T.CreateTruncating(ScaledAlpha));

        public Vector<T> Value(Vector<T> x) =>
            Vector.ConditionalSelect(Vector.GreaterThan(x, Vector<T>.Zero), Above * x, Below * Transcendental.ExpM1(x));

        public Vector<T> Slope(Vector<T> at) => Vector.ConditionalSelect(Vector.GreaterThan(at, Vector<T>.Zero), Above, at + Below);
    }
}
