using System.Numerics;
using System.Numerics.Tensors;
using NanoConv.Kernels;

namespace NanoConv;

/// <summary>An activation as a layer of its own; the same function as a convolution's or dense layer's argument.</summary>
public sealed class ActivationLayer : Layer
{
    /// <summary>Specifies the layer.</summary>
    /// <param name="activation">The function.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">There is no such function.</exception>
    public ActivationLayer(Activation activation, string? name = null)
        : base(name) => Activation = Check(activation);

    /// <summary>The function.</summary>
    public Activation Activation { get; }

    /// <inheritdoc/>
    public override string Kind => Activation switch
    {
        Activation.ReLU => "re_lu",
        Activation.Softmax => "softmax",
        _ => "linear",
    };

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

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
        {
            if (activation == Activation.ReLU)
                TensorPrimitives.Max(x, T.Zero, y);
            else if (activation == Activation.Softmax && !(EndsInSoftmax && pass.WantsLogits))
                Softmax.Forward(y, x, InputShape[^1]);
            else
                x.CopyTo(y);
        }

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (dx.IsEmpty)
                return;
            if (activation == Activation.ReLU)
                Epilogue.Mask(dx, dy, y);
            else if (activation == Activation.Softmax && !(EndsInSoftmax && pass.WantsLogits))
                Softmax.InputGradient(dx, y, dy, InputShape[^1]);
            else
                dy.CopyTo(dx);
        }
    }
}
