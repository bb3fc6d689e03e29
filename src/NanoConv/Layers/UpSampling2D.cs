using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>Makes a picture larger by whole factors: of (height, width, channels) it makes (height · size, width · size, channels).</summary>
public sealed class UpSampling2D : Layer, IDescribed<UpSampling2D>
{
    /// <summary>Specifies the layer; the defaults are Keras's.</summary>
    /// <param name="size">The factors for height and width; by default 2×2.</param>
    /// <param name="interpolation">
    /// What lies between the pixels. <see cref="Interpolation.Bilinear"/> is that of Keras and TensorFlow 2, and PyTorch's without
    /// <c>align_corners</c>: pixels are areas, and their centres are what is interpolated between. Keras's others there are not.
    /// </param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">A factor is below 1, or there is no such interpolation.</exception>
    public UpSampling2D(Size2D? size = null, Interpolation interpolation = Interpolation.Nearest, string? name = null)
        : base(name)
    {
        (Size, Interpolation) = (Check(size ?? 2, "a size"), CheckChoice(interpolation, nameof(interpolation)));
    }

    /// <summary>The factors for height and width.</summary>
    public Size2D Size { get; }

    /// <summary>What lies between the pixels.</summary>
    public Interpolation Interpolation { get; }

    /// <inheritdoc/>
    public override string Kind => "up_sampling2d";

    /// <inheritdoc/>
    public static UpSampling2D FromConfig(ConfigReader config) => new(config.Size("size"), config.Choice<Interpolation>("interpolation"), config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("size", Size);
        config.AddChoice("interpolation", Interpolation);
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        (int height, int width, int channels) = builder.ExpectPicture();
        return new Built<T>(builder, builder.PictureOf((long)height * Size.Height, (long)width * Size.Width, channels), Size, Interpolation);
    }

    private sealed class Built<T>(LayerBuilder<T> builder, Shape output, Size2D size, Interpolation interpolation) : BuiltLayer<T>(builder, output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public override int ScratchElements => interpolation == Interpolation.Bilinear ? InputShape[1] * InputShape[2] : 0;

        internal override bool IsIdentity => InputShape == OutputShape;

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
        {
            if (interpolation == Interpolation.Bilinear)
                UpSampling.Bilinear(InputShape, size, pass.Count, y, x, pass.Scratch);
            else
                UpSampling.Nearest(InputShape, size, pass.Count, y, x);
        }

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (dx.IsEmpty)
                return;
            if (interpolation == Interpolation.Bilinear)
                UpSampling.BilinearGradient(InputShape, size, pass.Count, dx, dy, pass.Scratch);
            else
                UpSampling.NearestGradient(InputShape, size, pass.Count, dx, dy);
        }
    }
}
