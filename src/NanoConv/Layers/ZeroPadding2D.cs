using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>
/// Puts rows and columns of zeros around a picture: of (height, width, channels) it makes (top + height + bottom, left + width + right, channels).
/// </summary>
public sealed class ZeroPadding2D : Layer, IDescribed<ZeroPadding2D>
{
    /// <summary>Specifies the layer; the default is Keras's.</summary>
    /// <param name="padding">
    /// Pixels on each side: <c>1</c>, also the default; <c>(1, 2)</c>, one row above and below and two columns on either side;
    /// <c>((1, 2), (3, 4))</c>, which is ((top, bottom), (left, right)).
    /// </param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">A side is negative.</exception>
    public ZeroPadding2D(Sides? padding = null, string? name = null)
        : base(name) => Padding = Check(padding ?? 1, "padding");

    /// <summary>Pixels on each side.</summary>
    public Sides Padding { get; }

    /// <inheritdoc/>
    public override string Kind => "zero_padding2d";

    /// <inheritdoc/>
    public static ZeroPadding2D FromConfig(ConfigReader config) => new(config.Sides("padding"), config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config) => config.Add("padding", Padding);

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        (int height, int width, int channels) = builder.ExpectPicture();
        Shape output = builder.PictureOf(
            (long)height + Padding.Top + Padding.Bottom, (long)width + Padding.Left + Padding.Right, channels);
        return new Built<T>(builder, output, Padding);
    }

    private sealed class Built<T>(LayerBuilder<T> builder, Shape output, Sides padding) : BuiltLayer<T>(builder, output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        internal override bool IsIdentity => InputShape == OutputShape;

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y) => PictureBorder.Add(InputShape, padding, pass.Count, y, x);

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (!dx.IsEmpty)
                PictureBorder.Remove<T>(InputShape, padding, pass.Count, dx, dy);
        }
    }
}
