using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Tensors;

namespace NanoConv.Layers.Augmentation;

/// <summary>
/// In training covers a square of each picture, around a pixel at random, as far as it lies in the picture (DeVries and Taylor, 2017,
/// arXiv:1708.04552); in prediction nothing.
/// </summary>
public sealed class Cutout : Layer, IDescribed<Cutout>
{
    /// <summary>Specifies the layer.</summary>
    /// <param name="size">The square's height and width. Of an even size the middle is the pixel below and to the right of it, as in the paper's code.</param>
    /// <param name="fillValue">What covers it; 0 is the mean of pictures that are normalized.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public Cutout(Size2D size, double fillValue = 0, string? name = null)
        : base(name)
    {
        Size = Check(size, "a square");
        FillValue = CheckFinite(fillValue, nameof(fillValue));
    }

    /// <summary>The square's height and width.</summary>
    public Size2D Size { get; }

    /// <summary>What covers it.</summary>
    public double FillValue { get; }

    /// <inheritdoc/>
    public override string Kind => "cutout";

    internal override bool KeepsOrder => true;

    /// <inheritdoc/>
    public static Cutout FromConfig(ConfigReader config) => new(config.Size("size"), config.Real("fill_value"), config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("size", Size);
        config.Add("fill_value", FillValue);
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ExpectPicture();
        return new Built<T>(builder, this);
    }

    private sealed class Built<T>(LayerBuilder<T> builder, Cutout specification) : AugmentationLayer<T>(builder, builder.InputShape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T fill = Finite(builder, specification.FillValue);

        protected override void Augment(Draws draws, ReadOnlySpan<T> x, Span<T> y)
        {
            x.CopyTo(y);
            Cover(draws, y, fill);
        }

        protected override void InputGradient(Draws draws, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dx)
        {
            dy.CopyTo(dx);
            Cover(draws, dx, T.Zero);
        }

        private void Cover(Draws draws, Span<T> picture, T value)
        {
            (int top, int bottom) = Side(draws.Below(InputShape[0], 0), specification.Size.Height, InputShape[0]);
            (int left, int right) = Side(draws.Below(InputShape[1], 1), specification.Size.Width, InputShape[1]);
            int channels = InputShape[2];
            for (int row = top; row < bottom; row++)
                picture.Slice(((row * InputShape[1]) + left) * channels, (right - left) * channels).Fill(value);
        }

        private static (int First, int End) Side(int middle, int size, int length)
        {
            int first = middle - (size / 2);
            return (Math.Max(0, first), (int)Math.Min(length, (long)first + size));
        }
    }
}
