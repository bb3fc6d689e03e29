using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>The greatest element of each window, channel by channel.</summary>
public sealed class MaxPooling2D : Layer, IDescribed<MaxPooling2D>
{
    /// <summary>Specifies max-pooling; the defaults are Keras's.</summary>
    /// <param name="poolSize">The window's height and width; by default 2×2.</param>
    /// <param name="strides">The step from window to window; by default <paramref name="poolSize"/>.</param>
    /// <param name="padding">By default <see cref="Padding.Valid"/>; padding never wins.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">A size is below 1, or a window could lie in the padding as a whole.</exception>
    public MaxPooling2D(Size2D? poolSize = null, Size2D? strides = null, Padding padding = default, string? name = null)
        : base(name)
    {
        (PoolSize, Padding) = (Check(poolSize ?? 2, "a pool size"), padding);
        Strides = Check(strides ?? PoolSize, "strides");
        if (Math.Max(padding.Top, padding.Bottom) >= PoolSize.Height || Math.Max(padding.Left, padding.Right) >= PoolSize.Width)
        {
            throw new ArgumentException(
                $"MaxPooling2D: expected padding smaller than the pool size {PoolSize}, received {padding}", nameof(padding));
        }
    }

    /// <summary>The window's height and width.</summary>
    public Size2D PoolSize { get; }

    /// <summary>The step from window to window.</summary>
    public Size2D Strides { get; }

    /// <summary>How far windows reach over the border.</summary>
    public Padding Padding { get; }

    /// <inheritdoc/>
    public override string Kind => "max_pooling2d";

    /// <inheritdoc/>
    public static MaxPooling2D FromConfig(ConfigReader config) =>
        new(config.Size("pool_size"), config.Size("strides"), config.Padding("padding"), config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("pool_size", PoolSize);
        config.Add("strides", Strides);
        config.Add("padding", Padding);
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ExpectPicture();
        try
        {
            return new Built<T>(builder, new WindowGeometry(builder.InputShape, PoolSize, Strides, Padding));
        }
        catch (ArgumentException mistake)
        {
            throw builder.Error(mistake.Message);
        }
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
