using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Layers.Augmentation;

/// <summary>
/// In training shifts each picture by a share of its height and of its width; in prediction nothing. <see cref="RandomCrop"/> shifts by whole pixels.
/// </summary>
public sealed class RandomTranslation : Layer, IDescribed<RandomTranslation>
{
    /// <summary>Specifies the layer; arguments and defaults are Keras's, whose <c>reflect</c> is <see cref="FillMode.Symmetric"/> here.</summary>
    /// <param name="heightFactor">The shift down as a share of the height, −1 to 1 as all shifts; a number f for −f to f.</param>
    /// <param name="widthFactor">The shift to the right as a share of the width, likewise.</param>
    /// <param name="fillMode">What lies beyond the border.</param>
    /// <param name="interpolation">What lies between pixels.</param>
    /// <param name="fillValue">The number of <see cref="FillMode.Constant"/>.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public RandomTranslation(
        FactorRange heightFactor,
        FactorRange widthFactor,
        FillMode fillMode = FillMode.Symmetric,
        Interpolation interpolation = Interpolation.Bilinear,
        double fillValue = 0,
        string? name = null)
        : base(name)
    {
        HeightFactor = Augmentation.Resampled.CheckShare(heightFactor, TypeName, nameof(heightFactor));
        WidthFactor = Augmentation.Resampled.CheckShare(widthFactor, TypeName, nameof(widthFactor));
        Resampled = new Resampled(
            CheckChoice(fillMode, nameof(fillMode)), CheckChoice(interpolation, nameof(interpolation)), CheckFinite(fillValue, nameof(fillValue)));
    }

    /// <summary>The shift down as a share of the height.</summary>
    public FactorRange HeightFactor { get; }

    /// <summary>The shift to the right as a share of the width.</summary>
    public FactorRange WidthFactor { get; }

    /// <summary>What lies beyond the border.</summary>
    public FillMode FillMode => Resampled.FillMode;

    /// <summary>What lies between pixels.</summary>
    public Interpolation Interpolation => Resampled.Interpolation;

    /// <summary>The number of <see cref="FillMode.Constant"/>.</summary>
    public double FillValue => Resampled.FillValue;

    /// <inheritdoc/>
    public override string Kind => "random_translation";

    internal override bool KeepsOrder => true;

    private Resampled Resampled { get; }

    /// <inheritdoc/>
    public static RandomTranslation FromConfig(ConfigReader config) => new(
        config.Factor("height_factor"),
        config.Factor("width_factor"),
        config.Choice<FillMode>("fill_mode"),
        config.Choice<Interpolation>("interpolation"),
        config.Real("fill_value"),
        config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("height_factor", HeightFactor);
        config.Add("width_factor", WidthFactor);
        Resampled.Describe(config);
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        (int height, int width, _) = builder.ExpectPicture();
        return new ResampledLayer<T>(
            builder, Resampled, draws => AffineMap.Shift(height * draws.Between(HeightFactor, 0), width * draws.Between(WidthFactor, 1)));
    }
}
