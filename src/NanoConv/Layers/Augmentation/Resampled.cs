using NanoConv.Descriptions;
using NanoConv.Tensors;

namespace NanoConv.Layers.Augmentation;

/// <summary>What turned and shifted pictures are made of between and beyond the pixels.</summary>
/// <param name="FillMode">What lies beyond the border.</param>
/// <param name="Interpolation">What lies between pixels.</param>
/// <param name="FillValue">The number of <see cref="FillMode.Constant"/>.</param>
internal sealed record Resampled(FillMode FillMode, Interpolation Interpolation, double FillValue)
{
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
