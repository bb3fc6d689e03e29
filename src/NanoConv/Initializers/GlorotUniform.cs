using NanoConv.Descriptions;

namespace NanoConv.Initializers;

/// <summary>Uniform in ±√(6 / (fan in + fan out)) (Glorot and Bengio, 2010): Keras's default.</summary>
public sealed class GlorotUniform : Initializer, IDescribed<GlorotUniform>
{
    /// <inheritdoc/>
    public static GlorotUniform FromConfig(ConfigReader config) => new();

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key) =>
        FillUniform(values, Math.Sqrt(6.0 / (fanIn + fanOut)), key);
}
