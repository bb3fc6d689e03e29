using System.Globalization;
using NanoConv.Descriptions;

namespace NanoConv.Schedules;

/// <summary>The same number at every step.</summary>
/// <param name="value">The number, at least 0.</param>
/// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
public sealed class ConstantSchedule(double value) : Schedule, IDescribed<ConstantSchedule>
{
    /// <summary>The number.</summary>
    public double Value { get; } = CheckRate(value, nameof(value));

    /// <inheritdoc/>
    public static ConstantSchedule FromConfig(ConfigReader config) => new(config.Real("value"));

    /// <inheritdoc/>
    public override void Describe(ConfigWriter config) => config.Add("value", Value);

    /// <inheritdoc/>
    public override double At(int step) => Value;

    /// <summary>The number alone.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
