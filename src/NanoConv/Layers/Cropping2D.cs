using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>
/// Takes rows and columns off a picture: of (height, width, channels) it makes (height − top − bottom, width − left − right, channels).
/// </summary>
public sealed class Cropping2D : Layer, IDescribed<Cropping2D>
{
    /// <summary>Specifies the layer; the default is Keras's.</summary>
    /// <param name="cropping">
    /// Pixels off each side: <c>0</c>, also the default; <c>(1, 2)</c>, one row off the top and the bottom and two columns off either side;
    /// <c>((1, 2), (3, 4))</c>, which is ((top, bottom), (left, right)).
    /// </param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">A side is negative.</exception>
    public Cropping2D(Sides? cropping = null, string? name = null)
        : base(name) => Cropping = Check(cropping ?? 0, "cropping");

    /// <summary>Pixels off each side.</summary>
    public Sides Cropping { get; }

    /// <inheritdoc/>
    public override string Kind => "cropping2d";

    /// <inheritdoc/>
    public static Cropping2D FromConfig(ConfigReader config) => new(config.Sides("cropping"), config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config) => config.Add("cropping", Cropping);

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        (int height, int width, int channels) = builder.ExpectPicture();
        (long rows, long columns) = ((long)height - Cropping.Top - Cropping.Bottom, (long)width - Cropping.Left - Cropping.Right);
        return rows >= 1 && columns >= 1
            ? new Built<T>(builder, ((int)rows, (int)columns, channels), Cropping)
            : throw builder.Error($"expected a picture of which a pixel is left without {Cropping}, received {height}×{width}");
    }

    private sealed class Built<T>(LayerBuilder<T> builder, Shape output, Sides cropping) : BuiltLayer<T>(builder, output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        internal override bool IsIdentity => InputShape == OutputShape;

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y) => PictureBorder.Remove(OutputShape, cropping, pass.Count, y, x);

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (!dx.IsEmpty)
                PictureBorder.Add<T>(OutputShape, cropping, pass.Count, dx, dy);
        }
    }
}
