using System.Numerics.Tensors;
using NanoConv.Descriptions;

namespace NanoConv.Regularizers;

/// <summary>λ·Σw², which keeps weights small. As in Keras there is no factor ½, so its derivative is 2λw.</summary>
/// <param name="strength">λ, at least 0.</param>
/// <exception cref="ArgumentOutOfRangeException">λ is negative or not finite.</exception>
public sealed class L2(double strength) : Regularizer, IDescribed<L2>
{
    /// <summary>λ.</summary>
    public double Strength { get; } = Check(strength, nameof(strength));

    /// <inheritdoc/>
    public static L2 FromConfig(ConfigReader config) => new(config.Real("l2"));

    /// <inheritdoc/>
    public void Describe(ConfigWriter config) => config.Add("l2", Strength);

    /// <inheritdoc/>
    public override T Penalty<T>(ReadOnlySpan<T> w) => T.CreateChecked(Strength) * TensorPrimitives.SumOfSquares(w);

    /// <inheritdoc/>
    public override void AddGradient<T>(Span<T> gradient, ReadOnlySpan<T> w) =>
        TensorPrimitives.MultiplyAdd(w, T.CreateChecked(2 * Strength), gradient, gradient);
}
