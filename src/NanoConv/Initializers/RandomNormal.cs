using NanoConv.Descriptions;

namespace NanoConv.Initializers;

/// <summary>Normal, whatever the fans.</summary>
public sealed class RandomNormal : Initializer, IDescribed<RandomNormal>
{
    /// <summary>Specifies the numbers; the defaults are Keras's.</summary>
    /// <param name="mean">The mean.</param>
    /// <param name="stddev">The standard deviation, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">One is not finite, or the deviation is negative.</exception>
    public RandomNormal(double mean = 0, double stddev = 0.05) => (Mean, Stddev) = (CheckFinite(mean, nameof(mean)), CheckDeviation(stddev, nameof(stddev)));

    /// <summary>The mean.</summary>
    public double Mean { get; }

    /// <summary>The standard deviation.</summary>
    public double Stddev { get; }

    /// <inheritdoc/>
    public static RandomNormal FromConfig(ConfigReader config) => new(config.Real("mean", 0), config.Real("stddev", 0.05));

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("mean", Mean);
        config.Add("stddev", Stddev);
    }

    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key) => FillNormal(values, Mean, Stddev, key);
}
