using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Layers.Augmentation;

/// <summary>In training a part of each picture, from a place at random, also over its border; in prediction the part in the middle.</summary>
public sealed class RandomCrop : Layer, IDescribed<RandomCrop>
{
    /// <summary>Specifies the layer. Keras has the first two arguments, the others are torchvision's.</summary>
    /// <param name="height">Rows of the part.</param>
    /// <param name="width">Columns of the part.</param>
    /// <param name="padding">Pixels that are added on each side before.</param>
    /// <param name="fillMode">What these are. torchvision's default is the constant 0, too.</param>
    /// <param name="fillValue">The number of <see cref="FillMode.Constant"/>.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public RandomCrop(
        int height, int width, int padding = 0, FillMode fillMode = FillMode.Constant, double fillValue = 0, string? name = null)
        : base(name)
    {
        Check(new Size2D(height, width), "a part");
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        FillValue = CheckFinite(fillValue, nameof(fillValue));
        (Height, Width, Padding, FillMode) = (height, width, padding, CheckChoice(fillMode, nameof(fillMode)));
    }

    /// <summary>Rows of the part.</summary>
    public int Height { get; }

    /// <summary>Columns of the part.</summary>
    public int Width { get; }

    /// <summary>Pixels that are added on each side before.</summary>
    public int Padding { get; }

    /// <summary>What these are.</summary>
    public FillMode FillMode { get; }

    /// <summary>The number of <see cref="FillMode.Constant"/>.</summary>
    public double FillValue { get; }

    /// <inheritdoc/>
    public override string Kind => "random_crop";

    internal override bool KeepsOrder => true;

    /// <inheritdoc/>
    public static RandomCrop FromConfig(ConfigReader config) => new(
        config.Whole("height"), config.Whole("width"), config.Whole("padding"), config.Choice<FillMode>("fill_mode"), config.Real("fill_value"), config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("height", Height);
        config.Add("width", Width);
        config.Add("padding", Padding);
        config.AddChoice("fill_mode", FillMode);
        config.Add("fill_value", FillValue);
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        (int height, int width, int channels) = builder.ExpectPicture();
        if (height + (2L * Padding) < Height || width + (2L * Padding) < Width)
            throw builder.Error($"expected pictures of at least {Height} × {Width} with a padding of {Padding} on each side, received {builder.InputShape}");
        if (Math.Max(height, width) + (2L * Padding) > int.MaxValue)
            throw builder.Error($"expected a side of at most {int.MaxValue} pixels with its padding, received {builder.InputShape} and a padding of {Padding}");
        return new Built<T>(builder, (Height, Width, channels), this);
    }

    /// <summary>The first row, or column, of the part that prediction takes: Keras's middle, the half rounded down; below 0 beyond the border.</summary>
    /// <param name="input">Rows, or columns, of the picture.</param>
    /// <param name="part">Those of the part.</param>
    public int Middle(int input, int part) => ((input + (2 * Padding) - part) / 2) - Padding;

    private sealed class Built<T>(LayerBuilder<T> builder, Shape outputShape, RandomCrop specification) : AugmentationLayer<T>(builder, outputShape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T fill = Finite(builder, specification.FillValue);

        protected override void Augment(Draws draws, ReadOnlySpan<T> x, Span<T> y) => PixelGather.Forward(y, x, Axis(draws, 0), Axis(draws, 1), fill);

        protected override void InputGradient(Draws draws, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dx) =>
            PixelGather.InputGradient(dx, dy, Axis(draws, 0), Axis(draws, 1));

        protected override void Predict(ReadOnlySpan<T> x, Span<T> y) => PixelGather.Forward(y, x, Middle(0), Middle(1), fill);

        protected override void PredictionGradient(ReadOnlySpan<T> dy, Span<T> dx) => PixelGather.InputGradient(dx, dy, Middle(0), Middle(1));

        private AxisMap Axis(Draws draws, int axis)
        {
            int places = InputShape[axis] + (2 * specification.Padding) - OutputShape[axis] + 1;
            return From(axis, draws.Below(places, axis) - specification.Padding);
        }

        private AxisMap Middle(int axis) => From(axis, specification.Middle(InputShape[axis], OutputShape[axis]));

        private AxisMap From(int axis, int first) => new(InputShape[axis], first, OutputShape[axis], Mode: specification.FillMode);
    }
}
