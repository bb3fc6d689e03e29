using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Initializers;
using NanoConv.Kernels;
using NanoConv.Layers.Activations;
using NanoConv.Regularizers;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>A fully connected layer: y = activation(x·w + b), with w [inputs, units].</summary>
public sealed class Dense : Layer, IDescribed<Dense>
{
    /// <summary>Specifies a dense layer; the defaults are Keras's.</summary>
    /// <param name="units">Outputs.</param>
    /// <param name="activation">Applied to the output; by default <see cref="Activation.Linear"/>.</param>
    /// <param name="useBias">Whether a bias is added for each unit; it starts as zero.</param>
    /// <param name="kernelInitializer">By default <see cref="GlorotUniform"/>.</param>
    /// <param name="kernelRegularizer">Added to the loss for w.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException"><paramref name="units"/> is below 1.</exception>
    public Dense(
        int units,
        Activation? activation = null,
        bool useBias = true,
        Initializer? kernelInitializer = null,
        Regularizer? kernelRegularizer = null,
        string? name = null)
        : base(name)
    {
        if (units < 1)
            throw new ArgumentOutOfRangeException(nameof(units), units, "Dense: expected at least 1 unit");
        (Units, Activation, UseBias) = (units, activation ?? Activation.Linear, useBias);
        (KernelInitializer, KernelRegularizer) = (kernelInitializer ?? new GlorotUniform(), kernelRegularizer);
    }

    /// <summary>Outputs.</summary>
    public int Units { get; }

    /// <summary>The function applied to the output.</summary>
    public Activation Activation { get; }

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; }

    /// <summary>The kernel's first values.</summary>
    public Initializer KernelInitializer { get; }

    /// <summary>What is added to the loss for the kernel.</summary>
    public Regularizer? KernelRegularizer { get; }

    /// <inheritdoc/>
    public override string Kind => "dense";

    internal override int? ForeignKernelRank => 2;

    /// <inheritdoc/>
    public static Dense FromConfig(ConfigReader config) => new(
        config.Whole("units"),
        config.Activation("activation"),
        config.Flag("use_bias"),
        config.Initializer("kernel_initializer"),
        config.Regularizer("kernel_regularizer"),
        config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("units", Units);
        config.Add("activation", Activation);
        config.Add("use_bias", UseBias);
        config.Add("kernel_initializer", KernelInitializer);
        config.Add("kernel_regularizer", KernelRegularizer);
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.InputShape.Rank != 1)
            throw builder.Error($"expected a flat input of shape (n,), received {builder.InputShape}; put a Flatten layer before it");
        int inputs = builder.InputShape[0];
        builder.AddParameter("kernel", (inputs, Units), KernelInitializer, fanIn: inputs, fanOut: Units, KernelRegularizer);
        if (UseBias)
            builder.AddParameter("bias", Units, new Zeros(), 1, 1);
        return new Built<T>(builder, this, inputs);
    }

    private sealed class Built<T> : BuiltLayer<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // What is kept: the gradient dz of z = x·w + b, and z itself if the activation's gradient needs it.
        private const int Dz = 0, Z = 1;

        private readonly int inputs;
        private readonly int units;
        private readonly Activation activation;
        private readonly WeightFold<T>? fold;
        private readonly AlignedArray<T> packedBias;
        private AlignedArray<T> packedKernel;
        private AlignedArray<T> packedTransposedKernel;

        public Built(LayerBuilder<T> builder, Dense specification, int inputs)
            : base(builder, specification.Units)
        {
            (this.inputs, units, activation) = (inputs, specification.Units, specification.Activation);
            _ = PackedMatrix.Length<T>(inputs, units) + PackedMatrix.Length<T>(units, inputs); // refuses what would not fit into an array
            packedBias = new(PackedMatrix.PaddedColumns<T>(units));
            Kept =
            [
                new KeptBuffer("gradient before activation", units, Extra: MatrixProduct.OverRead<T>()),
                .. KeptBuffer.BeforeActivation(activation, OutputShape),
            ];
        }

        // For prediction: by what the written layer has packed, unless there are other weights.
        private Built(Built<T> written, Activation activation, WeightFold<T>? fold)
            : base(written, [])
        {
            (inputs, units, this.activation, this.fold, Kept) = (written.inputs, written.units, activation, fold, written.Kept);
            (packedKernel, packedBias) = fold is null ? (written.packedKernel, written.packedBias) : (default, new(PackedMatrix.PaddedColumns<T>(units)));
        }

        public override IReadOnlyList<KeptBuffer> Kept { get; }

        public override bool EndsInSoftmax => activation == Activation.Softmax;

        public override bool EndsInSigmoid => activation == Activation.Sigmoid;

        public override long ForwardFlops => 2L * inputs * units;

        internal override bool CanBeLean => true;

        internal override int KeptGradient => Dz;

        internal override long PackedElements => AlignedArray<T>.Allocated(FoldsWeights ? PackedMatrix.Length<T>(inputs, units) : packedKernel.Length)
            + AlignedArray<T>.Allocated(packedTransposedKernel.Length) + AlignedArray<T>.Allocated(packedBias.Length);

        internal override Activation? ProductActivation => activation;

        internal override bool TakesPostOperations => true;

        internal override bool FoldsWeights => fold is not null;

        internal override BuiltLayer<T> ForPrediction(Activation activation, WeightFold<T>? fold) => new Built<T>(this, activation, fold);

        internal override StridedProduct KernelProduct(int examples) => StridedProduct.Dense(examples, inputs, units);

        public override void Prepare()
        {
            if (FoldsWeights)
            {
                PrepareFolded();
                return;
            }

            if (packedKernel.Length == 0)
                (packedKernel, packedTransposedKernel) = (new(PackedMatrix.Length<T>(inputs, units)), new(IsLean ? 0 : PackedMatrix.Length<T>(units, inputs)));
            PackedMatrix.Pack(packedKernel, Parameters[0].Value, inputs, units);
            if (!IsLean)
                PackedMatrix.PackTransposed(packedTransposedKernel, Parameters[0].Value, units, inputs);
            if (Parameters.Count > 1)
                Parameters[1].Value.CopyTo(packedBias);
        }

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
        {
            Span<T> z = activation.GradientNeedsInput && pass.Training ? pass.Kept(Z)[..y.Length] : y;
            MatrixProduct.Multiply(
                StridedProduct.Dense(pass.Count, inputs, units), z, x, packedKernel, packedBias, activation == Activation.ReLU);
            if (IsApart(pass))
                activation.Forward(y, z, units);
        }

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (IsApart(pass))
                activation.Gradient(dy, dy, activation.GradientNeedsInput ? pass.Kept(Z)[..y.Length] : [], y, units);
            Span<T> dz = pass.Kept(Dz);
            Span<T> db = Parameters.Count > 1 ? pass.Gradient(1) : [];
            StridedProduct product = StridedProduct.Dense(pass.Count, inputs, units);
            ActivationGradient.Write(product, dz, db, dy, activation == Activation.ReLU ? y : []);
            if (!IsLean)
                MatrixProduct.AccumulateTransposed(product, pass.Gradient(0), x, dz);
            if (dx.IsEmpty)
                return;
            StridedProduct back = StridedProduct.Dense(pass.Count, units, inputs);
            if (IsLean)
                TransposedProduct.Multiply(back, dx, dz, Parameters[0].Value, new TransposedView(0, units, 0, 1, 0, units));
            else
                MatrixProduct.Multiply(back, dx, dz, packedTransposedKernel, []);
        }

        private void PrepareFolded()
        {
            (ReadOnlyMemory<T> kernel, ReadOnlyMemory<T> bias) = fold!.Apply(Parameters[0].Value, Parameters.Count > 1 ? Parameters[1].Value : []);
            if (packedKernel.Length == 0)
                packedKernel = new(PackedMatrix.Length<T>(inputs, units));
            PackedMatrix.Pack(packedKernel, kernel.Span, inputs, units);
            bias.Span.CopyTo(packedBias);
        }

        // Whether the activation is a step of its own: neither fused nor left to the loss.
        private bool IsApart(LayerPass<T> pass) => !activation.IsFused && !((EndsInSoftmax || EndsInSigmoid) && pass.WantsLogits);
    }
}
