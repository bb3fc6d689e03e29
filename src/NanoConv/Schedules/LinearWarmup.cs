using NanoConv.Descriptions;

namespace NanoConv.Schedules;

/// <summary>A straight line up to a schedule's first number, and then the schedule, from its own step 0 (Goyal et al., 2017).</summary>
public sealed class LinearWarmup : Schedule, IDescribed<LinearWarmup>
{
    /// <summary>Specifies the warm-up.</summary>
    /// <param name="steps">Steps of the warm-up.</param>
    /// <param name="then">What follows.</param>
    /// <param name="from">The share of that schedule's first number at which it begins, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public LinearWarmup(int steps, Schedule then, double from = 0)
    {
        ArgumentNullException.ThrowIfNull(then);
        if (!(from >= 0 && double.IsFinite(from)))
            throw new ArgumentOutOfRangeException(nameof(from), from, "expected a share of at least 0");
        (Steps, Then, From) = (CheckSteps(steps, nameof(steps)), then, from);
    }

    /// <summary>Steps of the warm-up.</summary>
    public int Steps { get; }

    /// <summary>What follows.</summary>
    public Schedule Then { get; }

    /// <summary>The share of that schedule's first number at which it begins.</summary>
    public double From { get; }

    /// <inheritdoc/>
    public static LinearWarmup FromConfig(ConfigReader config) => new(config.Whole("steps"), config.Schedule("then"), config.Real("from"));

    /// <inheritdoc/>
    public override void Describe(ConfigWriter config)
    {
        config.Add("steps", Steps);
        config.Add("then", Then);
        config.Add("from", From);
    }

    /// <inheritdoc/>
    public override double At(int step) => step < Steps
        ? Then.At(0) * (From + ((1 - From) * step / Steps))
        : Then.At(step - Steps);
}
