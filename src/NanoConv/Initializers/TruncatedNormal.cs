using NanoConv.Descriptions;

namespace NanoConv.Initializers;

/// <summary>
/// Normal, whatever the fans, cut off at two deviations: what lies beyond is drawn again, as in Keras, and leaves a deviation of 0.88·stddev.
/// </summary>
public sealed class TruncatedNormal : Initializer, IDescribed<TruncatedNormal>
{
    /// <summary>Specifies the numbers; the defaults are Keras's.</summary>
    /// <param name="mean">The mean.</param>
    /// <param name="stddev">The standard deviation, before the cut, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">One is not finite, or the deviation is negative.</exception>
    public TruncatedNormal(double mean = 0, double stddev = 0.05) => (Mean, Stddev) = (CheckFinite(mean, nameof(mean)), CheckDeviation(stddev, nameof(stddev)));

    /// <summary>The mean.</summary>
    public double Mean { get; }

    /// <summary>The standard deviation, before the cut.</summary>
    public double Stddev { get; }

    /// <inheritdoc/>
    public static TruncatedNormal FromConfig(ConfigReader config) => new(config.Real("mean", 0), config.Real("stddev", 0.05));

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("mean", Mean);
        config.Add("stddev", Stddev);
    }

    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key) => FillTruncatedNormal(values, Mean, Stddev, key);
}
