using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Initializers;
using NanoConv.Kernels;
using NanoConv.Regularizers;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>
/// Layer normalisation (Ba, Kiros and Hinton, 2016): y = γ · (x − μ) / √(σ² + ε) + β over the last axis, or several of them, of each example;
/// in training and in prediction alike.
/// </summary>
/// <remarks>
/// As Keras has it: σ² is divided by the number of values. Over the last axis alone each pixel of a picture is normalised by itself, over its
/// channels; <c>axis: [-3, -2, -1]</c> takes a picture as a whole, with a γ and a β for each of its numbers.
/// Keras's <c>rms_scaling</c>, which its later versions make a layer of its own, is not there.
/// </remarks>
public sealed class LayerNormalization : ExampleNormalization, IDescribed<LayerNormalization>
{
    /// <summary>Specifies the layer; the arguments and defaults are Keras's.</summary>
    /// <param name="axis">
    /// The axes over which mean and variance go, and γ and β: the last ones, from the end or with the batch's as 0; by default the last one
    /// alone, [-1]. A list in any case, where Keras takes a number too.
    /// </param>
    /// <param name="epsilon">ε, above 0. PyTorch's default is 1e-5.</param>
    /// <param name="center">Whether there is a β.</param>
    /// <param name="scale">Whether there is a γ.</param>
    /// <param name="betaInitializer">By default <see cref="Zeros"/>.</param>
    /// <param name="gammaInitializer">By default <see cref="Ones"/>.</param>
    /// <param name="betaRegularizer">Added to the loss for β.</param>
    /// <param name="gammaRegularizer">Added to the loss for γ.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">There is no axis, or one is the batch's, or a number is out of its range.</exception>
    public LayerNormalization(
        IReadOnlyList<int>? axis = null,
        double epsilon = 1e-3,
        bool center = true,
        bool scale = true,
        Initializer? betaInitializer = null,
        Initializer? gammaInitializer = null,
        Regularizer? betaRegularizer = null,
        Regularizer? gammaRegularizer = null,
        string? name = null)
        : base(epsilon, center, scale, betaInitializer, gammaInitializer, betaRegularizer, gammaRegularizer, name)
    {
        Axis = axis is null ? [-1] : [.. axis];
        if (Axis.Count == 0 || Axis.Contains(0))
        {
            throw new ArgumentException(
                $"LayerNormalization: expected at least one axis, and none that is the batch's, 0, received {ExampleAxes.Words(Axis)}", nameof(axis));
        }
    }

    /// <summary>The axes over which mean and variance go.</summary>
    public IReadOnlyList<int> Axis { get; }

    /// <inheritdoc/>
    public override string Kind => "layer_normalization";

    // Of several axes other frameworks have γ in the order of theirs.
    internal override int? ForeignKernelRank => Axis.Count == 1 ? 1 : null;

    internal override bool KeepsOrder => true;

    /// <inheritdoc/>
    public static LayerNormalization FromConfig(ConfigReader config) => new(
        config.OneOrMoreWholes("axis"),
        config.Real("epsilon"),
        config.Flag("center"),
        config.Flag("scale"),
        config.Initializer("beta_initializer", new Zeros()),
        config.Initializer("gamma_initializer", new Ones()),
        config.Regularizer("beta_regularizer"),
        config.Regularizer("gamma_regularizer"),
        config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("axis", (int[])[.. Axis]);
        DescribeCommon(config);
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Shape shape = builder.InputShape;
        int[] axes = ExampleAxes.Of(Axis, shape, builder.Error);
        if (axes[0] != shape.Rank - axes.Length)
            throw builder.Error($"expected the last axes of an input of shape {shape}, as [-1] or [-2, -1], received {ExampleAxes.Words(Axis)}");
        Shape normalized = new(shape.Axes[axes[0]..]);
        int rows = shape.Elements / normalized.Elements;
        if (rows > int.MaxValue / 2)
            throw builder.Error($"expected at most {int.MaxValue / 2} rows to normalise, for which there are buffers, received {rows}");
        AddParameters(builder, normalized);
        return new Built<T>(builder, this, rows);
    }

    private sealed class Built<T>(LayerBuilder<T> builder, LayerNormalization specification, int rows) : BuiltNormalization<T>(builder, specification)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public override IReadOnlyList<KeptBuffer> Kept { get; } = [new KeptBuffer("mean and 1 / deviation", 2 * rows, TrainingOnly: false)];

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y) =>
            NormalizedRows.Forward(y, x, Gamma, Beta, Moments(pass), Epsilon);

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            NormalizedRows.ParameterGradients(GammaGradient(pass), BetaGradient(pass), dy, x, Moments(pass));
            if (!dx.IsEmpty)
                NormalizedRows.InputGradient(dx, dy, x, Gamma, Moments(pass));
        }

        private Span<T> Moments(LayerPass<T> pass) => pass.Kept(0)[..(2 * rows * pass.Count)];
    }
}
