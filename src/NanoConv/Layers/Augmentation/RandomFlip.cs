using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Layers.Augmentation;

/// <summary>In training mirrors every other picture, at random; in prediction nothing.</summary>
/// <remarks>
/// Alternating (Jordan, 2024, arXiv:2404.00498): a picture's first flip is drawn once, and every other epoch it is seen the other way. Two epochs
/// in a row then show each picture both ways, where drawing anew shows half of them twice the same. Along both axes the vertical flip turns every
/// other pair of epochs, so that four of them show all four ways.
/// </remarks>
public sealed class RandomFlip : Layer, IDescribed<RandomFlip>
{
    /// <summary>Specifies the layer; the first default is Keras's.</summary>
    /// <param name="mode">Along which axes.</param>
    /// <param name="alternating">Whether a flip is drawn once and then alternates from epoch to epoch. Keras has no such thing.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such mode.</exception>
    public RandomFlip(FlipMode mode = FlipMode.HorizontalAndVertical, bool alternating = false, string? name = null)
        : base(name) => (Mode, Alternating) = (CheckChoice(mode, nameof(mode)), alternating);

    /// <summary>Along which axes.</summary>
    public FlipMode Mode { get; }

    /// <summary>Whether flips alternate.</summary>
    public bool Alternating { get; }

    /// <inheritdoc/>
    public override string Kind => "random_flip";

    internal override bool KeepsOrder => true;

    /// <inheritdoc/>
    public static RandomFlip FromConfig(ConfigReader config) => new(config.Choice<FlipMode>("mode"), config.Flag("alternating"), config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.AddChoice("mode", Mode);
        config.Add("alternating", Alternating);
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ExpectPicture();
        return new Built<T>(builder, this);
    }

    private bool Flips(Draws draws, FlipMode axis)
    {
        if (Mode != axis && Mode != FlipMode.HorizontalAndVertical)
            return false;
        bool drawn = (Alternating ? draws.Lasting : draws).Below(2, axis == FlipMode.Horizontal ? 0 : 1) == 1;
        int turns = Mode == FlipMode.HorizontalAndVertical && axis == FlipMode.Vertical ? (draws.Epoch - 1) / 2 : draws.Epoch - 1;
        return drawn != (Alternating && turns % 2 == 1);
    }

    private sealed class Built<T>(LayerBuilder<T> builder, RandomFlip specification) : AugmentationLayer<T>(builder, builder.InputShape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        protected override void Augment(Draws draws, ReadOnlySpan<T> x, Span<T> y) =>
            PixelGather.Forward(y, x, Axis(draws, 0, FlipMode.Vertical), Axis(draws, 1, FlipMode.Horizontal), T.Zero);

        protected override void InputGradient(Draws draws, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dx) =>
            PixelGather.InputGradient(dx, dy, Axis(draws, 0, FlipMode.Vertical), Axis(draws, 1, FlipMode.Horizontal));

        private AxisMap Axis(Draws draws, int axis, FlipMode mode) => new(InputShape[axis], 0, InputShape[axis], specification.Flips(draws, mode));
    }
}
