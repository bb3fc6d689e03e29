using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Layers.Activations;

namespace NanoConv.Layers;

/// <summary>An activation as a layer of its own; the same function as a convolution's or dense layer's argument.</summary>
public sealed class ActivationLayer : Layer, IDescribed<ActivationLayer>
{
    /// <summary>Specifies the layer.</summary>
    /// <param name="activation">The function.</param>
    /// <param name="name">The layer's name.</param>
    public ActivationLayer(Activation activation, string? name = null)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(activation);
        Activation = activation;
    }

    /// <summary>The function.</summary>
    public Activation Activation { get; }

    /// <inheritdoc/>
    public override string Kind => Activation.Kind;

    internal override bool KeepsOrder => true;

    /// <inheritdoc/>
    public static ActivationLayer FromConfig(ConfigReader config) => new(config.Activation("activation"), config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config) => config.Add("activation", Activation);

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new Built<T>(builder, Activation);
    }

    private sealed class Built<T>(LayerBuilder<T> builder, Activation activation) : BuiltLayer<T>(builder, builder.InputShape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public override bool EndsInSoftmax => activation == Activation.Softmax && InputShape.Rank == 1;

        public override bool EndsInSigmoid => activation == Activation.Sigmoid;

        internal override bool IsIdentity => activation == Activation.Linear;

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
        {
            if (IsLeftToLoss(pass))
                x.CopyTo(y);
            else
                activation.Forward(y, x, InputShape[^1]);
        }

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (dx.IsEmpty)
                return;
            if (IsLeftToLoss(pass))
                dy.CopyTo(dx);
            else
                activation.Gradient(dx, dy, activation.GradientNeedsInput ? x : [], y, InputShape[^1]);
        }

        private bool IsLeftToLoss(LayerPass<T> pass) => (EndsInSoftmax || EndsInSigmoid) && pass.WantsLogits;
    }
}
