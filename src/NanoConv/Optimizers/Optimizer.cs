using System.Globalization;
using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Layers;
using NanoConv.Schedules;
using NanoConv.Tensors;

namespace NanoConv.Optimizers;

/// <summary>How gradients change parameters: settings only. <see cref="Start{T}(int)"/> makes the state that training keeps.</summary>
/// <remarks>
/// What is set by properties works with every optimizer: groups, clipping, averages. In a step gradients are clipped first, then weights
/// decay, then they take the step, then averages follow.
/// </remarks>
public abstract partial class Optimizer : IDescribed
{
    /// <summary>Takes rate and decay.</summary>
    /// <param name="learningRate">The size of a step; a constant one is above 0.</param>
    /// <param name="weightDecay">See <see cref="WeightDecay"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not above 0 and finite, or the decay is negative.</exception>
    protected Optimizer(Schedule learningRate, double weightDecay = 0)
    {
        ArgumentNullException.ThrowIfNull(learningRate);
        if (learningRate is ConstantSchedule { Value: 0 })
            throw new ArgumentOutOfRangeException(nameof(learningRate), 0.0, "expected a learning rate above 0");
        (LearningRate, WeightDecay) = (learningRate, CheckDecay(weightDecay, nameof(weightDecay)));
    }

    /// <summary>The size of a step.</summary>
    public Schedule LearningRate { get; }

    /// <summary>
    /// How fast weights shrink: before a step w −= rate·decay·w, decoupled from the gradient (Loshchilov and Hutter, 2019), Keras's
    /// <c>weight_decay</c>. Or, if <see cref="IsDecayCoupled"/>, decay·w is a part of the gradient.
    /// </summary>
    public double WeightDecay { get; }

    /// <summary>Whether decay·w is added to the gradient, and goes the gradient's way through momentum.</summary>
    public virtual bool IsDecayCoupled => false;

    /// <summary>Whether a parameter's step needs its whole gradient at once, and not a part at a time; such a parameter is not split among threads.</summary>
    /// <param name="shape">The parameter's.</param>
    public virtual bool TakesWhole(Shape shape) => false;

    /// <summary>Makes the state for a number of parameters without names, at step 0; <see cref="Groups"/> and averages need names.</summary>
    /// <param name="parameters">The number of parameters.</param>
    /// <typeparam name="T">The number type.</typeparam>
    public abstract OptimizerState<T> Start<T>(int parameters)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Makes the state for a model's parameters, at step 0.</summary>
    /// <param name="parameters">All of them, those that are not trained too, in the order in which they lie.</param>
    /// <typeparam name="T">The number type.</typeparam>
    /// <exception cref="ArgumentException">A group's pattern fits no parameter's name.</exception>
    public OptimizerState<T> Start<T>(IReadOnlyList<Parameter<T>> parameters)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameters);
        OptimizerState<T> state = Start<T>(parameters.Sum(parameter => parameter.Shape.Elements));
        state.Attach(this, parameters);
        return state;
    }

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Add("learning_rate", LearningRate);
        DescribeOwn(config);
        DescribeCommon(config);
    }

    /// <summary>Its type and all its settings: a fit is resumed only with an optimiser whose text is the same.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{GetType().Name}(learning_rate {LearningRate}{OwnSettings}{CommonSettings})");

    /// <summary>Elements that a parameter's step is worked out in.</summary>
    internal virtual long ScratchElements(Shape shape) => 0;

    /// <summary>A weight decay that is at least 0 and finite.</summary>
    internal static double CheckDecay(double value, string name) => value >= 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, "expected a weight decay of at least 0");

    /// <summary>What it has besides the rate, as <c>, momentum 0.9</c>: a part of its text.</summary>
    protected virtual string OwnSettings => "";

    /// <summary>Writes what it has besides the rate, in Keras's words.</summary>
    /// <param name="config">Where to.</param>
    protected virtual void DescribeOwn(ConfigWriter config)
    {
    }

    /// <summary>A number in [0, 1).</summary>
    private protected static double CheckShare(double value, string name) => value >= 0 && value < 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, "expected a number in [0, 1)");

    /// <summary>ε, above 0.</summary>
    private protected static double CheckEpsilon(double epsilon) => epsilon > 0 && double.IsFinite(epsilon)
        ? epsilon
        : throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "expected an ε above 0");
}
