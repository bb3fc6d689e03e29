using NanoConv.Descriptions;

namespace NanoConv.Initializers;

/// <summary>Uniform in ±√(3 / fan in) (LeCun et al., 1998).</summary>
public sealed class LecunUniform : Initializer, IDescribed<LecunUniform>
{
    /// <inheritdoc/>
    public static LecunUniform FromConfig(ConfigReader config) => new();

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key) =>
        FillUniform(values, Math.Sqrt(3.0 / fanIn), key);
}
