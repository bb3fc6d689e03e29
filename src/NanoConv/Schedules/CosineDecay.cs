using NanoConv.Descriptions;

namespace NanoConv.Schedules;

/// <summary>
/// Half a wave of the cosine, from a rate down to a share of it (Loshchilov and Hutter, 2016), perhaps with a straight line up to it
/// before: Keras's. Behind its steps it stays.
/// </summary>
public sealed class CosineDecay : Schedule, IDescribed<CosineDecay>
{
    /// <summary>Specifies the decay.</summary>
    /// <param name="initialLearningRate">The number at step 0.</param>
    /// <param name="decaySteps">Steps of the decay, those of the warm-up not among them.</param>
    /// <param name="alpha">The share of the rate at which it ends, at least 0.</param>
    /// <param name="warmupTarget">The number up to which it is warmed up, and from which it decays; null for no warm-up.</param>
    /// <param name="warmupSteps">Steps of the warm-up.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    /// <exception cref="ArgumentException">There are steps of a warm-up to nothing.</exception>
    public CosineDecay(double initialLearningRate, int decaySteps, double alpha = 0, double? warmupTarget = null, int warmupSteps = 0)
    {
        (InitialLearningRate, DecaySteps) = (CheckRate(initialLearningRate, nameof(initialLearningRate)), CheckSteps(decaySteps, nameof(decaySteps)));
        if (!(alpha >= 0 && double.IsFinite(alpha)))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "expected a share of at least 0");
        ArgumentOutOfRangeException.ThrowIfNegative(warmupSteps);
        if (warmupTarget is { } target)
            CheckRate(target, nameof(warmupTarget));
        else if (warmupSteps > 0)
            throw new ArgumentException($"expected a target of the warm-up of {warmupSteps} steps, received none", nameof(warmupTarget));
        (Alpha, WarmupTarget, WarmupSteps) = (alpha, warmupTarget, warmupSteps);
    }

    /// <summary>The number at step 0.</summary>
    public double InitialLearningRate { get; }

    /// <summary>Steps of the decay.</summary>
    public int DecaySteps { get; }

    /// <summary>The share of the rate at which it ends.</summary>
    public double Alpha { get; }

    /// <summary>The number up to which it is warmed up; null for no warm-up.</summary>
    public double? WarmupTarget { get; }

    /// <summary>Steps of the warm-up.</summary>
    public int WarmupSteps { get; }

    /// <inheritdoc/>
    public static CosineDecay FromConfig(ConfigReader config) => new(
        config.Real("initial_learning_rate"),
        config.Whole("decay_steps"),
        config.Real("alpha"),
        config.RealOrNull("warmup_target"),
        config.Has("warmup_steps") ? config.Whole("warmup_steps") : 0);

    /// <inheritdoc/>
    public override void Describe(ConfigWriter config)
    {
        config.Add("initial_learning_rate", InitialLearningRate);
        config.Add("decay_steps", DecaySteps);
        config.Add("alpha", Alpha);
        if (WarmupTarget is not { } target)
            return;
        config.Add("warmup_target", target);
        config.Add("warmup_steps", WarmupSteps);
    }

    /// <inheritdoc/>
    public override double At(int step)
    {
        double peak = WarmupTarget ?? InitialLearningRate;
        if (step < WarmupSteps)
            return InitialLearningRate + ((peak - InitialLearningRate) * step / WarmupSteps);
        double share = Math.Min(1, ((double)step - WarmupSteps) / DecaySteps);
        return peak * (((1 - Alpha) * 0.5 * (1 + Math.Cos(Math.PI * share))) + Alpha);
    }
}
