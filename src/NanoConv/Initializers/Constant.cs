using NanoConv.Descriptions;

namespace NanoConv.Initializers;

/// <summary>One number for all.</summary>
public sealed class Constant : Initializer, IDescribed<Constant>
{
    /// <summary>Specifies the number; the default is Keras's.</summary>
    /// <param name="value">The number.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
    public Constant(double value = 0) => Value = CheckFinite(value, nameof(value));

    /// <summary>The number.</summary>
    public double Value { get; }

    /// <inheritdoc/>
    public static Constant FromConfig(ConfigReader config) => new(config.Real("value", 0));

    /// <inheritdoc/>
    public void Describe(ConfigWriter config) => config.Add("value", Value);

    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key) => values.Fill(T.CreateChecked(Value));
}
