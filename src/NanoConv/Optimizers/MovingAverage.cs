using System.Globalization;
using NanoConv.Descriptions;

namespace NanoConv.Optimizers;

/// <summary>
/// An exponential moving average of the weights beside them, which are what a fit leaves in the model: Keras's <c>use_ema</c>. After
/// each step average = momentum·average + (1 − momentum)·w, after the first it is w.
/// </summary>
/// <remarks>
/// Of trained weights alone, as Keras has it; state, such as moving means, stays as it is. While training goes on, validation and
/// callbacks see the weights themselves; those that put kept weights back at the end, as <c>EarlyStopping</c>, have the last word.
/// </remarks>
public sealed class MovingAverage : IDescribed<MovingAverage>
{
    /// <summary>Specifies the average; defaults are Keras's.</summary>
    /// <param name="momentum">The share of the average that is kept at each step, in [0, 1]: Keras's <c>ema_momentum</c>.</param>
    /// <param name="overwriteFrequency">The weights become the average every so many steps; null for the end alone.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public MovingAverage(double momentum = 0.99, int? overwriteFrequency = null)
    {
        if (!(momentum >= 0 && momentum <= 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "moving average: expected a momentum in [0, 1]");
        if (overwriteFrequency < 1)
            throw new ArgumentOutOfRangeException(nameof(overwriteFrequency), overwriteFrequency, "moving average: expected at least one step");
        (Momentum, OverwriteFrequency) = (momentum, overwriteFrequency);
    }

    /// <summary>The share of the average that is kept at each step.</summary>
    public double Momentum { get; }

    /// <summary>The weights become the average every so many steps; null for the end alone.</summary>
    public int? OverwriteFrequency { get; }

    /// <inheritdoc/>
    public static MovingAverage FromConfig(ConfigReader config) =>
        new(config.Real("momentum"), config.Has("overwrite_frequency") ? config.Whole("overwrite_frequency") : null);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("momentum", Momentum);
        if (OverwriteFrequency is { } steps)
            config.Add("overwrite_frequency", steps);
    }

    /// <summary>As <c>momentum 0.99</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"momentum {Momentum}{(OverwriteFrequency is null ? "" : $", overwrite_frequency {OverwriteFrequency}")}");
}
