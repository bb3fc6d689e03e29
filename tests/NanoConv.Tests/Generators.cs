using FsCheck;
using FsCheck.Fluent;
using NanoConv.Kernels;

namespace NanoConv.Tests;

/// <summary>The cases that properties are tried on, and how they shrink: towards small pictures, kernels and strides.</summary>
internal static class Generators
{
    /// <summary>Multiplications of the naive convolution that a case may take, so that hundreds of cases stay quick.</summary>
    private const long MostTaps = 150_000;

    private const int MostParameters = 500;

    /// <summary>Convolutions: kernels 1–7, strides 1–4, all paddings, 1–40 channels and filters, 1–3 pictures.</summary>
    public static Arbitrary<ConvolutionCase> Convolutions { get; } = Arb.From(
        from window in Windows(Gen.Choose(1, 7), Gen.Choose(0, 4), Channels)
        from filters in Channels
        from images in Gen.Choose(1, 3)
        from seed in Seeds
        let convolution = new ConvolutionCase(images, window, filters, seed)
        where convolution.Taps <= MostTaps
        select convolution,
        Shrink);

    /// <summary>Convolutions small enough to move every number of kernel and input.</summary>
    public static Arbitrary<ConvolutionCase> SmallConvolutions { get; } = Arb.From(
        from window in Windows(Gen.Choose(1, 4), Gen.Choose(0, 2), Gen.Choose(1, 3))
        from filters in Gen.Choose(1, 9)
        from images in Gen.Choose(1, 2)
        from seed in Seeds
        let convolution = new ConvolutionCase(images, window, filters, seed)
        where convolution.Geometry.KernelElements <= 150 && convolution.Taps <= 5000
        select convolution,
        Shrink);

    /// <summary>Max-poolings: windows 1–5, strides that overlap or skip, paddings smaller than the window, 1–40 channels.</summary>
    public static Arbitrary<PoolingCase> Poolings { get; } = Arb.From(
        from window in PoolingWindows(Channels)
        from images in Gen.Choose(1, 3)
        from seed in Seeds
        select new PoolingCase(images, window, seed),
        Shrink);

    /// <summary>Max-poolings small enough to move every number of the input.</summary>
    public static Arbitrary<PoolingCase> SmallPoolings { get; } = Arb.From(
        from window in PoolingWindows(Gen.Choose(1, 3))
        from images in Gen.Choose(1, 2)
        from seed in Seeds
        select new PoolingCase(images, window, seed),
        Shrink);

    /// <summary>Strided products: overlapping rows of A, gaps between those of Y, up to 40 columns.</summary>
    public static Arbitrary<ProductCase> Products { get; } = Arb.From(
        from pixels in Gen.Choose(1, 7).Three()
        from segments in Gen.Choose(1, 3)
        from length in Gen.Choose(1, 9)
        from n in Channels
        from strides in Gen.Choose(1, 12).Four()
        from gap in Gen.Choose(0, 3)
        from seed in Seeds
        select new ProductCase(pixels.Item1, pixels.Item2, pixels.Item3, segments, length, n, strides, gap, seed),
        Shrink);

    /// <summary>Networks of 2–8 layers, convolutions and poolings first, then dense layers, with at most 500 parameters.</summary>
    public static Arbitrary<NetworkCase> Networks { get; } = Arb.From(
        from shape in Gen.Choose(2, 7).Three()
        from body in Gen.Choose(0, 4).SelectMany(count => Gen.ArrayOf(BodyLayer, count))
        from tail in Gen.Choose(0, 2).SelectMany(count => Gen.ArrayOf(TailLayer, count))
        from classes in Gen.Choose(2, 5)
        from end in Gen.Elements(Activation.Softmax, Activation.Softmax, Activation.Linear, Activation.ReLU)
        from seed in Seeds
        let network = new NetworkCase((shape.Item1, shape.Item2, (shape.Item3 + 1) / 2), body, tail, new Dense(classes, end), seed)
        where network.Build() is { ParameterCount: <= MostParameters, ForwardFlops: <= 20_000 }
        select network,
        Shrink);

    /// <summary>Networks that end in softmax, for training.</summary>
    public static Arbitrary<NetworkCase> Classifiers { get; } =
        Networks.Filter(network => network.End.Activation == Activation.Softmax);

    /// <summary>Numbers of elements around every vector's tail, with a seed for the elements.</summary>
    public static Arbitrary<(int Length, int Seed)> Lengths { get; } = Arb.From(
        Gen.Zip(Gen.Choose(1, 70), Seeds),
        vector => Towards(vector.Item1, 1).Select(length => (length, vector.Item2)));

    /// <summary>A few rows of a few numbers, with a seed for them.</summary>
    public static Arbitrary<(int Rows, int Columns, int Seed)> Matrices { get; } = Arb.From(
        from size in Gen.Zip(Gen.Choose(1, 4), Gen.Choose(1, 40))
        from seed in Seeds
        select (size.Item1, size.Item2, seed),
        matrix => Towards(matrix.Item1, 1).Select(rows => (rows, matrix.Item2, matrix.seed))
            .Concat(Towards(matrix.Item2, 1).Select(columns => (matrix.Item1, columns, matrix.seed))));

    private static Gen<int> Seeds => Gen.Choose(0, 1_000_000);

    // Half of them few, half of them any: every tail of one and of two vectors occurs.
    private static Gen<int> Channels => Gen.OneOf(Gen.Choose(1, 5), Gen.Choose(1, 40));

    private static Gen<Layer> BodyLayer => Gen.OneOf<Layer>(
        from filters in Gen.Choose(1, 6)
        from kernel in Gen.Choose(1, 3).Two()
        from strides in Gen.Choose(1, 3).Two()
        from padding in Gen.OneOf(Gen.Elements(Padding.Same, Padding.Valid), ExplicitPadding(Gen.Choose(0, 2)))
        from activation in Gen.Elements(Activation.Linear, Activation.ReLU, Activation.ReLU, Activation.Softmax)
        from useBias in Gen.Elements(true, true, false)
        select (Layer)new Conv2D(filters, kernel, padding, (Size2D)strides, activation, useBias, kernelRegularizer: new L2(0.01)),
        from size in Gen.Choose(1, 3).Two()
        from strides in Gen.Choose(1, 3).Two()
        from padding in Gen.Elements(Padding.Same, Padding.Valid)
        select (Layer)new MaxPooling2D(size, (Size2D)strides, padding),
        Gen.Elements<Layer>(new Dropout(0.3), new ActivationLayer(Activation.ReLU), new ActivationLayer(Activation.Softmax)));

    private static Gen<Layer> TailLayer => Gen.OneOf<Layer>(
        from units in Gen.Choose(1, 9)
        from activation in Gen.Elements(Activation.Linear, Activation.ReLU, Activation.Softmax)
        from useBias in Gen.Elements(true, false)
        select (Layer)new Dense(units, activation, useBias, kernelRegularizer: new L1(0.01)),
        Gen.Elements<Layer>(new Dropout(0.5), new ActivationLayer(Activation.ReLU)));

    private static Gen<WindowCase> Windows(Gen<int> kernels, Gen<int> paddings, Gen<int> channels) =>
        from picture in Gen.Choose(1, 9).Two()
        from channel in channels
        from kernel in kernels.Two()
        from strides in Gen.Choose(1, 4).Two()
        from padding in Gen.OneOf(Gen.Constant(Padding.Same), Gen.Constant(Padding.Valid), ExplicitPadding(paddings))
        let window = new WindowCase(picture.Item1, picture.Item2, channel, kernel.Item1, kernel.Item2, strides.Item1, strides.Item2, padding)
        where window.IsPossible
        select window;

    private static Gen<WindowCase> PoolingWindows(Gen<int> channels) =>
        Windows(Gen.Choose(1, 5), Gen.Choose(0, 3), channels).Where(window => window.CanPool);

    private static Gen<Padding> ExplicitPadding(Gen<int> sides) =>
        sides.Four().Select(sides => Padding.Explicit(sides.Item1, sides.Item2, sides.Item3, sides.Item4));

    private static IEnumerable<ConvolutionCase> Shrink(ConvolutionCase convolution) =>
        Towards(convolution.Images, 1).Select(images => convolution with { Images = images })
            .Concat(Towards(convolution.Filters, 1).Select(filters => convolution with { Filters = filters }))
            .Concat(Shrink(convolution.Window).Select(window => convolution with { Window = window }));

    private static IEnumerable<PoolingCase> Shrink(PoolingCase pooling) =>
        Towards(pooling.Images, 1).Select(images => pooling with { Images = images })
            .Concat(Shrink(pooling.Window).Where(window => window.CanPool).Select(window => pooling with { Window = window }));

    private static IEnumerable<ProductCase> Shrink(ProductCase product) =>
        Towards(product.Images, 1).Select(images => product with { Images = images })
            .Concat(Towards(product.Rows, 1).Select(rows => product with { Rows = rows }))
            .Concat(Towards(product.Columns, 1).Select(columns => product with { Columns = columns }))
            .Concat(Towards(product.Segments, 1).Select(segments => product with { Segments = segments }))
            .Concat(Towards(product.SegmentLength, 1).Select(length => product with { SegmentLength = length }))
            .Concat(Towards(product.N, 1).Select(n => product with { N = n }));

    private static IEnumerable<NetworkCase> Shrink(NetworkCase network)
    {
        (int height, int width, int channels) = (network.InputShape[0], network.InputShape[1], network.InputShape[2]);
        return Enumerable.Range(0, network.Body.Length).Select(i => network with { Body = Without(network.Body, i) })
            .Concat(Enumerable.Range(0, network.Tail.Length).Select(i => network with { Tail = Without(network.Tail, i) }))
            .Concat(Towards(height, 1).Select(less => network with { InputShape = (less, width, channels) }))
            .Concat(Towards(width, 1).Select(less => network with { InputShape = (height, less, channels) }))
            .Concat(Towards(channels, 1).Select(less => network with { InputShape = (height, width, less) }))
            .Where(smaller => smaller.Build() is not null);
    }

    private static IEnumerable<WindowCase> Shrink(WindowCase window)
    {
        IEnumerable<WindowCase> smaller = Towards(window.Channels, 1).Select(channels => window with { Channels = channels })
            .Concat(Towards(window.Height, 1).Select(height => window with { Height = height }))
            .Concat(Towards(window.Width, 1).Select(width => window with { Width = width }))
            .Concat(Towards(window.KernelHeight, 1).Select(kernel => window with { KernelHeight = kernel }))
            .Concat(Towards(window.KernelWidth, 1).Select(kernel => window with { KernelWidth = kernel }))
            .Concat(Towards(window.StrideHeight, 1).Select(stride => window with { StrideHeight = stride }))
            .Concat(Towards(window.StrideWidth, 1).Select(stride => window with { StrideWidth = stride }));
        if (window.Padding != Padding.Valid)
            smaller = smaller.Prepend(window with { Padding = Padding.Valid });
        return smaller.Where(candidate => candidate.IsPossible);
    }

    private static T[] Without<T>(T[] items, int index) => [.. items[..index], .. items[(index + 1)..]];

    // The least value, half the way, one less.
    private static IEnumerable<int> Towards(int value, int least) =>
        new[] { least, (value + least) / 2, value - 1 }.Where(smaller => smaller >= least && smaller < value).Distinct();
}
