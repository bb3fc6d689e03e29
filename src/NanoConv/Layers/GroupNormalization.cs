using System.Numerics;
using System.Numerics.Tensors;
using NanoConv.Descriptions;
using NanoConv.Initializers;
using NanoConv.Kernels;
using NanoConv.Regularizers;

namespace NanoConv.Layers;

/// <summary>
/// Group normalisation (Wu and He, 2018): y = γ · (x − μ) / √(σ² + ε) + β, where μ and σ² are those of a group of neighbouring channels over all
/// pixels of one example; in training and in prediction alike. γ and β are one for each channel.
/// </summary>
/// <remarks>
/// As many groups as channels make it instance normalisation (Ulyanov, Vedaldi and Lempitsky, 2016). As Keras has it: σ² is divided by the
/// number of values.
/// </remarks>
public sealed class GroupNormalization : ExampleNormalization, IDescribed<GroupNormalization>
{
    /// <summary>Specifies the layer; the arguments and defaults are Keras's, on the last axis.</summary>
    /// <param name="groups">Into how many groups the channels go, which it has to divide; −1 for one channel each: instance normalisation.</param>
    /// <param name="epsilon">ε, above 0. PyTorch's default is 1e-5.</param>
    /// <param name="center">Whether there is a β.</param>
    /// <param name="scale">Whether there is a γ.</param>
    /// <param name="betaInitializer">By default <see cref="Zeros"/>.</param>
    /// <param name="gammaInitializer">By default <see cref="Ones"/>.</param>
    /// <param name="betaRegularizer">Added to the loss for β.</param>
    /// <param name="gammaRegularizer">Added to the loss for γ.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public GroupNormalization(
        int groups = 32,
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
        if (groups is < 1 and not -1)
            throw new ArgumentOutOfRangeException(nameof(groups), groups, "GroupNormalization: expected at least 1 group, or -1 for one a channel");
        Groups = groups;
    }

    /// <summary>Into how many groups the channels go; −1 for one channel each.</summary>
    public int Groups { get; }

    /// <inheritdoc/>
    public override string Kind => "group_normalization";

    internal override int? ForeignKernelRank => 1;

    internal override bool KeepsOrder => true;

    /// <inheritdoc/>
    public static GroupNormalization FromConfig(ConfigReader config) => new(
        config.Whole("groups"),
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
        config.Add("groups", Groups);
        DescribeCommon(config);
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.InputShape.Rank == 0)
            throw builder.Error("expected an input with channels as its last axis, received a single number");
        int channels = builder.InputShape[^1], groups = Groups == -1 ? channels : Groups;
        if (channels % groups != 0)
            throw builder.Error($"expected a number of channels that {groups} groups divide, received {channels} channels");
        if (channels > int.MaxValue / 4)
            throw builder.Error($"expected at most {int.MaxValue / 4} channels, for which there are buffers, received {channels}");
        AddParameters(builder, channels);
        return new Built<T>(builder, this, groups);
    }

    private sealed class Built<T>(LayerBuilder<T> builder, GroupNormalization specification, int groups) : BuiltNormalization<T>(builder, specification)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly int channels = builder.InputShape[^1], size = builder.InputShape[^1] / groups;
        private readonly T count = T.CreateChecked(builder.InputShape.Elements / groups);

        public override IReadOnlyList<KeptBuffer> Kept { get; } = [new KeptBuffer("mean and 1 / deviation", 2 * groups, TrainingOnly: false)];

        public override int ScratchElements => 4 * channels;

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
        {
            Span<T> mean = Row(pass, 0), scale = Row(pass, 1), shift = Row(pass, 2);
            shift.Clear();
            Beta.CopyTo(shift);
            for (int example = 0; example < pass.Count; example++)
            {
                ReadOnlySpan<T> from = Of(x, example);
                Span<T> moments = pass.Kept(0).Slice(2 * groups * example, 2 * groups);
                FindMoments(moments, from, mean, scale);
                Spread(moments, mean, scale);
                if (!Gamma.IsEmpty)
                    TensorPrimitives.Multiply(scale, Gamma, scale);
                ChannelSums.Standardize(y.Slice(example * from.Length, from.Length), from, mean, scale, shift);
            }
        }

        /// <summary>
        /// dx = γ · s · dy − s / n · Σ (γ · dy) − s · x̂ / n · Σ (γ · dy · x̂), with the sums over a group's n numbers and s = 1 / √(σ² + ε).
        /// </summary>
        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            Span<T> mean = Row(pass, 0), inverse = Row(pass, 1), sums = Row(pass, 2), products = Row(pass, 3);
            Span<T> dGamma = GammaGradient(pass), dBeta = BetaGradient(pass);
            for (int example = 0; example < pass.Count; example++)
            {
                ReadOnlySpan<T> from = Of(x, example), gradient = Of(dy, example);
                Spread(pass.Kept(0).Slice(2 * groups * example, 2 * groups), mean, inverse);
                ChannelSums.Gradients(sums, products, gradient, from, mean, inverse);
                if (!dGamma.IsEmpty)
                    TensorPrimitives.Add(dGamma, products, dGamma);
                if (!dBeta.IsEmpty)
                    TensorPrimitives.Add(dBeta, sums, dBeta);
                if (dx.IsEmpty)
                    continue;
                MakeFactors(inverse, sums, products);
                ChannelSums.Combine(dx.Slice(example * from.Length, from.Length), gradient, from, inverse, mean, products, sums);
            }
        }

        // In two passes, the second over differences from the group's mean: no difference of large squares.
        private void FindMoments(Span<T> moments, ReadOnlySpan<T> x, Span<T> means, Span<T> squares)
        {
            GlobalAverage.Forward(1, means, x);
            T members = T.CreateChecked(size);
            for (int group = 0; group < groups; group++)
            {
                T mean = Sum(means.Slice(group * size, size)) / members;
                moments[2 * group] = mean;
                means.Slice(group * size, size).Fill(mean);
            }

            ChannelSums.Squares(squares, x, means);
            for (int group = 0; group < groups; group++)
                moments[(2 * group) + 1] = T.One / T.Sqrt((Sum(squares.Slice(group * size, size)) / count) + Epsilon);
        }

        // What is one for each group as one for each channel.
        private void Spread(ReadOnlySpan<T> moments, Span<T> mean, Span<T> inverse)
        {
            for (int group = 0; group < groups; group++)
            {
                mean.Slice(group * size, size).Fill(moments[2 * group]);
                inverse.Slice(group * size, size).Fill(moments[(2 * group) + 1]);
            }
        }

        // For each channel: of the gradient, of the input, and what is added.
        private void MakeFactors(Span<T> inverses, Span<T> sums, Span<T> products)
        {
            ReadOnlySpan<T> gamma = Gamma;
            for (int first = 0; first < channels; first += size)
            {
                (T sum, T product, T inverse) = (T.Zero, T.Zero, inverses[first]);
                for (int c = first; c < first + size; c++)
                {
                    T factor = gamma.IsEmpty ? T.One : gamma[c];
                    sum += factor * sums[c];
                    product += factor * products[c];
                    inverses[c] = factor * inverse;
                }

                products.Slice(first, size).Fill(-(inverse * inverse * product / count));
                sums.Slice(first, size).Fill(-(inverse * sum / count));
            }
        }

        private static T Sum(ReadOnlySpan<T> values)
        {
            T sum = T.Zero;
            foreach (T value in values)
                sum += value;
            return sum;
        }

        private Span<T> Row(LayerPass<T> pass, int row) => pass.Scratch.Slice(row * channels, channels);

        private ReadOnlySpan<T> Of(ReadOnlySpan<T> examples, int example) => examples.Slice(example * InputShape.Elements, InputShape.Elements);
    }
}
