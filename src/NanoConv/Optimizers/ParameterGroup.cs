using System.Globalization;
using NanoConv.Descriptions;
using NanoConv.Schedules;

namespace NanoConv.Optimizers;

/// <summary>Parameters whose rate or weight decay is another than the optimizer's, chosen by name.</summary>
/// <example><code>new AdamW(1e-3) { Groups = [new("*/bias", decay: 0), new("batch_normalization_*", rate: 2, decay: 0)] }</code></example>
public sealed class ParameterGroup : IDescribed<ParameterGroup>
{
    /// <summary>Specifies a group.</summary>
    /// <param name="pattern">The whole of their names, as <c>conv2d_1/kernel</c>; <c>*</c> stands for any characters or none, all else for itself.</param>
    /// <param name="rate">
    /// So many times the optimizer's rate is theirs, at least 0; by default 1. A schedule that ends in 0 trains them for a while and then leaves them
    /// as they are.
    /// </param>
    /// <param name="decay">Their weight decay, at least 0; null for the optimizer's.</param>
    /// <exception cref="ArgumentException">The pattern is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or not finite.</exception>
    public ParameterGroup(string pattern, Schedule? rate = null, double? decay = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        if (decay is { } own)
            Optimizer.CheckDecay(own, nameof(decay));
        (Pattern, Rate, Decay) = (pattern, rate ?? 1, decay);
    }

    /// <summary>The whole of their names.</summary>
    public string Pattern { get; }

    /// <summary>So many times the optimizer's rate is theirs, by the steps taken before.</summary>
    public Schedule Rate { get; }

    /// <summary>Their weight decay; null for the optimizer's.</summary>
    public double? Decay { get; }

    /// <inheritdoc/>
    public static ParameterGroup FromConfig(ConfigReader config) =>
        new(config.Text("pattern"), config.Schedule("rate"), config.RealOrNull("decay"));

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
