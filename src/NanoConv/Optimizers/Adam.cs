using System.Globalization;
using NanoConv.Kernels;

namespace NanoConv.Optimizers;

/// <summary>
/// Adam (Kingma and Ba, 2015): each parameter steps by rate · m̂ / (√v̂ + ε), where m̂ and v̂ are the decaying means of its
/// gradient and squared gradient, corrected for their start at zero.
/// </summary>
/// <remarks>
/// The defaults are Keras's. ε is added to the corrected root, as in the paper's algorithm 1 and in PyTorch. Keras and
/// TensorFlow add theirs, the paper's "ε hat", to the root before the correction, which is this with ε / √(1 − β₂ᵗ):
/// 32 times as much at the first step, where gradients are tiny; ask for it with <see cref="EpsilonHat"/>.
/// </remarks>
public sealed class Adam : Optimizer
{
    /// <summary>Specifies Adam.</summary>
    /// <param name="learningRate">The size of a step.</param>
    /// <param name="beta1">Decay of the gradient's mean, in [0, 1).</param>
    /// <param name="beta2">Decay of the squared gradient's mean, in [0, 1).</param>
    /// <param name="epsilon">ε, above 0.</param>
    /// <param name="epsilonHat">Whether ε is added before the correction, as Keras's code does.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public Adam(double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7, bool epsilonHat = false)
        : base(learningRate)
    {
        (Beta1, Beta2) = (CheckShare(beta1, nameof(beta1)), CheckShare(beta2, nameof(beta2)));
        if (!(epsilon > 0 && double.IsFinite(epsilon)))
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "expected an ε above 0");
        (Epsilon, EpsilonHat) = (epsilon, epsilonHat);
    }

    /// <summary>Decay of the gradient's mean.</summary>
    public double Beta1 { get; }

    /// <summary>Decay of the squared gradient's mean.</summary>
    public double Beta2 { get; }

    /// <summary>Added to the root.</summary>
    public double Epsilon { get; }

    /// <summary>Whether ε is added before the correction.</summary>
    public bool EpsilonHat { get; }

    /// <inheritdoc/>
    public override OptimizerState<T> Start<T>(int parameters) => new State<T>(this, parameters);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"Adam(learning_rate {LearningRate}, beta1 {Beta1}, beta2 {Beta2}, {(EpsilonHat ? "epsilon_hat" : "epsilon")} {Epsilon})");

    private sealed class State<T>(Adam adam, int parameters) : OptimizerState<T>
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        private readonly T[] m = new T[parameters];
        private readonly T[] v = new T[parameters];
        private AdamStep<T> step;

        public override IReadOnlyList<(string Name, T[] Values)> Tensors => [("m", m), ("v", v)];

        public override void Update(int first, Span<T> parameters, ReadOnlySpan<T> gradients) => ParameterUpdate.Adam(
            parameters, m.AsSpan(first, parameters.Length), v.AsSpan(first, parameters.Length), gradients, step);

        protected override void OnBeginStep()
        {
            double correction1 = 1 / (1 - Math.Pow(adam.Beta1, Step)), correction2 = 1 / (1 - Math.Pow(adam.Beta2, Step));
            step = new AdamStep<T>(
                T.CreateChecked(adam.LearningRate),
                T.CreateChecked(1 - adam.Beta1),
                T.CreateChecked(1 - adam.Beta2),
                T.CreateChecked(correction1),
                T.CreateChecked(correction2),
                T.CreateChecked(adam.EpsilonHat ? adam.Epsilon * Math.Sqrt(correction2) : adam.Epsilon));
        }
    }
}
