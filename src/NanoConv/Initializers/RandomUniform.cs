using NanoConv.Descriptions;

namespace NanoConv.Initializers;

/// <summary>Uniform in [least, most), whatever the fans.</summary>
public sealed class RandomUniform : Initializer, IDescribed<RandomUniform>
{
    /// <summary>Specifies the numbers; the defaults are Keras's.</summary>
    /// <param name="minval">The least.</param>
    /// <param name="maxval">What they stay below, at least <paramref name="minval"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">One is not finite, or the greatest is less than the least.</exception>
    public RandomUniform(double minval = -0.05, double maxval = 0.05)
    {
        (Minval, Maxval) = (CheckFinite(minval, nameof(minval)), CheckFinite(maxval, nameof(maxval)));
        if (maxval < minval)
            throw new ArgumentOutOfRangeException(nameof(maxval), maxval, $"RandomUniform: expected a maxval of at least {minval}, the minval");
    }

    /// <summary>The least number.</summary>
    public double Minval { get; }

    /// <summary>What the numbers stay below.</summary>
    public double Maxval { get; }

    /// <inheritdoc/>
    public static RandomUniform FromConfig(ConfigReader config) => new(config.Real("minval", -0.05), config.Real("maxval", 0.05));

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("minval", Minval);
        config.Add("maxval", Maxval);
    }

    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = T.CreateChecked(Minval + (Kernels.CounterRandom.Uniform(key, i) * (Maxval - Minval)));
    }
}
