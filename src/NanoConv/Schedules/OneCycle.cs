using NanoConv.Descriptions;

namespace NanoConv.Schedules;

/// <summary>
/// Up from a small rate to the greatest, and down to one that is next to nothing (Smith and Topin, 2017, "Super-Convergence"); as
/// PyTorch's OneCycleLR has it, of the rate alone: momentum stays. Behind its steps it stays, where PyTorch's refuses to go on.
/// </summary>
public sealed class OneCycle : Schedule, IDescribed<OneCycle>
{
    private readonly (double End, double From, double To)[] phases;

    /// <summary>Specifies the cycle; arguments and defaults are PyTorch's.</summary>
    /// <param name="maxLearningRate">The greatest rate.</param>
    /// <param name="totalSteps">All steps.</param>
    /// <param name="pctStart">The share of them, in [0, 1], in which it rises.</param>
    /// <param name="linear">Whether it goes in straight lines; otherwise in half waves of the cosine.</param>
    /// <param name="divFactor">The greatest rate is so many times the first.</param>
    /// <param name="finalDivFactor">The first rate is so many times the last.</param>
    /// <param name="threePhase">Whether it falls to the first rate as long as it has risen, and then to the last.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public OneCycle(
        double maxLearningRate,
        int totalSteps,
        double pctStart = 0.3,
        bool linear = false,
        double divFactor = 25,
        double finalDivFactor = 1e4,
        bool threePhase = false)
    {
        (MaxLearningRate, TotalSteps) = (CheckRate(maxLearningRate, nameof(maxLearningRate)), CheckSteps(totalSteps, nameof(totalSteps)));
        if (!(pctStart >= 0 && pctStart <= 1))
            throw new ArgumentOutOfRangeException(nameof(pctStart), pctStart, "expected a share in [0, 1]");
        (PctStart, Linear, ThreePhase) = (pctStart, linear, threePhase);
        (DivFactor, FinalDivFactor) = (CheckFactor(divFactor, nameof(divFactor)), CheckFactor(finalDivFactor, nameof(finalDivFactor)));
        double first = maxLearningRate / divFactor, last = first / finalDivFactor, rise = pctStart * totalSteps;
        phases = threePhase
            ? [(rise - 1, first, maxLearningRate), ((2 * rise) - 2, maxLearningRate, first), (totalSteps - 1, first, last)]
            : [(rise - 1, first, maxLearningRate), (totalSteps - 1, maxLearningRate, last)];
    }

    /// <summary>The greatest rate.</summary>
    public double MaxLearningRate { get; }

    /// <summary>All steps.</summary>
    public int TotalSteps { get; }

    /// <summary>The share of them in which it rises.</summary>
    public double PctStart { get; }

    /// <summary>Whether it goes in straight lines.</summary>
    public bool Linear { get; }

    /// <summary>The greatest rate is so many times the first.</summary>
    public double DivFactor { get; }

    /// <summary>The first rate is so many times the last.</summary>
    public double FinalDivFactor { get; }

    /// <summary>Whether it falls to the first rate, and then to the last.</summary>
    public bool ThreePhase { get; }

    /// <inheritdoc/>
    public static OneCycle FromConfig(ConfigReader config) => new(
        config.Real("max_learning_rate"),
        config.Whole("total_steps"),
        config.Real("pct_start"),
        config.Flag("linear"),
        config.Real("div_factor"),
        config.Real("final_div_factor"),
        config.Flag("three_phase"));

    /// <inheritdoc/>
    public override void Describe(ConfigWriter config)
    {
        config.Add("max_learning_rate", MaxLearningRate);
        config.Add("total_steps", TotalSteps);
        config.Add("pct_start", PctStart);
        config.Add("linear", Linear);
        config.Add("div_factor", DivFactor);
        config.Add("final_div_factor", FinalDivFactor);
        config.Add("three_phase", ThreePhase);
    }

    /// <inheritdoc/>
    public override double At(int step)
    {
        double start = 0, at = Math.Min(step, TotalSteps - 1);
        int phase = 0;
        for (; phase < phases.Length - 1 && at > phases[phase].End; phase++)
            start = phases[phase].End;
        (double end, double from, double to) = phases[phase];
        double share = end == start ? 1 : (at - start) / (end - start); // a phase of no length is over
        return Linear ? from + ((to - from) * share) : to + ((from - to) / 2 * (Math.Cos(Math.PI * share) + 1));
    }

    private static double CheckFactor(double factor, string name) => factor > 0 && double.IsFinite(factor)
        ? factor
        : throw new ArgumentOutOfRangeException(name, factor, "expected a factor above 0");
}
