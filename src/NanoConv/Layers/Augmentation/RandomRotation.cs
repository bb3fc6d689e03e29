using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Layers.Augmentation;

/// <summary>In training turns each picture around its middle; in prediction nothing.</summary>
public sealed class RandomRotation : Layer, IDescribed<RandomRotation>
{
    /// <summary>Specifies the layer; arguments and defaults are Keras's, whose <c>reflect</c> is <see cref="FillMode.Symmetric"/> here.</summary>
    /// <param name="factor">The angle as a share of a whole turn, counter-clockwise, −1 to 1; a number f for −f to f.</param>
    /// <param name="fillMode">What lies beyond the border.</param>
    /// <param name="interpolation">What lies between pixels.</param>
    /// <param name="fillValue">The number of <see cref="FillMode.Constant"/>.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public RandomRotation(
        FactorRange factor,
        FillMode fillMode = FillMode.Symmetric,
        Interpolation interpolation = Interpolation.Bilinear,
        double fillValue = 0,
        string? name = null)
        : base(name)
    {
        Factor = Augmentation.Resampled.CheckShare(factor, TypeName, nameof(factor));
        Resampled = new Resampled(
            CheckChoice(fillMode, nameof(fillMode)), CheckChoice(interpolation, nameof(interpolation)), CheckFinite(fillValue, nameof(fillValue)));
    }

    /// <summary>The angle as a share of a whole turn, counter-clockwise.</summary>
    public FactorRange Factor { get; }

    /// <summary>What lies beyond the border.</summary>
    public FillMode FillMode => Resampled.FillMode;

    /// <summary>What lies between pixels.</summary>
    public Interpolation Interpolation => Resampled.Interpolation;

    /// <summary>The number of <see cref="FillMode.Constant"/>.</summary>
    public double FillValue => Resampled.FillValue;

    /// <inheritdoc/>
    public override string Kind => "random_rotation";

    internal override bool KeepsOrder => true;

    private Resampled Resampled { get; }

    /// <inheritdoc/>
    public static RandomRotation FromConfig(ConfigReader config) => new(
        config.Factor("factor"),
        config.Choice<FillMode>("fill_mode"),
        config.Choice<Interpolation>("interpolation"),
        config.Real("fill_value"),
        config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("factor", Factor);
        Resampled.Describe(config);
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        (int height, int width, _) = builder.ExpectPicture();
        return new ResampledLayer<T>(builder, Resampled, draws => AffineMap.Rotation(2 * Math.PI * draws.Between(Factor, 0), height, width));
    }
}
