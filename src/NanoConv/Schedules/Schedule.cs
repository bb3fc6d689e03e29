using System.Text.Json.Nodes;
using NanoConv.Descriptions;

namespace NanoConv.Schedules;

/// <summary>
/// A number that follows from the step alone: most often a learning rate. So a fit that is resumed has the rates of one that never
/// stopped, and nobody has to remember anything.
/// </summary>
/// <remarks>A number where a schedule is asked for is a <see cref="ConstantSchedule"/> one.</remarks>
/// <example><code>new SGD(new CosineDecay(0.1, decaySteps: 10_000), momentum: 0.9)</code></example>
public abstract class Schedule : IDescribed
{
    internal static Registry<Schedule> Registry { get; } = new Registry<Schedule>("a schedule", static own => own.GetType().Name)
        .With<ConstantSchedule>(nameof(ConstantSchedule))
        .With<PiecewiseConstantDecay>(nameof(PiecewiseConstantDecay))
        .With<PiecewiseLinear>(nameof(PiecewiseLinear))
        .With<ExponentialDecay>(nameof(ExponentialDecay))
        .With<CosineDecay>(nameof(CosineDecay))
        .With<OneCycle>(nameof(OneCycle))
        .With<LinearWarmup>(nameof(LinearWarmup))
        .With<PowerGrowth>(nameof(PowerGrowth));

    /// <summary>The same number at every step.</summary>
    /// <param name="value">The number, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public static implicit operator Schedule(double value) => new ConstantSchedule(value);

    /// <summary>Makes a class of one's own known, so that model files tell of it; on any thread, as often as one likes.</summary>
    /// <param name="name">What model files call it; by default the class's name.</param>
    /// <typeparam name="TSchedule">The class.</typeparam>
    /// <exception cref="ArgumentException">Another class has the name.</exception>
    public static void Register<TSchedule>(string? name = null)
        where TSchedule : Schedule, IDescribed<TSchedule> => Registry.Register<TSchedule>(name ?? typeof(TSchedule).Name);

    /// <summary>The number at a step.</summary>
    /// <param name="step">Steps taken before it, from 0: Keras's iterations, PyTorch's <c>last_epoch</c>.</param>
    public abstract double At(int step);

    /// <inheritdoc/>
    public abstract void Describe(ConfigWriter config);

    /// <summary>Its class and all its settings: part of the text by which checkpoints know an optimizer.</summary>
    public override string ToString()
    {
        ConfigWriter config = new();
        Describe(config);
        return $"{GetType().Name}({string.Join(", ", config.Json.Select(setting => $"{setting.Key} {Text(setting.Value)}"))})";

        static string Text(JsonNode? value) => value?.ToJsonString() ?? "none";
    }

    /// <summary>A rate that is at least 0 and finite.</summary>
    private protected static double CheckRate(double rate, string name) => rate >= 0 && double.IsFinite(rate)
        ? rate
        : throw new ArgumentOutOfRangeException(name, rate, "expected a finite learning rate of at least 0");

    /// <summary>A number of steps, at least 1.</summary>
    private protected static int CheckSteps(int steps, string name) => steps >= 1
        ? steps
        : throw new ArgumentOutOfRangeException(name, steps, "expected at least one step");
}
