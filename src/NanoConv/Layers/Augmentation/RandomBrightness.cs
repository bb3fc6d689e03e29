using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Tensors;

namespace NanoConv.Layers.Augmentation;

/// <summary>In training makes each picture brighter or darker, by a number that is added to all of it; in prediction nothing.</summary>
public sealed class RandomBrightness : Layer, IDescribed<RandomBrightness>
{
    /// <summary>Specifies the layer as Keras does, but for values from 0 to 1, as this library's pictures have them; Keras's are from 0 to 255.</summary>
    /// <param name="factor">What is added, as a share of the values' range, −1 to 1; a number f for −f to f.</param>
    /// <param name="valueRange">The least and the greatest value, beyond which results are cut.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public RandomBrightness(FactorRange factor, (double Least, double Greatest)? valueRange = null, string? name = null)
        : base(name)
    {
        Factor = Resampled.CheckShare(factor, TypeName, nameof(factor));
        ValueRange = Values.Check(valueRange, TypeName);
    }

    /// <summary>What is added, as a share of the values' range.</summary>
    public FactorRange Factor { get; }

    /// <summary>The least and the greatest value.</summary>
    public (double Least, double Greatest) ValueRange { get; }

    /// <inheritdoc/>
    public override string Kind => "random_brightness";

    internal override bool KeepsOrder => true;

    /// <inheritdoc/>
    public static RandomBrightness FromConfig(ConfigReader config) => new(config.Factor("factor"), Values.Read(config), config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("factor", Factor);
        Values.Describe(config, ValueRange);
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ExpectPicture();
        return new Built<T>(builder, this);
    }

    private sealed class Built<T>(LayerBuilder<T> builder, RandomBrightness specification) : AugmentationLayer<T>(builder, builder.InputShape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T least = T.CreateChecked(specification.ValueRange.Least);
        private readonly T greatest = T.CreateChecked(specification.ValueRange.Greatest);

        protected override void Augment(Draws draws, ReadOnlySpan<T> x, Span<T> y)
        {
            T added = Added(draws);
            for (int i = 0; i < x.Length; i++)
                y[i] = T.Clamp(x[i] + added, least, greatest);
        }

        protected override void InputGradient(Draws draws, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dx)
        {
            T added = Added(draws);
            for (int i = 0; i < x.Length; i++)
                dx[i] = x[i] + added >= least && x[i] + added <= greatest ? dy[i] : T.Zero;
        }

        private T Added(Draws draws) =>
            T.CreateChecked(draws.Between(specification.Factor, 0) * (specification.ValueRange.Greatest - specification.ValueRange.Least));
    }
}
