using System.Numerics;
using NanoConv.Kernels;

namespace NanoConv.Layers.Augmentation;

/// <summary>A layer that shifts or turns.</summary>
/// <param name="builder">What fixes it.</param>
/// <param name="resampled">What lies between and beyond pixels.</param>
/// <param name="draw">Where pixels come from, by what is drawn.</param>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class ResampledLayer<T>(LayerBuilder<T> builder, Resampled resampled, Func<Draws, AffineMap> draw)
    : AugmentationLayer<T>(builder, builder.InputShape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T fill = Finite(builder, resampled.FillValue);

    protected override void Augment(Draws draws, ReadOnlySpan<T> x, Span<T> y) =>
        Resampling.Forward(y, x, InputShape, draw(draws), resampled.Interpolation, resampled.FillMode, fill);

    protected override void InputGradient(Draws draws, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dx) =>
        Resampling.InputGradient(dx, dy, InputShape, draw(draws), resampled.Interpolation, resampled.FillMode);
}
