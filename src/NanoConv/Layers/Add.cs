using System.Numerics;
using System.Numerics.Tensors;
using NanoConv.Descriptions;

namespace NanoConv.Layers;

/// <summary>Joins inputs of one shape: y = Σ xᵢ, element by element, in the order of the inputs.</summary>
/// <param name="name">The layer's name.</param>
public sealed class Add(string? name = null) : Layer(name), IDescribed<Add>
{
    /// <inheritdoc/>
    public override string Kind => "add";

    /// <inheritdoc/>
    public override (int Least, int Most) InputCount => (2, int.MaxValue);

    /// <inheritdoc/>
    public static Add FromConfig(ConfigReader config) => new(config.Name);

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
        internal override bool TakesPostOperations => true;

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
        {
            TensorPrimitives.Add(x, pass.Input(1), y);
            for (int i = 2; i < InputShapes.Count; i++)
                TensorPrimitives.Add(y, pass.Input(i), y);
        }

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            for (int i = 0; i < InputShapes.Count; i++)
            {
                Span<T> gradient = pass.InputGradient(i);
                if (!gradient.IsEmpty)
                    dy.CopyTo(gradient);
            }
        }
    }
}
