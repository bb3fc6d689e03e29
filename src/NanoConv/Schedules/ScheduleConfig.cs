using NanoConv.Descriptions;

namespace NanoConv.Schedules;

/// <summary>Schedules among an optimizer's settings.</summary>
public static class ScheduleConfig
{
    /// <summary>Adds a schedule: a constant one as its number.</summary>
    /// <param name="config">The settings.</param>
    /// <param name="key">The setting's name, as <c>learning_rate</c>.</param>
    /// <param name="value">The schedule.</param>
    public static void Add(this ConfigWriter config, string key, Schedule value)
    {
        if (value is ConstantSchedule constant)
        {
            config.Add(key, constant.Value);
            return;
        }

        if (!Schedules.Schedule.Registry.Knows(value.GetType()))
            config.Refuse($"'{key}': expected a schedule that is registered, as by Schedule.Register<{value.GetType().Name}>, received {value}");
        config.Add(key, value, Schedules.Schedule.Registry);
    }

    /// <summary>Reads a schedule.</summary>
    /// <param name="config">The settings.</param>
    /// <param name="key">The setting's name.</param>
    /// <exception cref="FormatException">It is missing or malformed, or none that is registered.</exception>
    public static Schedule Schedule(this ConfigReader config, string key) => config.IsPart(key)
        ? config.Part(key, Schedules.Schedule.Registry)!
        : config.Real(key);
}
