using System.Globalization;
using NanoConv.Kernels;

namespace NanoConv.Optimizers;

/// <summary>Stochastic gradient descent, with momentum if wanted; velocities are Keras's: u = momentum·u − rate·g.</summary>
public sealed class SGD : Optimizer
{
    /// <summary>Specifies gradient descent.</summary>
    /// <param name="learningRate">The size of a step.</param>
    /// <param name="momentum">The share of the last step that is kept, in [0, 1).</param>
    /// <param name="nesterov">Whether the gradient counts as taken after the momentum's step.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public SGD(double learningRate = 0.01, double momentum = 0, bool nesterov = false)
        : base(learningRate) => (Momentum, Nesterov) = (CheckShare(momentum, nameof(momentum)), nesterov);

    /// <summary>The share of the last step that is kept.</summary>
    public double Momentum { get; }

    /// <summary>Whether the gradient counts as taken after the momentum's step.</summary>
    public bool Nesterov { get; }

    /// <inheritdoc/>
    public override OptimizerState<T> Start<T>(int parameters) => new State<T>(this, parameters);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"SGD(learning_rate {LearningRate}, momentum {Momentum}, nesterov {Nesterov})");

    private sealed class State<T>(SGD sgd, int parameters) : OptimizerState<T>
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        private readonly T[] velocity = new T[parameters];

        public override IReadOnlyList<(string Name, T[] Values)> Tensors => [("velocity", velocity)];

        public override void Update(int first, Span<T> parameters, ReadOnlySpan<T> gradients) => ParameterUpdate.Momentum(
            parameters,
            velocity.AsSpan(first, parameters.Length),
            gradients,
            T.CreateChecked(sgd.LearningRate),
            T.CreateChecked(sgd.Momentum),
            sgd.Nesterov);
    }
}
