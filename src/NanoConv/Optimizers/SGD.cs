using System.Globalization;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Schedules;

namespace NanoConv.Optimizers;

/// <summary>Stochastic gradient descent, with momentum if wanted; velocities are Keras's: u = momentum·u − rate·g.</summary>
/// <remarks>
/// <para>PyTorch's velocities are sums of gradients, v = momentum·v + g and w −= rate·v, with Nesterov w −= rate·(g + momentum·v): ask for
/// them by <see cref="GradientVelocity"/>. As long as the rate stays, u = −rate·v, and the weights are the same. Where it changes,
/// PyTorch's whole next step has the new rate, Keras's only what the new gradient adds.</para>
/// <para>Weight decay is PyTorch's, a part of the gradient: g + decay·w. Keras's SGD decays decoupled, w −= rate·decay·w.</para>
/// </remarks>
public sealed class SGD : Optimizer, IDescribed<SGD>
{
    /// <summary>Specifies gradient descent.</summary>
    /// <param name="learningRate">The size of a step; by default 0.01.</param>
    /// <param name="momentum">The share of the last step that is kept, in [0, 1).</param>
    /// <param name="nesterov">Whether the gradient counts as taken after the momentum's step.</param>
    /// <param name="weightDecay">So many times the weights are added to their gradient.</param>
    /// <param name="gradientVelocity">Whether velocities are PyTorch's, without the rate.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public SGD(
        Schedule? learningRate = null, double momentum = 0, bool nesterov = false, double weightDecay = 0, bool gradientVelocity = false)
        : base(learningRate ?? 0.01, weightDecay) =>
        (Momentum, Nesterov, GradientVelocity) = (CheckShare(momentum, nameof(momentum)), nesterov, gradientVelocity);

    /// <summary>The share of the last step that is kept.</summary>
    public double Momentum { get; }

    /// <summary>Whether the gradient counts as taken after the momentum's step.</summary>
    public bool Nesterov { get; }

    /// <summary>Whether velocities are sums of gradients, and the rate is multiplied with when a step is taken.</summary>
    public bool GradientVelocity { get; }

    /// <inheritdoc/>
    public override bool IsDecayCoupled => true;

    /// <inheritdoc/>
    public static SGD FromConfig(ConfigReader config) => new(
        config.Schedule("learning_rate"),
        config.Real("momentum"),
        config.Flag("nesterov"),
        config.Real("weight_decay", otherwise: 0),
        config.Flag("gradient_velocity", otherwise: false));

    /// <inheritdoc/>
    public override OptimizerState<T> Start<T>(int parameters) => new State<T>(this, parameters);

    /// <inheritdoc/>
    protected override string OwnSettings => string.Create(
        CultureInfo.InvariantCulture, $", momentum {Momentum}, nesterov {Nesterov}{(GradientVelocity ? ", gradient_velocity True" : "")}");

    /// <inheritdoc/>
    protected override void DescribeOwn(ConfigWriter config)
    {
        config.Add("momentum", Momentum);
        config.Add("nesterov", Nesterov);
        if (GradientVelocity)
            config.Add("gradient_velocity", GradientVelocity);
    }

    private sealed class State<T>(SGD sgd, int parameters) : OptimizerState<T>(sgd)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        private readonly T[] velocity = new T[parameters];

        public override IReadOnlyList<(string Name, T[] Values)> Tensors => [("velocity", velocity)];

        protected override void Update(int first, Span<T> parameters, ReadOnlySpan<T> gradients, in StepSize<T> size) => ParameterUpdate.Momentum(
            parameters,
            velocity.AsSpan(first, parameters.Length),
            gradients,
            new MomentumStep<T>(size.Rate, T.CreateChecked(sgd.Momentum), size.Decay, sgd.Nesterov, sgd.GradientVelocity));
    }
}
