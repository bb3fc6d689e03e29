using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>Joins inputs along their last axis, the channels of pictures: y[…, :] = (x₀[…, :], x₁[…, :], …).</summary>
/// <param name="name">The layer's name.</param>
public sealed class Concatenate(string? name = null) : Layer(name), IDescribed<Concatenate>
{
    /// <inheritdoc/>
    public override string Kind => "concatenate";

    /// <inheritdoc/>
    public override (int Least, int Most) InputCount => (2, int.MaxValue);

    /// <inheritdoc/>
    public static Concatenate FromConfig(ConfigReader config) => new(config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Shape first = builder.InputShape;
        long last = 0;
        foreach (Shape shape in builder.InputShapes)
        {
            if (shape.Rank == 0 || shape.Rank != first.Rank || !shape.Axes[..^1].SequenceEqual(first.Axes[..^1]))
                throw builder.Error($"expected inputs of shapes that are equal but for the last axis, received {string.Join(" and ", builder.InputShapes)}");
            last += shape[^1];
        }

        try
        {
            return new Built<T>(builder, new Shape([.. first.Axes[..^1], checked((int)last)]));
        }
        catch (Exception mistake) when (mistake is ArgumentException or OverflowException)
        {
            throw builder.Error($"expected an output of at most {int.MaxValue} elements, received the sum of {string.Join(" and ", builder.InputShapes)}");
        }
    }

    private sealed class Built<T>(LayerBuilder<T> builder, Shape output) : BuiltLayer<T>(builder, output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
        {
            for (int i = 0, place = 0; i < InputShapes.Count; place += InputShapes[i++][^1])
            {
                ReadOnlySpan<T> input = pass.Input(i);
                int length = InputShapes[i][^1];
                for (int from = 0, to = place; from < input.Length; from += length, to += OutputShape[^1])
                    input.Slice(from, length).CopyTo(y[to..]);
            }
        }

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            for (int i = 0, place = 0; i < InputShapes.Count; place += InputShapes[i++][^1])
            {
                Span<T> gradient = pass.InputGradient(i);
                int length = InputShapes[i][^1];
                for (int to = 0, from = place; to < gradient.Length; to += length, from += OutputShape[^1])
                    dy.Slice(from, length).CopyTo(gradient[to..]);
            }
        }
    }
}
