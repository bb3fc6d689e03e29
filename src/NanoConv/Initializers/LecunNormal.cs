using NanoConv.Descriptions;

namespace NanoConv.Initializers;

/// <summary>Normal with standard deviation √(1 / fan in) (LeCun et al., 1998), cut off and widened as <see cref="HeNormal"/> is: what SELU asks for.</summary>
public sealed class LecunNormal : Initializer, IDescribed<LecunNormal>
{
    /// <inheritdoc/>
    public static LecunNormal FromConfig(ConfigReader config) => new();

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key) =>
        FillTruncatedNormal(values, mean: 0, Math.Sqrt(1.0 / fanIn) / CutDeviation, key);
}
