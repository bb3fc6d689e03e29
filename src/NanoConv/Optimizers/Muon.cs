using System.Globalization;
using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Layers;
using NanoConv.Schedules;
using NanoConv.Tensors;

namespace NanoConv.Optimizers;

/// <summary>
/// Muon (Jordan, 2024, "Muon: An optimizer for hidden layers in neural networks"): momentum, whose matrix is made about orthogonal before it
/// is a step, so that no direction of a kernel is left behind by those with great gradients. For the kernels of convolutions, as matrices
/// [height · width · in, out]; all other parameters have an optimizer of their own.
/// </summary>
/// <remarks>
/// <para>v = momentum·v + g; with Nesterov Y = g + momentum·v, without Y = v. Y goes five times through Newton and Schulz's iteration
/// with the coefficients 3.4445, −4.7750 and 2.0315 (<see cref="Orthogonalization"/>), and w −= rate·√max(1, out / (height·width·in))·Y. All of it in
/// the model's numbers; Jordan's own code iterates in bfloat16.</para>
/// <para>It needs a kernel's whole gradient, and refuses large models, which hold none. Groups' rates and decays are for the other optimizer, too;
/// that one has its own learning rate.</para>
/// </remarks>
/// <example><code>new Muon(0.02, others: new AdamW(1e-3))</code></example>
public sealed class Muon : Optimizer, IDescribed<Muon>
{
    /// <summary>Specifies Muon.</summary>
    /// <param name="learningRate">The size of a step; by default 0.02.</param>
    /// <param name="momentum">The share of the last steps that is kept, in [0, 1).</param>
    /// <param name="nesterov">Whether the gradient counts as taken after the momentum's step.</param>
    /// <param name="steps">Steps of the iteration, at least 1.</param>
    /// <param name="weightDecay">The kernels' decay, decoupled; at least 0.</param>
    /// <param name="others">For all other parameters; by default <see cref="AdamW"/>. Groups, clipping and averages are this one's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    /// <exception cref="ArgumentException">The other optimizer has groups, clipping or averages, or takes whole kernels itself.</exception>
    public Muon(
        Schedule? learningRate = null, double momentum = 0.95, bool nesterov = true, int steps = 5, double weightDecay = 0, Optimizer? others = null)
        : base(learningRate ?? 0.02, weightDecay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Others = others ?? new AdamW();
        if (Others is Muon || Others.HasCommonSettings || Others.TakesWhole(new Shape(2, 2)) || Others.TakesWhole(2))
        {
            throw new ArgumentException(
                $"Muon: expected another optimizer with an own rate and decay alone for the other parameters, received {Others}", nameof(others));
        }

        (Momentum, Nesterov, Steps) = (CheckShare(momentum, nameof(momentum)), nesterov, steps);
    }

    /// <summary>The share of the last steps that is kept.</summary>
    public double Momentum { get; }

    /// <summary>Whether the gradient counts as taken after the momentum's step.</summary>
    public bool Nesterov { get; }

    /// <summary>Steps of the iteration.</summary>
    public int Steps { get; }

    /// <summary>For all other parameters.</summary>
    public Optimizer Others { get; }

    /// <inheritdoc/>
    public static Muon FromConfig(ConfigReader config) => new(
        config.Schedule("learning_rate"),
        config.Real("momentum"),
        config.Flag("nesterov"),
        config.Whole("steps"),
        config.Real("weight_decay", otherwise: 0),
        config.Part("others", Registry));

    /// <summary>Kernels of convolutions are taken whole.</summary>
    /// <inheritdoc/>
    public override bool TakesWhole(Shape shape) => shape.Rank == 4;

    /// <inheritdoc/>
    public override OptimizerState<T> Start<T>(int parameters) => new State<T>(this, parameters);

    /// <inheritdoc/>
    internal override long ScratchElements(Shape shape)
    {
        if (!TakesWhole(shape))
            return 0;
        return shape.Elements + Orthogonalization.ScratchElements(Math.Min(shape[^1], shape.Elements / shape[^1]));
    }

    /// <inheritdoc/>
    protected override string OwnSettings => string.Create(
        CultureInfo.InvariantCulture, $", momentum {Momentum}, nesterov {Nesterov}, steps {Steps}, others [{Others}]");

    /// <inheritdoc/>
    protected override void DescribeOwn(ConfigWriter config)
    {
        config.Add("momentum", Momentum);
        config.Add("nesterov", Nesterov);
        config.Add("steps", Steps);
        if (!Registry.Knows(Others.GetType()))
            config.Refuse($"'others': expected an optimizer that is registered, as by Optimizer.Register<{Others.GetType().Name}>, received {Others}");
        config.Add("others", Others, Registry);
    }

    private sealed class State<T>(Muon muon, int parameters) : OptimizerState<T>(muon)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T[] momentum = new T[parameters];
        private readonly OptimizerState<T> others = muon.Others.Start<T>(parameters);
        private readonly Dictionary<int, Matrix<T>> matrices = [];

        public override IReadOnlyList<(string Name, T[] Values)> Tensors => [("matrix_momentum", momentum), .. others.Tensors];

        internal override void ReturnTo(int step)
        {
            base.ReturnTo(step);
            others.ReturnTo(step);
        }

        private protected override OptimizerState<T> StateOf(int parameter) => matrices.ContainsKey(parameter) ? this : others;

        private protected override void OnAttach(IReadOnlyList<Parameter<T>> parameters)
        {
            ShareGroups(others);
            foreach (Parameter<T> parameter in parameters.Where(parameter => muon.TakesWhole(parameter.Shape)))
                matrices.Add(parameter.Offset, new Matrix<T>(parameter.Shape));
        }

        protected override void OnBeginStep()
        {
            others.RateScale = RateScale;
            others.BeginStep();
        }

        protected override void Update(int first, Span<T> parameters, ReadOnlySpan<T> gradients, in StepSize<T> size)
        {
            if (!matrices.TryGetValue(first, out Matrix<T>? matrix) || parameters.Length != matrix.Elements)
                throw new ArgumentException($"Muon: expected a kernel whole, received {parameters.Length} elements of one, from {first} on");
            matrix.Update(parameters, momentum.AsSpan(first, parameters.Length), gradients, muon, size.Rate);
        }
    }

    /// <summary>A kernel, with room for its step: one thread at a time has it.</summary>
    private sealed class Matrix<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly int rows;
        private readonly int columns;
        private readonly T[] y;
        private readonly T[] scratch;

        public Matrix(Shape shape)
        {
            (rows, columns) = (shape.Elements / shape[^1], shape[^1]);
            (y, scratch) = (new T[shape.Elements], new T[Orthogonalization.ScratchElements(Math.Min(rows, columns))]);
        }

        public int Elements => y.Length;

        public void Update(Span<T> w, Span<T> v, ReadOnlySpan<T> g, Muon muon, T rate)
        {
            T momentum = T.CreateChecked(muon.Momentum);
            for (int i = 0; i < w.Length; i++)
            {
                v[i] = (momentum * v[i]) + g[i];
                y[Place(i)] = muon.Nesterov ? g[i] + (momentum * v[i]) : v[i];
            }

            Orthogonalization.NewtonSchulz(y.AsSpan(), Math.Min(rows, columns), muon.Steps, scratch);
            T step = rate * T.CreateChecked(Math.Sqrt(Math.Max(1, (double)columns / rows)));
            for (int i = 0; i < w.Length; i++)
                w[i] -= step * y[Place(i)];
        }

        // A matrix that is wider than high lies transposed.
        private int Place(int i) => rows >= columns ? i : (i % columns * rows) + (i / columns);
    }
}
