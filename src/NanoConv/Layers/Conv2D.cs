using System.Numerics;
using NanoConv.Kernels;

namespace NanoConv;

/// <summary>
/// 2-D convolution over pictures (height, width, channels), with a kernel [height, width, channels, filters]:
/// y = activation(x ∗ w + b). See <see cref="Convolution"/> for the equation, <see cref="WinogradConvolution"/> for a
/// way with fewer multiplications that is taken where it suits.
/// </summary>
public sealed class Conv2D : Layer, IDescribed<Conv2D>
{
    /// <summary>Specifies a convolution; the defaults are Keras's.</summary>
    /// <param name="filters">Output channels.</param>
    /// <param name="kernelSize">The kernel's height and width.</param>
    /// <param name="padding">By default <see cref="Padding.Valid"/>.</param>
    /// <param name="strides">The step from window to window, by default 1.</param>
    /// <param name="activation">Applied to the output; by default <see cref="Activation.Linear"/>.</param>
    /// <param name="useBias">Whether a bias is added for each filter; it starts as zero.</param>
    /// <param name="kernelInitializer">By default <see cref="GlorotUniform"/>.</param>
    /// <param name="kernelRegularizer">Added to the loss for the kernel.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">A size is below 1.</exception>
    public Conv2D(
        int filters,
        Size2D kernelSize,
        Padding padding = default,
        Size2D? strides = null,
        Activation? activation = null,
        bool useBias = true,
        Initializer? kernelInitializer = null,
        Regularizer? kernelRegularizer = null,
        string? name = null)
        : base(name)
    {
        if (filters < 1)
            throw new ArgumentOutOfRangeException(nameof(filters), filters, "Conv2D: expected at least 1 filter");
        (Filters, KernelSize, Padding, Strides) = (filters, Check(kernelSize, "a kernel"), padding, Check(strides ?? 1, "strides"));
        (Activation, UseBias) = (activation ?? Activation.Linear, useBias);
        (KernelInitializer, KernelRegularizer) = (kernelInitializer ?? new GlorotUniform(), kernelRegularizer);
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

    /// <inheritdoc/>
    public override string Kind => "conv2d";

    internal override int? ForeignKernelRank => 4;

    /// <inheritdoc/>
    public static Conv2D FromConfig(ConfigReader config) => new(
        config.Whole("filters"),
        config.Size("kernel_size"),
        config.Padding("padding"),
        config.Size("strides"),
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
            geometry.CheckSizes();
        }
        catch (ArgumentException mistake)
        {
            throw builder.Error(mistake.Message);
        }

        return new Built<T>(builder, this, geometry);
    }

    private sealed class Built<T> : BuiltLayer<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // What is kept: x in its halo, the gradient dz of z = x ∗ w + b in its own, and z itself if the activation's gradient needs it.
        private const int PaddedX = 0, HaloedDz = 1, Z = 2;

        private readonly ConvolutionGeometry geometry;
        private readonly Activation activation;
        private readonly bool suitsWinograd;
        private readonly AlignedArray<T> packedBias;
        private AlignedArray<T> packedKernel;
        private AlignedArray<T> packedTransposedKernel;

        public Built(LayerBuilder<T> builder, Conv2D specification, ConvolutionGeometry geometry)
            : base(builder, (geometry.Window.OutputHeight, geometry.Window.OutputWidth, geometry.Filters))
        {
            this.geometry = geometry;
            activation = specification.Activation;
            suitsWinograd = WinogradConvolution.Suits<T>(geometry);
            _ = PackedLength + PackedTransposedLength; // refuses what would not fit into an array
            packedBias = new(PackedMatrix.PaddedColumns<T>(geometry.Filters));
            Kept =
            [
                new KeptBuffer("padded input", geometry.Window.NeedsPadding ? geometry.Window.PaddedElements : 0, TrainingOnly: false) { IsInput = true },
                new KeptBuffer("haloed gradient", geometry.HaloedOutputElements, Extra: MatrixProduct.Slack<T>()),
                .. KeptBuffer.BeforeActivation(activation, OutputShape),
            ];
        }

        public override IReadOnlyList<KeptBuffer> Kept { get; }

        public override int ScratchElements => IsWinograd ? WinogradConvolution.ScratchLength<T>(geometry) : 0;

        public override long ForwardFlops => geometry.ForwardFlops;

        internal override PixelView? HaloedInput => geometry.Window.Interior;

        internal override bool CanWriteInHalo => activation.IsFused;

        internal override bool CanBeLean => true;

        internal override int KeptGradient => HaloedDz;

        internal override int KeptInput => geometry.Window.NeedsPadding ? PaddedX : -1;

        internal override long PackedElements => AlignedArray<T>.Allocated(packedKernel.Length) + AlignedArray<T>.Allocated(packedTransposedKernel.Length)
            + AlignedArray<T>.Allocated(packedBias.Length);

        // Winograd's transformed kernels take four times the kernel, each.
        private bool IsWinograd => suitsWinograd && !IsLean;

        private int PackedLength => IsWinograd ? WinogradConvolution.PackedKernelLength<T>(geometry) : Convolution.PackedKernelLength<T>(geometry);

        private int PackedTransposedLength => IsWinograd
            ? WinogradConvolution.PackedTransposedKernelLength<T>(geometry)
            : Convolution.PackedTransposedKernelLength<T>(geometry);

        internal override StridedProduct KernelProduct(int examples) => Convolution.GradientProduct(geometry, examples);

        public override void Prepare()
        {
            if (packedKernel.Length == 0)
                (packedKernel, packedTransposedKernel) = (new(PackedLength), new(IsLean ? 0 : PackedTransposedLength));
            ReadOnlySpan<T> kernel = Parameters[0].Value;
            if (IsWinograd)
            {
                WinogradConvolution.PackKernel(geometry, packedKernel, kernel);
                WinogradConvolution.PackTransposedKernel(geometry, packedTransposedKernel, kernel);
            }
            else
            {
                Convolution.PackKernel(geometry, packedKernel, kernel);
                if (!IsLean)
                    Convolution.PackTransposedKernel(geometry, packedTransposedKernel, kernel);
            }

            if (Parameters.Count > 1)
                Parameters[1].Value.CopyTo(packedBias);
        }

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
        {
            if (IsCopied(pass))
                Halo.Pad(geometry.Window, pass.Count, pass.Kept(PaddedX), x);
            ReadOnlySpan<T> padded = Padded(pass, x);
            bool relu = activation == Activation.ReLU;
            Span<T> z = activation.GradientNeedsInput && pass.Training ? pass.Kept(Z)[..y.Length] : y;
            if (IsWinograd)
                WinogradConvolution.Forward(geometry, pass.Count, z, padded, packedKernel, packedBias, pass.Scratch, relu, pass.OutputView);
            else
                Convolution.Forward(geometry, pass.Count, z, padded, packedKernel, packedBias, relu, pass.OutputView);
            if (!activation.IsFused)
                activation.Forward(y, z, geometry.Filters);
        }

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (!activation.IsFused)
                activation.Gradient(dy, dy, activation.GradientNeedsInput ? pass.Kept(Z)[..y.Length] : [], y, geometry.Filters);
            Span<T> db = Parameters.Count > 1 ? pass.Gradient(1) : [];
            ReadOnlySpan<T> padded = Padded(pass, x), masked = activation == Activation.ReLU ? y : [];
            StridedProduct inPlace = Convolution.ForwardProduct(geometry, pass.Count);
            if (dx.IsEmpty && !IsWinograd && !IsLean && !MatrixProduct.NeedsSlack<T>(inPlace))
            {
                // The first layer's dz is read here alone, and needs no halo: it stays where dy is, which spares a pass over memory.
                Epilogue.Gradient(inPlace, dy, db, dy, masked, pass.OutputView);
                MatrixProduct.AccumulateTransposed(inPlace, pass.Gradient(0), padded, dy);
                return;
            }

            Span<T> dz = pass.Kept(HaloedDz);
            Epilogue.Gradient(Convolution.GradientProduct(geometry, pass.Count), dz, db, dy, masked, pass.OutputView);
            if (IsWinograd)
                WinogradConvolution.KernelGradient(geometry, pass.Count, pass.Gradient(0), padded, dz, pass.Scratch);
            else if (!IsLean)
                Convolution.KernelGradient(geometry, pass.Count, pass.Gradient(0), padded, dz);
            if (dx.IsEmpty)
                return;
            if (IsWinograd)
                WinogradConvolution.InputGradient(geometry, pass.Count, dx, dz, packedTransposedKernel, pass.Scratch);
            else if (IsLean)
                Convolution.UnpackedInputGradient(geometry, pass.Count, dx, dz, Parameters[0].Value);
            else
                Convolution.InputGradient(geometry, pass.Count, dx, dz, packedTransposedKernel);
        }

        private bool IsCopied(LayerPass<T> pass) => geometry.Window.NeedsPadding && pass.InputView is null;

        private ReadOnlySpan<T> Padded(LayerPass<T> pass, ReadOnlySpan<T> x) => IsCopied(pass) ? pass.Kept(PaddedX) : x;
    }
}
