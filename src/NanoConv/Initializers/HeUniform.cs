using NanoConv.Descriptions;

namespace NanoConv.Initializers;

/// <summary>Uniform in ±√(6 / fan in) (He et al., 2015): made for ReLU.</summary>
public sealed class HeUniform : Initializer, IDescribed<HeUniform>
{
    /// <inheritdoc/>
    public static HeUniform FromConfig(ConfigReader config) => new();

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key) =>
        FillUniform(values, Math.Sqrt(6.0 / fanIn), key);
}
