using System.Globalization;
using System.Numerics;

namespace NanoConv.Optimizers;

/// <summary>How gradients change parameters: settings only. <see cref="Start{T}"/> makes the state that training keeps.</summary>
public abstract class Optimizer
{
    /// <summary>Takes the learning rate.</summary>
    /// <param name="learningRate">The size of a step, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not above 0 and finite.</exception>
    protected Optimizer(double learningRate)
    {
        if (!(learningRate > 0 && double.IsFinite(learningRate)))
            throw new ArgumentOutOfRangeException(nameof(learningRate), learningRate, "expected a learning rate above 0");
        LearningRate = learningRate;
    }

    /// <summary>The size of a step.</summary>
    public double LearningRate { get; }

    /// <summary>Makes the state for a number of parameters, at step 0.</summary>
    /// <param name="parameters">The number of parameters.</param>
    /// <typeparam name="T">The number type.</typeparam>
    public abstract OptimizerState<T> Start<T>(int parameters)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Its type and all its settings: a fit is resumed only with an optimiser whose text is the same.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{GetType().Name}(learning_rate {LearningRate})");

    /// <summary>A number in [0, 1).</summary>
    private protected static double CheckShare(double value, string name) => value >= 0 && value < 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, "expected a number in [0, 1)");
}
