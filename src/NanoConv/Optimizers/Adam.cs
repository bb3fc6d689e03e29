using System.Globalization;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Schedules;

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
public class Adam : Optimizer, IDescribed<Adam>
{
    /// <summary>Specifies Adam.</summary>
    /// <param name="learningRate">The size of a step; by default 0.001.</param>
    /// <param name="beta1">Decay of the gradient's mean, in [0, 1).</param>
    /// <param name="beta2">Decay of the squared gradient's mean, in [0, 1).</param>
    /// <param name="epsilon">ε, above 0.</param>
    /// <param name="epsilonHat">Whether ε is added before the correction, as Keras's code does.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public Adam(Schedule? learningRate = null, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7, bool epsilonHat = false)
        : this(learningRate, beta1, beta2, epsilon, epsilonHat, weightDecay: 0)
    {
    }

    private protected Adam(Schedule? learningRate, double beta1, double beta2, double epsilon, bool epsilonHat, double weightDecay)
        : base(learningRate ?? 0.001, weightDecay)
    {
        (Beta1, Beta2) = (CheckShare(beta1, nameof(beta1)), CheckShare(beta2, nameof(beta2)));
        (Epsilon, EpsilonHat) = (CheckEpsilon(epsilon), epsilonHat);
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
    public static Adam FromConfig(ConfigReader config) => new(
        config.Schedule("learning_rate"), config.Real("beta_1"), config.Real("beta_2"), config.Real("epsilon"), config.Flag("epsilon_hat"));

    /// <inheritdoc/>
    public override OptimizerState<T> Start<T>(int parameters) => new State<T>(this, parameters);

    /// <inheritdoc/>
    protected override string OwnSettings => string.Create(
        CultureInfo.InvariantCulture, $", beta1 {Beta1}, beta2 {Beta2}, {(EpsilonHat ? "epsilon_hat" : "epsilon")} {Epsilon}");

    /// <inheritdoc/>
    protected override void DescribeOwn(ConfigWriter config)
    {
        config.Add("beta_1", Beta1);
        config.Add("beta_2", Beta2);
        config.Add("epsilon", Epsilon);
        config.Add("epsilon_hat", EpsilonHat);
    }

    private sealed class State<T>(Adam adam, int parameters) : OptimizerState<T>(adam)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        private readonly T[] m = new T[parameters];
        private readonly T[] v = new T[parameters];
        private AdamStep<T> step;

        public override IReadOnlyList<(string Name, T[] Values)> Tensors => [("m", m), ("v", v)];

        protected override void Update(int first, Span<T> parameters, ReadOnlySpan<T> gradients, in StepSize<T> size) => ParameterUpdate.Adam(
            parameters, m.AsSpan(first, parameters.Length), v.AsSpan(first, parameters.Length), gradients, step with { Rate = size.Rate });

        protected override void OnBeginStep()
        {
            double correction1 = 1 / (1 - Math.Pow(adam.Beta1, Step)), correction2 = 1 / (1 - Math.Pow(adam.Beta2, Step));
            step = new AdamStep<T>(
                T.Zero, // each group has its own
                T.CreateChecked(1 - adam.Beta1),
                T.CreateChecked(1 - adam.Beta2),
                T.CreateChecked(correction1),
                T.CreateChecked(correction2),
                T.CreateChecked(adam.EpsilonHat ? adam.Epsilon * Math.Sqrt(correction2) : adam.Epsilon));
        }
    }
}
