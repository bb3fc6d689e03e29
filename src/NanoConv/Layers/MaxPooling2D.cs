using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>The greatest element of each window, channel by channel.</summary>
/// <param name="poolSize">The window's height and width; by default 2×2.</param>
/// <param name="strides">The step from window to window; by default <paramref name="poolSize"/>.</param>
/// <param name="padding">By default <see cref="Padding.Valid"/>; padding never wins.</param>
/// <param name="name">The layer's name.</param>
/// <exception cref="ArgumentException">A size is below 1, or a window could lie in the padding as a whole.</exception>
public sealed class MaxPooling2D(Size2D? poolSize = null, Size2D? strides = null, Padding padding = default, string? name = null)
    : Pooling2D(poolSize, strides, padding, name), IDescribed<MaxPooling2D>
{
    /// <inheritdoc/>
    public override string Kind => "max_pooling2d";

    /// <inheritdoc/>
    public static MaxPooling2D FromConfig(ConfigReader config) =>
        new(config.Size("pool_size"), config.Size("strides"), config.Padding("padding"), config.Name);

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new Built<T>(builder, Windows(builder));
    }

    private sealed class Built<T>(LayerBuilder<T> builder, WindowGeometry window)
        : BuiltLayer<T>(builder, (window.OutputHeight, window.OutputWidth, window.Channels))
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y) =>
            MaxPooling.Forward(window, pass.Count, y, x);

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (!dx.IsEmpty)
                MaxPooling.InputGradient(window, pass.Count, dx, x, y, dy);
        }
    }
}
