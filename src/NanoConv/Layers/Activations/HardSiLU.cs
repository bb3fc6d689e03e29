using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;

namespace NanoConv.Layers.Activations;

/// <summary>
/// x·h with h = min(1, max(0, (x + 3) / 6)), the <see cref="HardSigmoid"/>, and f′ = h + x·h′: hard swish (Howard et al., 2019);
/// <see cref="Activation.HardSiLU"/>. Its slopes at −3 and 3 are taken as 0 and 1. At −∞ it is NaN, as in Keras.
/// </summary>
public sealed class HardSiLU : Activation, IDescribed<HardSiLU>
{
    internal HardSiLU()
    {
    }

    /// <inheritdoc/>
    public override string Name => "hard_silu";

    /// <inheritdoc/>
    public static HardSiLU FromConfig(ConfigReader config) => (HardSiLU)HardSiLU;

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override void Forward<T>(Span<T> y, ReadOnlySpan<T> x, int lastAxis) => Elementwise.Map(y, x, default(Function<T>));

    /// <inheritdoc/>
    public override void Gradient<T>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> y, int lastAxis) =>
        Elementwise.Chain(dx, dy, x, default(Function<T>));

    private readonly struct Function<T> : IElementwise<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private static HardSigmoid.Function<T> H => default;

        public Vector<T> Value(Vector<T> x) => x * H.Value(x);

        public Vector<T> Slope(Vector<T> at)
        {
            Vector<T> h = H.Value(at);
            return h + (at * H.Slope(h));
        }
    }
}
