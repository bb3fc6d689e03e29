using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>
/// The greatest of all pixels of a picture, channel by channel: of (height, width, channels) it makes (channels). It is
/// <see cref="MaxPooling2D"/> with a window as large as the picture, and so is its gradient: of equal pixels the first in row order takes all,
/// as in PyTorch's <c>AdaptiveMaxPool2d</c>; NaN is passed on, and passes no gradient.
/// </summary>
public sealed class GlobalMaxPooling2D : Layer, IDescribed<GlobalMaxPooling2D>
{
    /// <summary>Specifies the layer; the defaults are Keras's.</summary>
    /// <param name="keepDims">Whether the output stays a picture, of a single pixel: (1, 1, channels).</param>
    /// <param name="name">The layer's name.</param>
    public GlobalMaxPooling2D(bool keepDims = false, string? name = null)
        : base(name) => KeepDims = keepDims;

    /// <summary>Whether the output stays a picture, of a single pixel.</summary>
    public bool KeepDims { get; }

    /// <inheritdoc/>
    public override string Kind => "global_max_pooling2d";

    /// <inheritdoc/>
    public static GlobalMaxPooling2D FromConfig(ConfigReader config) => new(config.Flag("keepdims"), config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config) => config.Add("keepdims", KeepDims);

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        (int height, int width, int channels) = builder.ExpectPicture();
        WindowGeometry window = new(builder.InputShape, (height, width), 1, Padding.Valid);
        return new Built<T>(builder, window, KeepDims ? (1, 1, channels) : channels);
    }

    private sealed class Built<T>(LayerBuilder<T> builder, WindowGeometry window, Shape outputShape) : BuiltLayer<T>(builder, outputShape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y) => MaxPooling.Forward(window, pass.Count, y, x);

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (!dx.IsEmpty)
                MaxPooling.InputGradient(window, pass.Count, dx, x, y, dy);
        }
    }
}
