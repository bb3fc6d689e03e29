using NanoConv.Descriptions;

namespace NanoConv.Initializers;

/// <summary>
/// Normal with standard deviation √(2 / fan in) (He et al., 2015), cut off at two deviations of the normal it is drawn
/// from, which is widened by 1 / 0.8796 to make up for the cut: as Keras has it.
/// </summary>
public sealed class HeNormal : Initializer, IDescribed<HeNormal>
{
    /// <inheritdoc/>
    public static HeNormal FromConfig(ConfigReader config) => new();

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key) =>
        FillTruncatedNormal(values, mean: 0, Math.Sqrt(2.0 / fanIn) / CutDeviation, key);
}
