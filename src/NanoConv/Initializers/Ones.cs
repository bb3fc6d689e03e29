using NanoConv.Descriptions;

namespace NanoConv.Initializers;

/// <summary>Ones: what scales start from.</summary>
public sealed class Ones : Initializer, IDescribed<Ones>
{
    /// <inheritdoc/>
    public static Ones FromConfig(ConfigReader config) => new();

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key) => values.Fill(T.One);
}
