using NanoConv.Convolutions;
using NanoConv.Kernels;

namespace NanoConv.Tests;

/// <summary>A sliding window over a picture.</summary>
internal sealed record WindowCase(
    int Height, int Width, int Channels, int KernelHeight, int KernelWidth, int StrideHeight, int StrideWidth, Padding Padding)
{
    public WindowGeometry Geometry => new((Height, Width, Channels), (KernelHeight, KernelWidth), (StrideHeight, StrideWidth), Padding);

    /// <summary>Whether one window fits.</summary>
    public bool IsPossible => Padding.IsSame
        || (Height + Padding.Top + Padding.Bottom >= KernelHeight && Width + Padding.Left + Padding.Right >= KernelWidth);

    /// <summary>Whether no window can lie in the padding as a whole, which max-pooling asks for.</summary>
    public bool CanPool => Math.Max(Padding.Top, Padding.Bottom) < KernelHeight && Math.Max(Padding.Left, Padding.Right) < KernelWidth;

    public override string ToString() =>
        $"picture {Height}×{Width}×{Channels}, kernel {KernelHeight}×{KernelWidth}, strides {StrideHeight}×{StrideWidth}, padding {Padding}";
}

/// <summary>A convolution and the seed of its numbers.</summary>
internal sealed record ConvolutionCase(int Images, WindowCase Window, int Filters, int Seed)
{
    public ConvolutionGeometry Geometry => new(Window.Geometry, Filters);

    /// <summary>Multiplications of the naive convolution, border or not.</summary>
    public long Taps => Images * Geometry.ForwardFlops / 2;

    public override string ToString() => $"{Images} × ({Window}), {Filters} filters, seed {Seed}";
}

/// <summary>A max-pooling and the seed of its numbers.</summary>
internal sealed record PoolingCase(int Images, WindowCase Window, int Seed)
{
    public override string ToString() => $"{Images} × ({Window}), seed {Seed}";
}

/// <summary>A strided product and the seed of its numbers.</summary>
internal sealed record ProductCase(
    int Images,
    int Rows,
    int Columns,
    int Segments,
    int SegmentLength,
    int N,
    (int Image, int Row, int Column, int Segment) Strides,
    int Gap,
    int Seed)
{
    public StridedProduct Product
    {
        get
        {
            // Pixels of Y must not overlap: each view is as wide as what it contains, and a gap.
            int column = N + Gap, row = (Columns * column) + Gap, image = (Rows * row) + Gap;
            return new StridedProduct
            {
                Images = Images,
                Rows = Rows,
                Columns = Columns,
                Input = new PixelView(Gap, Strides.Image, Strides.Row, Strides.Column),
                Output = new PixelView(Gap, image, row, column),
                Segments = Segments,
                SegmentStride = Strides.Segment,
                SegmentLength = SegmentLength,
                N = N,
            };
        }
    }
}

/// <summary>A network and the seed of its weights and inputs.</summary>
internal sealed record NetworkCase(Shape InputShape, Layer[] Body, Layer[] Tail, Dense End, int Seed)
{
    /// <summary>Whether kernels are moved from their first values as biases are; in wide layers that would saturate what follows.</summary>
    public bool MovesKernels { get; init; } = true;

    public Sequential Network => new([.. Body, new Flatten(), .. Tail, End]);

    /// <summary>The model in double, its biases moved from zero; null if a layer does not suit its input.</summary>
    public Model<double>? Build()
    {
        try
        {
            return Build<double>();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    public Model<T> Build<T>(SizeLimits? limits = null)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        Model<T> model = Network.Build<T>(InputShape, Seed, given: null, limits);
        T[] moves = Numbers.Reals<T>(model.ParameterCount, Seed, limit: 0.3);
        model.Edit(weights =>
        {
            foreach (Parameter<T> parameter in model.Parameters.Where(parameter => MovesKernels || parameter.Shape.Rank == 1))
            {
                for (int i = parameter.Offset; i < parameter.Offset + parameter.Shape.Elements; i++)
                    weights[i] += moves[i];
            }
        });
        return model;
    }

    public override string ToString()
    {
        string[] names = [.. Network.Layers.Select((_, index) => $"layer{index}")];
        return $"{NetworkDescription.Write(Network, InputShape, names)}, seed {Seed}";
    }
}
