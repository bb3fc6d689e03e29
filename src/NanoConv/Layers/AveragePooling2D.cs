using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>
/// The mean of each window, channel by channel. At a border it is the mean of the pixels that are there, as in Keras: padding does not count.
/// </summary>
/// <param name="poolSize">The window's height and width; by default 2×2.</param>
/// <param name="strides">The step from window to window; by default <paramref name="poolSize"/>.</param>
/// <param name="padding">By default <see cref="Padding.Valid"/>. PyTorch counts its padding unless told otherwise: <c>count_include_pad=False</c>.</param>
/// <param name="name">The layer's name.</param>
/// <exception cref="ArgumentException">A size is below 1, or a window could lie in the padding as a whole.</exception>
public sealed class AveragePooling2D(Size2D? poolSize = null, Size2D? strides = null, Padding padding = default, string? name = null)
    : Pooling2D(poolSize, strides, padding, name), IDescribed<AveragePooling2D>
{
    /// <inheritdoc/>
    public override string Kind => "average_pooling2d";

    /// <inheritdoc/>
    public static AveragePooling2D FromConfig(ConfigReader config) =>
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
            AveragePooling.Forward(window, pass.Count, y, x);

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (!dx.IsEmpty)
                AveragePooling.InputGradient(window, pass.Count, dx, dy);
        }
    }
}
