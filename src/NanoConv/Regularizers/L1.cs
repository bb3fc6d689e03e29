using System.Numerics;
using System.Numerics.Tensors;
using NanoConv.Descriptions;

namespace NanoConv.Regularizers;

/// <summary>λ·Σ|w|, which drives weights to zero. Its derivative at 0 is taken as 0.</summary>
/// <param name="strength">λ, at least 0.</param>
/// <exception cref="ArgumentOutOfRangeException">λ is negative or not finite.</exception>
public sealed class L1(double strength) : Regularizer, IDescribed<L1>
{
    /// <summary>λ.</summary>
    public double Strength { get; } = Check(strength, nameof(strength));

    /// <inheritdoc/>
    public static L1 FromConfig(ConfigReader config) => new(config.Real("l1"));

    /// <inheritdoc/>
    public void Describe(ConfigWriter config) => config.Add("l1", Strength);

    /// <inheritdoc/>
    public override T Penalty<T>(ReadOnlySpan<T> w) => T.CreateChecked(Strength) * TensorPrimitives.SumOfMagnitudes(w);

    /// <inheritdoc/>
    public override void AddGradient<T>(Span<T> gradient, ReadOnlySpan<T> w)
    {
        T strength = T.CreateChecked(Strength);
        Vector<T> plus = new(strength);
        int i = 0;
        for (; i <= gradient.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> x = new(w[i..]);
            Vector<T> step = (Vector.GreaterThan(x, Vector<T>.Zero) & plus) - (Vector.LessThan(x, Vector<T>.Zero) & plus);
            (new Vector<T>(gradient[i..]) + step).CopyTo(gradient[i..]);
        }

        for (; i < gradient.Length; i++)
            gradient[i] += w[i] > T.Zero ? strength : w[i] < T.Zero ? -strength : T.Zero;
    }
}
