using System.Numerics;
using NanoConv.Convolutions;
using NanoConv.Descriptions;
using NanoConv.Initializers;
using NanoConv.Kernels;
using NanoConv.Layers.Activations;
using NanoConv.Regularizers;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>
/// 2-D convolution over pictures (height, width, channels), with a kernel [height, width, channels, filters]:
/// y = activation(x ∗ w + b). See <see cref="ConvolutionAlgorithm{T}"/> for the equation; it is also what works all of it out.
/// </summary>
public sealed class Conv2D : Layer, IDescribed<Conv2D>
{
    /// <summary>Specifies a convolution; the defaults are Keras's.</summary>
    /// <param name="filters">Output channels.</param>
    /// <param name="kernelSize">The kernel's height and width.</param>
    /// <param name="strides">The step from window to window, by default 1.</param>
    /// <param name="padding">By default <see cref="Padding.Valid"/>.</param>
    /// <param name="activation">Applied to the output; by default <see cref="Activation.Linear"/>.</param>
    /// <param name="useBias">Whether a bias is added for each filter; it starts as zero.</param>
    /// <param name="kernelInitializer">By default <see cref="GlorotUniform"/>.</param>
    /// <param name="kernelRegularizer">Added to the loss for the kernel.</param>
    /// <param name="name">The layer's name.</param>
    /// <param name="algorithm">
    /// How it is to be worked out, for teaching, tests and benchmarks; by default the fastest. One that does not take the layer's input is refused
    /// when the layer is built. A choice for this run: model files do not have it, and it changes no result beyond rounding.
    /// </param>
    /// <exception cref="ArgumentException">A size is below 1.</exception>
    public Conv2D(
        int filters,
        Size2D kernelSize,
        Size2D? strides = null,
        Padding padding = default,
        Activation? activation = null,
        bool useBias = true,
        Initializer? kernelInitializer = null,
        Regularizer? kernelRegularizer = null,
        string? name = null,
        ConvolutionAlgorithmKind? algorithm = null)
        : base(name)
    {
        if (filters < 1)
            throw new ArgumentOutOfRangeException(nameof(filters), filters, "Conv2D: expected at least 1 filter");
        (Filters, KernelSize, Padding, Strides) = (filters, Check(kernelSize, "a kernel"), padding, Check(strides ?? 1, "strides"));
        (Activation, UseBias) = (activation ?? Activation.Linear, useBias);
        (KernelInitializer, KernelRegularizer, Algorithm) = (kernelInitializer ?? new GlorotUniform(), kernelRegularizer, algorithm);
    }

    /// <summary>Output channels.</summary>
    public int Filters { get; }

    /// <summary>The kernel's height and width.</summary>
    public Size2D KernelSize { get; }

    /// <summary>How far windows reach over the border.</summary>
    public Padding Padding { get; }

    /// <summary>The step from window to window.</summary>
    public Size2D Strides { get; }

    /// <summary>The function applied to the output.</summary>
    public Activation Activation { get; }

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; }

    /// <summary>The kernel's first values.</summary>
    public Initializer KernelInitializer { get; }

    /// <summary>What is added to the loss for the kernel.</summary>
    public Regularizer? KernelRegularizer { get; }

    /// <summary>The algorithm asked for; null for the fastest.</summary>
    public ConvolutionAlgorithmKind? Algorithm { get; }

    /// <inheritdoc/>
    public override string Kind => "conv2d";

    internal override int? ForeignKernelRank => 4;

    /// <inheritdoc/>
    public static Conv2D FromConfig(ConfigReader config) => new(
        config.Whole("filters"),
        config.Size("kernel_size"),
        config.Size("strides"),
        config.Padding("padding"),
        config.Activation("activation"),
        config.Flag("use_bias"),
        config.Initializer("kernel_initializer"),
        config.Regularizer("kernel_regularizer"),
        config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("filters", Filters);
        config.Add("kernel_size", KernelSize);
        config.Add("strides", Strides);
        config.Add("padding", Padding);
        config.Add("activation", Activation);
        config.Add("use_bias", UseBias);
        config.Add("kernel_initializer", KernelInitializer);
        config.Add("kernel_regularizer", KernelRegularizer);
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        (_, _, int channels) = builder.ExpectPicture();
        ConvolutionGeometry geometry;
        Shape kernelShape;
        try
        {
            kernelShape = (KernelSize.Height, KernelSize.Width, channels, Filters);
            geometry = new ConvolutionGeometry(new WindowGeometry(builder.InputShape, KernelSize, Strides, Padding), Filters);
        }
        catch (ArgumentException mistake)
        {
            throw builder.Error(mistake.Message);
        }

        // Before the sizes are checked, which takes as long as the kernel is high: a file may claim one that it has not.
        int pixels = KernelSize.Height * KernelSize.Width;
        builder.AddParameter(
            "kernel",
            kernelShape,
            KernelInitializer,
            fanIn: pixels * channels,
            fanOut: pixels * Filters,
            KernelRegularizer);
        if (UseBias)
            builder.AddParameter("bias", Filters, new Zeros(), 1, 1);
        try
        {
            return new Built<T>(builder, this, ConvolutionAlgorithm<T>.For(geometry, Algorithm));
        }
        catch (ArgumentException mistake)
        {
            throw builder.Error(mistake.Message);
        }
    }

    private sealed class Built<T> : BuiltLayer<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // What is kept: x in its halo, the gradient dz of z = x ∗ w + b in its own, and z itself if the activation's gradient needs it.
        private const int PaddedX = 0, HaloedDz = 1, Z = 2;

        private readonly ConvolutionGeometry geometry;
        private readonly ConvolutionAlgorithmKind? chosen;
        private readonly Activation activation;
        private readonly WeightFold<T>? fold;
        private ConvolutionAlgorithm<T> algorithm;
        private KeptBuffer[] kept;

        public Built(LayerBuilder<T> builder, Conv2D specification, ConvolutionAlgorithm<T> algorithm)
            : base(builder, (algorithm.Geometry.Window.OutputHeight, algorithm.Geometry.Window.OutputWidth, algorithm.Geometry.Filters))
        {
            (geometry, chosen, activation) = (algorithm.Geometry, specification.Algorithm, specification.Activation);
            (this.algorithm, kept) = (algorithm, KeptBy(algorithm));
        }

        // For prediction: by what the written layer has packed, unless there are other weights.
        private Built(Built<T> written, Activation activation, WeightFold<T>? fold)
            : base(written, [])
        {
            (geometry, chosen, this.activation, this.fold) = (written.geometry, written.chosen, activation, fold);
            algorithm = fold is null ? written.algorithm : ConvolutionAlgorithm<T>.For(geometry, written.algorithm.Kind);
            kept = KeptBy(algorithm);
        }

        public override string Algorithm => algorithm.Name;

        public override IReadOnlyList<KeptBuffer> Kept => kept;

        public override int ScratchElements => algorithm.ScratchElements;

        public override long ForwardFlops => geometry.ForwardFlops;

        public override bool EndsInSigmoid => activation == Activation.Sigmoid;

        internal override PixelView? HaloedInput => algorithm.Input.IsPlain ? null : algorithm.Input.Pixels;

        internal override bool CanWriteInHalo => activation.IsFused;

        internal override bool CanBeLean => chosen is null;

        internal override bool IsLean
        {
            get => algorithm.LeavesKernelGradient;
            set
            {
                algorithm = ConvolutionAlgorithm<T>.For(geometry, chosen, savesMemory: value);
                kept = KeptBy(algorithm);
            }
        }

        internal override int KeptGradient => HaloedDz;

        internal override int KeptInput => algorithm.Input.IsPlain ? -1 : PaddedX;

        internal override long PackedElements => FoldsWeights ? algorithm.ForwardElements : algorithm.PackedElements;

        internal override Activation? ProductActivation => activation;

        internal override bool TakesPostOperations => true;

        internal override bool FoldsWeights => fold is not null;

        internal override BuiltLayer<T> ForPrediction(Activation activation, WeightFold<T>? fold) => new Built<T>(this, activation, fold);

        internal override StridedProduct KernelProduct(int examples) => algorithm.KernelProduct(examples);

        public override void Prepare()
        {
            (ReadOnlyMemory<T> kernel, ReadOnlyMemory<T> bias) = (Parameters[0].Memory, Parameters.Count > 1 ? Parameters[1].Memory : default);
            if (fold is null)
            {
                algorithm.Prepare(kernel, bias);
                return;
            }

            (kernel, bias) = fold.Apply(kernel.Span, bias.Span);
            algorithm.PrepareForward(kernel, bias);
        }

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
        {
            if (IsCopied(pass))
                algorithm.PlaceInput(pass.Count, pass.Kept(PaddedX), x);
            bool relu = activation == Activation.ReLU;
            Span<T> z = activation.GradientNeedsInput && pass.Training ? pass.Kept(Z)[..y.Length] : y;
            algorithm.Forward(pass.Count, z, pass.OutputView ?? algorithm.Output.Pixels!.Value, Padded(pass, x), pass.Scratch, relu);
            if (IsApart(pass))
                activation.Forward(y, z, geometry.Filters);
        }

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (IsApart(pass))
                activation.Gradient(dy, dy, activation.GradientNeedsInput ? pass.Kept(Z)[..y.Length] : [], y, geometry.Filters);
            Span<T> dw = IsLean ? [] : pass.Gradient(0), db = Parameters.Count > 1 ? pass.Gradient(1) : [];
            ReadOnlySpan<T> padded = Padded(pass, x), masked = activation == Activation.ReLU ? y : [];
            PictureLayout layout = dx.IsEmpty ? algorithm.OutputGradientAlone : algorithm.OutputGradient;
            PixelView pixels = layout.Pixels!.Value;
            Span<T> dz = layout.IsPlain ? dy : pass.Kept(HaloedDz);
            ActivationGradient.Write(ConvolutionProducts.Forward(geometry, pass.Count, pixels), dz, db, dy, masked, pass.OutputView);
            algorithm.Backward(pass.Count, dw, dx, padded, dz, pixels, pass.Scratch);
        }

        // Pictures that are wanted as they are need no buffer.
        private KeptBuffer[] KeptBy(ConvolutionAlgorithm<T> algorithm)
        {
            (PictureLayout input, PictureLayout gradient) = (algorithm.Input, algorithm.OutputGradient);
            return
            [
                new KeptBuffer("padded input", input.IsPlain ? 0 : input.Elements, TrainingOnly: false) { IsInput = true },
                gradient.IsPlain ? new KeptBuffer("haloed gradient", 0) : new KeptBuffer("haloed gradient", gradient.Elements, gradient.OverRead),
                .. KeptBuffer.BeforeActivation(activation, OutputShape),
            ];
        }

        private bool IsApart(LayerPass<T> pass) => !activation.IsFused && !(EndsInSigmoid && pass.WantsLogits);

        private bool IsCopied(LayerPass<T> pass) => !algorithm.Input.IsPlain && pass.InputView is null;

        private ReadOnlySpan<T> Padded(LayerPass<T> pass, ReadOnlySpan<T> x) => IsCopied(pass) ? pass.Kept(PaddedX) : x;
    }
}
