using NanoConv.Descriptions;
using NanoConv.Tensors;

namespace NanoConv.Layers.Augmentation;

/// <summary>What turned and shifted pictures are made of between and beyond the pixels.</summary>
internal sealed record Resampled
{
    /// <summary>Takes the settings.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not finite.</exception>
    public Resampled(FillMode fillMode, Interpolation interpolation, double fillValue, string layer)
    {
        (FillMode, Interpolation) = (fillMode, interpolation);
        FillValue = double.IsFinite(fillValue)
            ? fillValue
            : throw new ArgumentOutOfRangeException(nameof(fillValue), fillValue, $"{layer}: expected a finite number");
    }

    public FillMode FillMode { get; }

    public Interpolation Interpolation { get; }

    public double FillValue { get; }

    /// <summary>A range within −1 to 1.</summary>
    public static FactorRange CheckShare(FactorRange factor, string layer, string name) => factor is { Lower: >= -1, Upper: <= 1 }
        ? factor
        : throw new ArgumentOutOfRangeException(name, $"{layer}: expected {name} within -1 to 1, received {factor}");

    public void Describe(ConfigWriter config)
    {
        config.AddChoice("fill_mode", FillMode);
        config.AddChoice("interpolation", Interpolation);
        config.Add("fill_value", FillValue);
    }
}
