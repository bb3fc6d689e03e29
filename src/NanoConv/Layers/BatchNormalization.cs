using System.Numerics;
using System.Numerics.Tensors;
using NanoConv.Descriptions;
using NanoConv.Initializers;
using NanoConv.Kernels;
using NanoConv.Layers.Activations;
using NanoConv.Regularizers;

namespace NanoConv.Layers;

/// <summary>
/// Batch normalisation over the last axis (Ioffe and Szegedy, 2015): y = γ · (x − μ) / √(σ² + ε) + β for each channel. In training μ and σ²
/// are those of the batch, over all its pixels; in prediction, and where the layer is frozen, they are the moving averages.
/// </summary>
/// <remarks>
/// As Keras has it: σ² is divided by the number of values, in the moving average too, which PyTorch divides by one less; and a batch with
/// one value a channel has the variance 0, so that its output is β.
/// </remarks>
public sealed class BatchNormalization : Layer, IDescribed<BatchNormalization>
{
    /// <summary>Specifies the layer; the arguments and defaults are Keras's, on the last axis.</summary>
    /// <param name="momentum">How much of a moving average stays in a step, from 0 to below 1. PyTorch's momentum is 1 − this one.</param>
    /// <param name="epsilon">ε, above 0. PyTorch's default is 1e-5.</param>
    /// <param name="center">Whether there is a β.</param>
    /// <param name="scale">Whether there is a γ.</param>
    /// <param name="betaInitializer">By default <see cref="Zeros"/>.</param>
    /// <param name="gammaInitializer">By default <see cref="Ones"/>; zeros in the last one of a residual block make it begin as the identity.</param>
    /// <param name="movingMeanInitializer">By default <see cref="Zeros"/>.</param>
    /// <param name="movingVarianceInitializer">By default <see cref="Ones"/>.</param>
    /// <param name="betaRegularizer">Added to the loss for β.</param>
    /// <param name="gammaRegularizer">Added to the loss for γ.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public BatchNormalization(
        double momentum = 0.99,
        double epsilon = 1e-3,
        bool center = true,
        bool scale = true,
        Initializer? betaInitializer = null,
        Initializer? gammaInitializer = null,
        Initializer? movingMeanInitializer = null,
        Initializer? movingVarianceInitializer = null,
        Regularizer? betaRegularizer = null,
        Regularizer? gammaRegularizer = null,
        string? name = null)
        : base(name)
    {
        if (!(momentum is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "BatchNormalization: expected a momentum from 0 to below 1");
        if (!(epsilon > 0 && double.IsFinite(epsilon)))
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "BatchNormalization: expected an epsilon above 0");
        (Momentum, Epsilon, Center, Scale) = (momentum, epsilon, center, scale);
        (BetaInitializer, GammaInitializer) = (betaInitializer ?? new Zeros(), gammaInitializer ?? new Ones());
        (MovingMeanInitializer, MovingVarianceInitializer) = (movingMeanInitializer ?? new Zeros(), movingVarianceInitializer ?? new Ones());
        (BetaRegularizer, GammaRegularizer) = (betaRegularizer, gammaRegularizer);
    }

    /// <summary>How much of a moving average stays in a step.</summary>
    public double Momentum { get; }

    /// <summary>ε.</summary>
    public double Epsilon { get; }

    /// <summary>Whether there is a β.</summary>
    public bool Center { get; }

    /// <summary>Whether there is a γ.</summary>
    public bool Scale { get; }

    /// <summary>β's first values.</summary>
    public Initializer BetaInitializer { get; }

    /// <summary>γ's first values.</summary>
    public Initializer GammaInitializer { get; }

    /// <summary>The moving average of means at first.</summary>
    public Initializer MovingMeanInitializer { get; }

    /// <summary>The moving average of variances at first.</summary>
    public Initializer MovingVarianceInitializer { get; }

    /// <summary>What is added to the loss for β.</summary>
    public Regularizer? BetaRegularizer { get; }

    /// <summary>What is added to the loss for γ.</summary>
    public Regularizer? GammaRegularizer { get; }

    /// <inheritdoc/>
    public override string Kind => "batch_normalization";

    internal override int? ForeignKernelRank => 1;

    internal override bool KeepsOrder => true;

    /// <inheritdoc/>
    public static BatchNormalization FromConfig(ConfigReader config) => new(
        config.Real("momentum"),
        config.Real("epsilon"),
        config.Flag("center"),
        config.Flag("scale"),
        config.Initializer("beta_initializer", new Zeros()),
        config.Initializer("gamma_initializer", new Ones()),
        config.Initializer("moving_mean_initializer", new Zeros()),
        config.Initializer("moving_variance_initializer", new Ones()),
        config.Regularizer("beta_regularizer"),
        config.Regularizer("gamma_regularizer"),
        config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("momentum", Momentum);
        config.Add("epsilon", Epsilon);
        config.Add("center", Center);
        config.Add("scale", Scale);
        config.Add("beta_initializer", BetaInitializer);
        config.Add("gamma_initializer", GammaInitializer);
        config.Add("moving_mean_initializer", MovingMeanInitializer);
        config.Add("moving_variance_initializer", MovingVarianceInitializer);
        config.Add("beta_regularizer", BetaRegularizer);
        config.Add("gamma_regularizer", GammaRegularizer);
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.InputShape.Rank == 0)
            throw builder.Error("expected an input with channels as its last axis, received a single number");
        int channels = builder.InputShape[^1];
        if (Scale)
            builder.AddParameter("gamma", channels, GammaInitializer, 1, 1, GammaRegularizer);
        if (Center)
            builder.AddParameter("beta", channels, BetaInitializer, 1, 1, BetaRegularizer);
        builder.AddState("moving_mean", channels, MovingMeanInitializer);
        builder.AddState("moving_variance", channels, MovingVarianceInitializer);
        return new Built<T>(builder, this);
    }

    private sealed class Built<T> : BuiltLayer<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly BatchNormalization specification;
        private readonly int channels;
        private readonly int beta;
        private readonly int movingMean;
        private readonly T[] scale;
        private readonly T[] shift;

        public Built(LayerBuilder<T> builder, BatchNormalization specification)
            : base(builder, builder.InputShape)
        {
            (this.specification, channels) = (specification, InputShape[^1]);
            beta = specification.Scale ? 1 : 0;
            movingMean = beta + (specification.Center ? 1 : 0);
            (scale, shift) = (new T[channels], new T[channels]);
        }

        // A share is the number of pixels, their mean and their sum of squared differences from it; in the backward pass Σ dy and Σ dy · x̂.
        public override int BatchElements => (2 * channels) + 1;

        public override int ScratchElements => 3 * channels;

        internal override long PackedElements => 2 * channels;

        internal override (ReadOnlyMemory<T> Scale, ReadOnlyMemory<T> Shift)? ScaleAndShift => (scale, shift);

        internal override bool TakesPostOperations => true;

        private ReadOnlySpan<T> MovingMean => Parameters[movingMean].Value;

        private ReadOnlySpan<T> MovingVariance => Parameters[movingMean + 1].Value;

        // For prediction: the moving averages as one multiplication and one addition.
        public override void Prepare()
        {
            Inverse(scale, MovingVariance, T.One);
            FoldIn(scale, shift, MovingMean);
        }

        public override void GatherForward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> share)
        {
            share[0] = T.CreateChecked(x.Length / channels);
            ChannelSums.Moments(share.Slice(1, channels), share.Slice(1 + channels, channels), x);
        }

        // Two sets of numbers as one (Chan, Golub and LeVeque, 1979): stable whatever their means.
        public override void CombineForward(ReadOnlySpan<T> shares, Span<T> total)
        {
            shares[..BatchElements].CopyTo(total);
            for (int start = BatchElements; start < shares.Length; start += BatchElements)
            {
                ReadOnlySpan<T> share = shares.Slice(start, BatchElements);
                T count = total[0] + share[0], ratio = share[0] / count, weight = total[0] * ratio;
                for (int c = 1; c <= channels; c++)
                {
                    T difference = share[c] - total[c];
                    total[c] += difference * ratio;
                    total[c + channels] += share[c + channels] + (difference * difference * weight);
                }

                total[0] = count;
            }
        }

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
        {
            if (pass.Statistics.IsEmpty)
            {
                ChannelSums.ScaleAndShift(y, x, scale, shift);
                return;
            }

            Span<T> batchScale = pass.Scratch[..channels], batchShift = pass.Scratch.Slice(channels, channels);
            Inverse(batchScale, pass.Statistics.Slice(1 + channels, channels), pass.Statistics[0]);
            FoldIn(batchScale, batchShift, pass.Statistics.Slice(1, channels));
            ChannelSums.ScaleAndShift(y, x, batchScale, batchShift);
        }

        public override void GatherBackward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> share)
        {
            Span<T> inverse = pass.Scratch[..channels];
            Inverse(inverse, pass.Statistics.Slice(1 + channels, channels), pass.Statistics[0]);
            ChannelSums.Gradients(share.Slice(1, channels), share.Slice(1 + channels, channels), dy, x, pass.Statistics.Slice(1, channels), inverse);
            AddGradients(pass, share);
        }

        /// <summary>
        /// dx = γ / √(σ² + ε) · (dy − Σ dy / n − x̂ · Σ (dy · x̂) / n), with the sums over the batch; of a frozen layer the first term alone.
        /// </summary>
        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            Span<T> ofGradient = pass.Scratch[..channels], ofInput = pass.Scratch.Slice(channels, channels);
            Span<T> constant = pass.Scratch.Slice(2 * channels, channels);
            if (pass.Statistics.IsEmpty)
            {
                BackwardOfMovingAverages(pass, x, dy, dx);
                return;
            }

            if (dx.IsEmpty)
                return;
            ReadOnlySpan<T> mean = pass.Statistics.Slice(1, channels), sums = pass.BackwardStatistics.Slice(1, channels);
            ReadOnlySpan<T> products = pass.BackwardStatistics.Slice(1 + channels, channels);
            T count = pass.Statistics[0];
            Inverse(constant, pass.Statistics.Slice(1 + channels, channels), count);
            for (int c = 0; c < channels; c++)
            {
                T inverse = constant[c];
                ofGradient[c] = specification.Scale ? inverse * Parameters[0].Value[c] : inverse;
                ofInput[c] = -(ofGradient[c] * inverse * products[c] / count);
                constant[c] = -(ofGradient[c] * sums[c] / count);
            }

            ChannelSums.Combine(dx, dy, x, ofGradient, mean, ofInput, constant);
        }

        public override void EndStep(ReadOnlySpan<T> statistics)
        {
            T stays = T.CreateChecked(specification.Momentum), moves = T.One - stays, count = statistics[0];
            Span<T> mean = Parameters[movingMean].Writable, variance = Parameters[movingMean + 1].Writable;
            for (int c = 0; c < channels; c++)
            {
                mean[c] = (mean[c] * stays) + (statistics[1 + c] * moves);
                variance[c] = (variance[c] * stays) + (statistics[1 + channels + c] / count * moves);
            }
        }

        private void BackwardOfMovingAverages(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dx)
        {
            Span<T> sums = pass.Scratch[..channels], products = pass.Scratch.Slice(channels, channels), inverse = pass.Scratch.Slice(2 * channels, channels);
            Inverse(inverse, MovingVariance, T.One);
            ChannelSums.Gradients(sums, products, dy, x, MovingMean, inverse);
            AddGradients(pass, pass.Scratch[..(2 * channels)], first: 0);
            if (dx.IsEmpty)
                return;
            sums.Clear();
            ChannelSums.ScaleAndShift(dx, dy, scale, sums);
        }

        private void AddGradients(LayerPass<T> pass, ReadOnlySpan<T> sumsAndProducts, int first = 1)
        {
            if (specification.Scale)
                TensorPrimitives.Add(pass.Gradient(0), sumsAndProducts.Slice(first + channels, channels), pass.Gradient(0));
            if (specification.Center)
                TensorPrimitives.Add(pass.Gradient(beta), sumsAndProducts.Slice(first, channels), pass.Gradient(beta));
        }

        // 1 / √(m2 / count + ε).
        private void Inverse(Span<T> inverse, ReadOnlySpan<T> m2, T count)
        {
            T epsilon = T.CreateChecked(specification.Epsilon);
            for (int c = 0; c < channels; c++)
                inverse[c] = T.One / T.Sqrt((m2[c] / count) + epsilon);
        }

        // γ and β: factors become factors · γ, and shifts β − mean · factors.
        private void FoldIn(Span<T> factors, Span<T> shifts, ReadOnlySpan<T> mean)
        {
            for (int c = 0; c < channels; c++)
            {
                if (specification.Scale)
                    factors[c] *= Parameters[0].Value[c];
                shifts[c] = (specification.Center ? Parameters[beta].Value[c] : T.Zero) - (mean[c] * factors[c]);
            }
        }
    }
}
