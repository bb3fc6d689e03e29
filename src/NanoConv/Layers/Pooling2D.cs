using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>
/// A layer that makes one pixel of each window of a picture, channel by channel: what <see cref="MaxPooling2D"/> and
/// <see cref="AveragePooling2D"/> have in common.
/// </summary>
public abstract class Pooling2D : Layer
{
    private protected Pooling2D(Size2D? poolSize, Size2D? strides, Padding padding, string? name)
        : base(name)
    {
        (PoolSize, Padding) = (Check(poolSize ?? 2, "a pool size"), padding);
        Strides = Check(strides ?? PoolSize, "strides");
        if (Math.Max(padding.Top, padding.Bottom) >= PoolSize.Height || Math.Max(padding.Left, padding.Right) >= PoolSize.Width)
        {
            throw new ArgumentException(
                $"{TypeName}: expected padding smaller than the pool size {PoolSize}, received {padding}", nameof(padding));
        }
    }

    /// <summary>The window's height and width.</summary>
    public Size2D PoolSize { get; }

    /// <summary>The step from window to window.</summary>
    public Size2D Strides { get; }

    /// <summary>How far windows reach over the border.</summary>
    public Padding Padding { get; }

    /// <inheritdoc cref="IDescribed.Describe"/>
    public void Describe(ConfigWriter config)
    {
        config.Add("pool_size", PoolSize);
        config.Add("strides", Strides);
        config.Add("padding", Padding);
    }

    /// <summary>The windows of the layer's input.</summary>
    /// <exception cref="ArgumentException">It is no picture, or not one window fits.</exception>
    private protected WindowGeometry Windows<T>(LayerBuilder<T> builder)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        builder.ExpectPicture();
        try
        {
            return new WindowGeometry(builder.InputShape, PoolSize, Strides, Padding);
        }
        catch (ArgumentException mistake)
        {
            throw builder.Error(mistake.Message);
        }
    }
}
