using NanoConv.Descriptions;

namespace NanoConv.Initializers;

/// <summary>Normal with standard deviation √(2 / (fan in + fan out)) (Glorot and Bengio, 2010), cut off and widened as <see cref="HeNormal"/> is.</summary>
public sealed class GlorotNormal : Initializer, IDescribed<GlorotNormal>
{
    /// <inheritdoc/>
    public static GlorotNormal FromConfig(ConfigReader config) => new();

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key) =>
        FillTruncatedNormal(values, mean: 0, Math.Sqrt(2.0 / (fanIn + fanOut)) / CutDeviation, key);
}
