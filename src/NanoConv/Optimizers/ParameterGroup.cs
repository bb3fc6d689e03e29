using System.Globalization;
using NanoConv.Descriptions;

namespace NanoConv.Optimizers;

/// <summary>Parameters whose rate or weight decay is another than the optimizer's, chosen by name.</summary>
/// <example><code>new AdamW(1e-3) { Groups = [new("*/bias", decay: 0), new("batch_normalization_*", rate: 2, decay: 0)] }</code></example>
public sealed class ParameterGroup : IDescribed<ParameterGroup>
{
    /// <summary>Specifies a group.</summary>
    /// <param name="pattern">The whole of their names, as <c>conv2d_1/kernel</c>; <c>*</c> stands for any characters or none, all else for itself.</param>
    /// <param name="rate">So many times the optimizer's rate is theirs, at every step; at least 0.</param>
    /// <param name="decay">Their weight decay, at least 0; null for the optimizer's.</param>
    /// <exception cref="ArgumentException">The pattern is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or not finite.</exception>
    public ParameterGroup(string pattern, double rate = 1, double? decay = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        if (!(rate >= 0 && double.IsFinite(rate)))
            throw new ArgumentOutOfRangeException(nameof(rate), rate, $"group '{pattern}': expected a multiple of the rate of at least 0");
        if (decay is { } own)
            Optimizer.CheckDecay(own, nameof(decay));
        (Pattern, Rate, Decay) = (pattern, rate, decay);
    }

    /// <summary>The whole of their names.</summary>
    public string Pattern { get; }

    /// <summary>So many times the optimizer's rate is theirs.</summary>
    public double Rate { get; }

    /// <summary>Their weight decay; null for the optimizer's.</summary>
    public double? Decay { get; }

    /// <inheritdoc/>
    public static ParameterGroup FromConfig(ConfigReader config) =>
        new(config.Text("pattern"), config.Real("rate"), config.RealOrNull("decay"));

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("pattern", Pattern);
        config.Add("rate", Rate);
        if (Decay is { } decay)
            config.Add("decay", decay);
    }

    /// <summary>As <c>*/bias: rate 2, decay 0</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Pattern}: rate {Rate}{(Decay is null ? "" : FormattableString.Invariant($", decay {Decay}"))}");
}
