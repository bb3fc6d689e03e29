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

    /// <summary>Convolutions that suit Winograd's way: 3 × 3, stride 1, sides of 4, 8 or 12 that stay, a vector of channels and more.</summary>
    public static Arbitrary<ConvolutionCase> WinogradConvolutions { get; } = Arb.From(
        from picture in Gen.Elements(4, 8, 12).Two()
        from channels in VectorAndMore
        from filters in VectorAndMore
        from offset in Gen.Choose(0, 2).Two()
        from padding in Gen.Elements(Padding.Same, Padding.Explicit(offset.Item1, 2 - offset.Item1, offset.Item2, 2 - offset.Item2))
        from images in Gen.Choose(1, 3)
        from seed in Seeds
        select new ConvolutionCase(images, new WindowCase(picture.Item1, picture.Item2, channels, 3, 3, 1, 1, padding), filters, seed),
        convolution => Shrink(convolution).Where(smaller => WinogradConvolution.Suits<float>(smaller.Geometry)));

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

    /// <summary>A small convolution with every number of channels, and of filters: every vector's tail, every panel.</summary>
    public static Arbitrary<ConvolutionCase> EveryTail { get; } = Arb.From(
        from channels in Gen.Choose(1, 40)
        from filters in Gen.Choose(1, 40)
        from seed in Seeds
        select new ConvolutionCase(2, new WindowCase(4, 5, channels, 2, 3, 1, 2, Padding.Same), filters, seed),
        Shrink);

    /// <summary>
    /// Convolutions whose windows overlap along rows long enough for tiles that share what they load: two or three taps, strides 1
    /// and 2, and whole vectors of filters and channels, one vector, several, or one after several.
    /// </summary>
    public static Arbitrary<ConvolutionCase> Overlapping { get; } = Arb.From(
        from height in Gen.Choose(3, 6)
        from width in Gen.Choose(8, 21)
        from channels in Gen.Elements(1, 2, 3, 4, 5, 8, 16)
        from kernel in Gen.Zip(Gen.Choose(1, 3), Gen.Elements(2, 3, 3))
        from stride in Gen.Zip(Gen.Choose(1, 2), Gen.Choose(1, 2))
        from padding in Gen.OneOf(Gen.Elements(Padding.Same, Padding.Valid), ExplicitPadding(Gen.Choose(0, 2)))
        from filters in Gen.Elements(4, 8, 12, 16, 24, 32, 40)
        from images in Gen.Choose(1, 2)
        from seed in Seeds
        let window = new WindowCase(height, width, channels, kernel.Item1, kernel.Item2, stride.Item1, stride.Item2, padding)
        let convolution = new ConvolutionCase(images, window, filters, seed)
        where convolution.Taps <= MostTaps
        select convolution,
        Shrink);

    /// <summary>
    /// Convolutions with strides whose input gradient has phases that can share what they load: two taps beside one, a vector of
    /// channels (half a long one, or a whole one), sides that are divided and some that are not.
    /// </summary>
    public static Arbitrary<ConvolutionCase> Halving { get; } = Arb.From(
        from height in Gen.Choose(2, 9)
        from width in Gen.OneOf(Gen.Choose(4, 12).Select(half => 2 * half), Gen.Choose(7, 24))
        from channels in Gen.Elements(4, 8, 8, 16)
        from kernelHeight in Gen.Choose(1, 5)
        from axis in Gen.Elements((3, 2), (3, 2), (3, 2), (4, 3), (5, 3))
        from strideHeight in Gen.Choose(1, 3)
        from padding in Gen.Elements(Padding.Same, Padding.Same, Padding.Valid, Padding.Explicit(1, 1, 0, 1), Padding.Explicit(1, 1, 1, 1))
        from filters in Gen.Choose(1, 9)
        from images in Gen.Choose(1, 3)
        from seed in Seeds
        let window = new WindowCase(height, width, channels, kernelHeight, axis.Item1, strideHeight, axis.Item2, padding)
        where kernelHeight <= height
        select new ConvolutionCase(images, window, filters, seed),
        Shrink);

    /// <summary>
    /// Two convolutions, one behind the other: the second in a halo, or without one, or where not all of its input is reached; a third
    /// of them in Winograd's way, and many with a vector of filters.
    /// </summary>
    public static Arbitrary<(Shape Input, Conv2D First, Conv2D Second, int Seed)> Neighbours { get; } = Arb.From(
        from sides in Gen.OneOf(Gen.Choose(3, 12).Two(), Gen.Elements(4, 8, 12).Two())
        from channels in Gen.Elements(2, 8)
        from first in Neighbour
        from second in Neighbour
        from seed in Seeds
        select ((Shape)(sides.Item1, sides.Item2, channels), first, second, seed));

    private static Gen<Conv2D> Neighbour =>
        from filters in Gen.OneOf(Gen.Choose(1, 17), Gen.Elements(4, 8, 9, 16))
        from plain in Gen.OneOf(
            Gen.Constant(((3, 3), (1, 1), Padding.Same)),
            from kernel in Gen.Choose(1, 3).Two()
            from strides in Gen.Choose(1, 2).Two()
            from padding in Gen.OneOf(Gen.Constant(Padding.Same), ExplicitPadding(Gen.Choose(0, 2)))
            select (kernel, strides, padding))
        from activation in Gen.Elements(Activation.Linear, Activation.ReLU, Activation.ReLU, Activation.Softmax)
        from useBias in Gen.Elements(true, true, false)
        select new Conv2D(filters, plain.Item1, plain.Item3, (Size2D)plain.Item2, activation, useBias);

    private static Gen<int> Seeds => Gen.Choose(0, 1_000_000);

    // Half of them few, half of them any: every tail of one and of two vectors occurs.
    private static Gen<int> Channels => Gen.OneOf(Gen.Choose(1, 5), Gen.Choose(1, 40));

    // Around one vector of floats, and around two of doubles; never fewer than Winograd's way takes.
    private static Gen<int> VectorAndMore =>
        Gen.Choose(0, 12).Select(more => Math.Max(8, System.Numerics.Vector<float>.Count) + more);

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
            .Concat(ShrinkEach(network.Body).Select(body => network with { Body = body }))
            .Concat(ShrinkEach(network.Tail).Select(tail => network with { Tail = tail }))
            .Concat(Towards(network.End.Units, 2).Select(classes => network with { End = new Dense(classes, network.End.Activation) }))
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
        return Shrink(window.Padding).Select(padding => window with { Padding = padding }).Concat(smaller).Where(candidate => candidate.IsPossible);
    }

    private static IEnumerable<Padding> Shrink(Padding padding)
    {
        (int top, int bottom, int left, int right) = (padding.Top, padding.Bottom, padding.Left, padding.Right);
        return (padding == Padding.Valid ? (IEnumerable<Padding>)[] : [Padding.Valid])
            .Concat(Towards(top, 0).Select(less => Padding.Explicit(less, bottom, left, right)))
            .Concat(Towards(bottom, 0).Select(less => Padding.Explicit(top, less, left, right)))
            .Concat(Towards(left, 0).Select(less => Padding.Explicit(top, bottom, less, right)))
            .Concat(Towards(right, 0).Select(less => Padding.Explicit(top, bottom, left, less)));
    }

    private static IEnumerable<Layer> Shrink(Layer layer) => layer switch
    {
        Conv2D c => Towards(c.Filters, 1).Select(filters => Like(c, filters, c.KernelSize, c.Strides, c.Padding))
            .Concat(Shrink(c.KernelSize).Select(kernel => Like(c, c.Filters, kernel, c.Strides, c.Padding)))
            .Concat(Shrink(c.Strides).Select(strides => Like(c, c.Filters, c.KernelSize, strides, c.Padding)))
            .Concat(Shrink(c.Padding).Select(padding => Like(c, c.Filters, c.KernelSize, c.Strides, padding))),
        MaxPooling2D p => Shrink(p.PoolSize).Select(size => new MaxPooling2D(size, p.Strides, p.Padding))
            .Concat(Shrink(p.Strides).Select(strides => new MaxPooling2D(p.PoolSize, strides, p.Padding))),
        Dense d => Towards(d.Units, 1).Select(units => new Dense(units, d.Activation, d.UseBias, kernelRegularizer: d.KernelRegularizer)),
        _ => [],
    };

    private static IEnumerable<Size2D> Shrink(Size2D size) => Towards(size.Height, 1).Select(height => size with { Height = height })
        .Concat(Towards(size.Width, 1).Select(width => size with { Width = width }));

    private static Conv2D Like(Conv2D c, int filters, Size2D kernel, Size2D strides, Padding padding) =>
        new(filters, kernel, padding, strides, c.Activation, c.UseBias, kernelRegularizer: c.KernelRegularizer);

    private static IEnumerable<Layer[]> ShrinkEach(Layer[] layers) => layers.SelectMany(
        (layer, index) => Shrink(layer).Select(smaller => (Layer[])[.. layers[..index], smaller, .. layers[(index + 1)..]]));

    private static T[] Without<T>(T[] items, int index) => [.. items[..index], .. items[(index + 1)..]];

    // The least value, half the way, one less.
    private static IEnumerable<int> Towards(int value, int least) =>
        new[] { least, (value + least) / 2, value - 1 }.Where(smaller => smaller >= least && smaller < value).Distinct();
}
