using NanoConv.Descriptions;

namespace NanoConv.Initializers;

/// <summary>Zeros: what biases start from.</summary>
public sealed class Zeros : Initializer, IDescribed<Zeros>
{
    /// <inheritdoc/>
    public static Zeros FromConfig(ConfigReader config) => new();

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key) => values.Clear();
}
