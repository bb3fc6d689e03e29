using NanoConv.Descriptions;

namespace NanoConv.Schedules;

/// <summary>final · (step / steps)^power: from 0 up, slowly first. Behind its steps it stays.</summary>
public sealed class PowerGrowth : Schedule, IDescribed<PowerGrowth>
{
    /// <summary>Specifies the growth.</summary>
    /// <param name="final">The number at the end.</param>
    /// <param name="steps">Steps up to there.</param>
    /// <param name="power">The power, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public PowerGrowth(double final, int steps, double power = 1)
    {
        if (!(power > 0 && double.IsFinite(power)))
            throw new ArgumentOutOfRangeException(nameof(power), power, "expected a power above 0");
        (Final, Steps, Power) = (CheckRate(final, nameof(final)), CheckSteps(steps, nameof(steps)), power);
    }

    /// <summary>The number at the end.</summary>
    public double Final { get; }

    /// <summary>Steps up to there.</summary>
    public int Steps { get; }

    /// <summary>The power.</summary>
    public double Power { get; }

    /// <inheritdoc/>
    public static PowerGrowth FromConfig(ConfigReader config) => new(config.Real("final"), config.Whole("steps"), config.Real("power"));

    /// <inheritdoc/>
    public override void Describe(ConfigWriter config)
    {
        config.Add("final", Final);
        config.Add("steps", Steps);
        config.Add("power", Power);
    }

    /// <inheritdoc/>
    public override double At(int step) => Final * Math.Pow(Math.Min(1, (double)step / Steps), Power);
}
