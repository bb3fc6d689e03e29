using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Initializers;
using NanoConv.Kernels;
using NanoConv.Layers.Activations;
using NanoConv.Regularizers;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>The mean of all pixels of a picture, channel by channel: of (height, width, channels) it makes (channels).</summary>
public sealed class GlobalAveragePooling2D : Layer, IDescribed<GlobalAveragePooling2D>
{
    /// <summary>Specifies the layer; the defaults are Keras's.</summary>
    /// <param name="keepDims">Whether the output stays a picture, of a single pixel: (1, 1, channels).</param>
    /// <param name="name">The layer's name.</param>
    public GlobalAveragePooling2D(bool keepDims = false, string? name = null)
        : base(name) => KeepDims = keepDims;

    /// <summary>Whether the output stays a picture, of a single pixel.</summary>
    public bool KeepDims { get; }

    /// <inheritdoc/>
    public override string Kind => "global_average_pooling2d";

    /// <inheritdoc/>
    public static GlobalAveragePooling2D FromConfig(ConfigReader config) => new(config.Flag("keepdims"), config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config) => config.Add("keepdims", KeepDims);

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        int channels = builder.ExpectPicture().Channels;
        return new Built<T>(builder, KeepDims ? (1, 1, channels) : channels);
    }

    private sealed class Built<T>(LayerBuilder<T> builder, Shape outputShape) : BuiltLayer<T>(builder, outputShape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y) => GlobalAverage.Forward(pass.Count, y, x);

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (!dx.IsEmpty)
                GlobalAverage.InputGradient(pass.Count, dx, dy);
        }
    }
}
