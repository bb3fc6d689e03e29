using System.Numerics;
using NanoConv.Descriptions;

namespace NanoConv.Layers;

/// <summary>Makes one axis of all axes of an example; in memory nothing changes.</summary>
/// <param name="name">The layer's name.</param>
public sealed class Flatten(string? name = null) : Layer(name), IDescribed<Flatten>
{
    /// <inheritdoc/>
    public override string Kind => "flatten";

    /// <inheritdoc/>
    public static Flatten FromConfig(ConfigReader config) => new(config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new Built<T>(builder);
    }

    private sealed class Built<T>(LayerBuilder<T> builder) : BuiltLayer<T>(builder, builder.InputShape.Elements)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        internal override bool IsIdentity => true;

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y) => x.CopyTo(y);

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (!dx.IsEmpty)
                dy.CopyTo(dx);
        }
    }
}
