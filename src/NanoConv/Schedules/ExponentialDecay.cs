using NanoConv.Descriptions;

namespace NanoConv.Schedules;

/// <summary>rate · decayRate^(step / decaySteps), the exponent rounded down for a staircase: Keras's. A decay above 1 makes it grow.</summary>
public sealed class ExponentialDecay : Schedule, IDescribed<ExponentialDecay>
{
    /// <summary>Specifies the decay.</summary>
    /// <param name="initialLearningRate">The number at step 0.</param>
    /// <param name="decaySteps">Steps after which it is once the decay of what it was.</param>
    /// <param name="decayRate">The decay, above 0.</param>
    /// <param name="staircase">Whether it stays for as many steps and then jumps.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public ExponentialDecay(double initialLearningRate, int decaySteps, double decayRate, bool staircase = false)
    {
        (InitialLearningRate, DecaySteps) = (CheckRate(initialLearningRate, nameof(initialLearningRate)), CheckSteps(decaySteps, nameof(decaySteps)));
        if (!(decayRate > 0 && double.IsFinite(decayRate)))
            throw new ArgumentOutOfRangeException(nameof(decayRate), decayRate, "expected a decay above 0");
        (DecayRate, Staircase) = (decayRate, staircase);
    }

    /// <summary>The number at step 0.</summary>
    public double InitialLearningRate { get; }

    /// <summary>Steps after which it is once the decay of what it was.</summary>
    public int DecaySteps { get; }

    /// <summary>The decay.</summary>
    public double DecayRate { get; }

    /// <summary>Whether it jumps.</summary>
    public bool Staircase { get; }

    /// <inheritdoc/>
    public static ExponentialDecay FromConfig(ConfigReader config) =>
        new(config.Real("initial_learning_rate"), config.Whole("decay_steps"), config.Real("decay_rate"), config.Flag("staircase"));

    /// <inheritdoc/>
    public override void Describe(ConfigWriter config)
    {
        config.Add("initial_learning_rate", InitialLearningRate);
        config.Add("decay_steps", DecaySteps);
        config.Add("decay_rate", DecayRate);
        config.Add("staircase", Staircase);
    }

    /// <inheritdoc/>
    public override double At(int step)
    {
        double times = (double)step / DecaySteps;
        return InitialLearningRate * Math.Pow(DecayRate, Staircase ? Math.Floor(times) : times);
    }
}
