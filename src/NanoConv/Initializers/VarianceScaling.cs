using NanoConv.Descriptions;

namespace NanoConv.Initializers;

/// <summary>
/// Of variance scale / fan, whatever the distribution: what Glorot's, He's and LeCun's initializers are cases of. PyTorch's own first kernels,
/// uniform in ±√(1 / fan in), are <c>new VarianceScaling(1.0 / 3, distribution: FanDistribution.Uniform)</c>.
/// </summary>
public sealed class VarianceScaling : Initializer, IDescribed<VarianceScaling>
{
    private static readonly string[] Modes = ["fan_in", "fan_out", "fan_avg"];
    private static readonly string[] Distributions = ["truncated_normal", "untruncated_normal", "uniform"];

    /// <summary>Specifies the variance; the defaults are Keras's.</summary>
    /// <param name="scale">The variance times the fan, above 0.</param>
    /// <param name="mode">Which fan.</param>
    /// <param name="distribution">How numbers are drawn.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not above 0 and finite, or the mode or the distribution is none.</exception>
    public VarianceScaling(double scale = 1, FanMode mode = FanMode.FanIn, FanDistribution distribution = FanDistribution.TruncatedNormal)
    {
        if (!(scale > 0 && double.IsFinite(scale)))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "VarianceScaling: expected a finite scale above 0");
        if (!Enum.IsDefined(mode))
            throw new ArgumentOutOfRangeException(nameof(mode), mode, "VarianceScaling: expected FanIn, FanOut or FanAvg");
        if (!Enum.IsDefined(distribution))
        {
            throw new ArgumentOutOfRangeException(
                nameof(distribution), distribution, "VarianceScaling: expected TruncatedNormal, UntruncatedNormal or Uniform");
        }

        (Scale, Mode, Distribution) = (scale, mode, distribution);
    }

    /// <summary>The variance times the fan.</summary>
    public double Scale { get; }

    /// <summary>Which fan.</summary>
    public FanMode Mode { get; }

    /// <summary>How numbers are drawn.</summary>
    public FanDistribution Distribution { get; }

    /// <inheritdoc/>
    public static VarianceScaling FromConfig(ConfigReader config) => new(
        config.Real("scale", 1), (FanMode)Index(config, "mode", Modes), (FanDistribution)Index(config, "distribution", Distributions));

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("scale", Scale);
        config.Add("mode", Modes[(int)Mode]);
        config.Add("distribution", Distributions[(int)Distribution]);
    }

    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key)
    {
        double fan = Mode switch { FanMode.FanIn => fanIn, FanMode.FanOut => fanOut, _ => (fanIn + (double)fanOut) / 2 };
        double variance = Scale / fan;
        if (Distribution == FanDistribution.Uniform)
            FillUniform(values, Math.Sqrt(3 * variance), key);
        else if (Distribution == FanDistribution.UntruncatedNormal)
            FillNormal(values, mean: 0, Math.Sqrt(variance), key);
        else
            FillTruncatedNormal(values, mean: 0, Math.Sqrt(variance) / CutDeviation, key);
    }

    // The place of a word among those that there are, the first of which goes without saying.
    private static int Index(ConfigReader config, string key, string[] words)
    {
        if (!config.Has(key))
            return 0;
        string word = config.Text(key);
        return Array.IndexOf(words, word) is >= 0 and int index ? index : throw new FormatException(
            $"'{key}': expected {string.Join(" or ", words.Select(one => $"'{one}'"))}, found {Quoted.Of(word)}");
    }
}
