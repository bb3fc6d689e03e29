using System.Globalization;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Schedules;

namespace NanoConv.Optimizers;

/// <summary>
/// RMSprop (Hinton, 2012, "Lecture 6e"): each gradient over the root of its square's decaying mean. Arguments, defaults and formulas are
/// Keras's.
/// </summary>
/// <remarks>
/// ε stands under the root, g / √(v + ε), as in Keras; PyTorch adds it to the root, g / (√v + ε). Centered, the mean's square is taken off v
/// first; where rounding leaves less than nothing, it counts as nothing, and not as NaN as it does in both. With momentum the last step goes on, its own
/// rate with it; PyTorch's is one of g / √v, without the rate.
/// </remarks>
public sealed class RMSprop : Optimizer, IDescribed<RMSprop>
{
    /// <summary>Specifies RMSprop.</summary>
    /// <param name="learningRate">The size of a step; by default 0.001.</param>
    /// <param name="rho">Decay of the squared gradient's mean, in [0, 1).</param>
    /// <param name="momentum">The share of the last step that is kept, in [0, 1).</param>
    /// <param name="epsilon">ε, above 0.</param>
    /// <param name="centered">Whether to divide by the root of the variance, not of the mean square.</param>
    /// <param name="weightDecay">The decay, decoupled; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public RMSprop(
        Schedule? learningRate = null, double rho = 0.9, double momentum = 0, double epsilon = 1e-7, bool centered = false, double weightDecay = 0)
        : base(learningRate ?? 0.001, weightDecay)
    {
        (Rho, Momentum) = (CheckShare(rho, nameof(rho)), CheckShare(momentum, nameof(momentum)));
        (Epsilon, Centered) = (CheckEpsilon(epsilon), centered);
    }

    /// <summary>Decay of the squared gradient's mean.</summary>
    public double Rho { get; }

    /// <summary>The share of the last step that is kept.</summary>
    public double Momentum { get; }

    /// <summary>Added under the root.</summary>
    public double Epsilon { get; }

    /// <summary>Whether to divide by the root of the variance.</summary>
    public bool Centered { get; }

    /// <inheritdoc/>
    public static RMSprop FromConfig(ConfigReader config) => new(
        config.Schedule("learning_rate"),
        config.Real("rho"),
        config.Real("momentum"),
        config.Real("epsilon"),
        config.Flag("centered"),
        config.Real("weight_decay", otherwise: 0));

    /// <inheritdoc/>
    public override OptimizerState<T> Start<T>(int parameters) => new State<T>(this, parameters);

    /// <inheritdoc/>
    protected override string OwnSettings => string.Create(
        CultureInfo.InvariantCulture, $", rho {Rho}, momentum {Momentum}, epsilon {Epsilon}, centered {Centered}");

    /// <inheritdoc/>
    protected override void DescribeOwn(ConfigWriter config)
    {
        config.Add("rho", Rho);
        config.Add("momentum", Momentum);
        config.Add("epsilon", Epsilon);
        config.Add("centered", Centered);
    }

    private sealed class State<T>(RMSprop rmsprop, int parameters) : OptimizerState<T>(rmsprop)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        private readonly T[] velocity = new T[parameters];
        private readonly T[] averageGradient = new T[rmsprop.Centered ? parameters : 0];
        private readonly T[] momentum = new T[rmsprop.Momentum > 0 ? parameters : 0];

        public override IReadOnlyList<(string Name, T[] Values)> Tensors =>
            [(nameof(velocity), velocity), .. IfKept("average_gradient", averageGradient), .. IfKept(nameof(momentum), momentum)];

        protected override void Update(int first, Span<T> parameters, ReadOnlySpan<T> gradients, in StepSize<T> size) => RMSpropUpdate.Run(
            parameters,
            velocity.AsSpan(first, parameters.Length),
            rmsprop.Centered ? averageGradient.AsSpan(first, parameters.Length) : [],
            rmsprop.Momentum > 0 ? momentum.AsSpan(first, parameters.Length) : [],
            gradients,
            new RMSpropStep<T>(size.Rate, T.CreateChecked(1 - rmsprop.Rho), T.CreateChecked(rmsprop.Momentum), T.CreateChecked(rmsprop.Epsilon)));

        private static IEnumerable<(string Name, T[] Values)> IfKept(string name, T[] values) => values.Length == 0 ? [] : [(name, values)];
    }
}
