using System.Numerics;
using System.Numerics.Tensors;
using NanoConv.Descriptions;

namespace NanoConv.Layers;

/// <summary>Joins inputs of one shape: y = Π xᵢ, element by element, in the order of the inputs.</summary>
/// <param name="name">The layer's name.</param>
public sealed class Multiply(string? name = null) : Layer(name), IDescribed<Multiply>
{
    /// <inheritdoc/>
    public override string Kind => "multiply";

    /// <inheritdoc/>
    public override (int Least, int Most) InputCount => (2, int.MaxValue);

    /// <inheritdoc/>
    public static Multiply FromConfig(ConfigReader config) => new(config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ExpectEqualInputs();
        return new Built<T>(builder);
    }

    private sealed class Built<T>(LayerBuilder<T> builder) : BuiltLayer<T>(builder, builder.InputShape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
        {
            TensorPrimitives.Multiply(x, pass.Input(1), y);
            for (int i = 2; i < InputShapes.Count; i++)
                TensorPrimitives.Multiply(y, pass.Input(i), y);
        }

        /// <summary>dxᵢ = dy · Π_{j≠i} xⱼ, by products and not by y / xᵢ, which has no value where xᵢ is 0.</summary>
        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            for (int i = 0; i < InputShapes.Count; i++)
            {
                Span<T> gradient = pass.InputGradient(i);
                if (gradient.IsEmpty)
                    continue;
                dy.CopyTo(gradient);
                for (int j = 0; j < InputShapes.Count; j++)
                {
                    if (j != i)
                        TensorPrimitives.Multiply(gradient, pass.Input(j), gradient);
                }
            }
        }
    }
}
