using FsCheck;
using FsCheck.Fluent;
using NanoConv.Convolutions;
using NanoConv.Kernels;

namespace NanoConv.Tests;

/// <summary>Convolutions and poolings: what people use as often as what is odd.</summary>
internal static partial class Generators
{
    /// <summary>Multiplications of the naive convolution that an odd case may take, so that hundreds of cases stay quick.</summary>
    private const long MostTaps = 150_000;

    /// <summary>So many windows along a side are many.</summary>
    private const int LongSide = 14;

    /// <summary>Those that a usual one may take: with many channels there are few pixels, or one picture.</summary>
    private const long MostUsualTaps = 1_200_000;

    private const long MostWinogradTaps = 600_000;

    /// <summary>
    /// Usual layers, two of three, and odd ones, as those below are too: kernels 1–7, strides 1–4, all paddings, 1–40 channels and filters.
    /// </summary>
    public static Arbitrary<ConvolutionCase> Convolutions { get; } = Arb.From(Gen.Frequency((2, UsualConvolution), (1, OddConvolution)), Shrink);

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

    /// <summary>
    /// Convolutions that Winograd's algorithm takes: 3 × 3, stride 1, sides that stay and are multiples of 4, a vector of channels and more;
    /// many of them with as many channels as people take.
    /// </summary>
    public static Arbitrary<ConvolutionCase> WinogradConvolutions { get; } = Arb.From(
        from channels in Gen.OneOf(VectorAndMore, UsualWidth.Where(IsVectorAndMore))
        from filters in Gen.OneOf(VectorAndMore, UsualWidth.Where(IsVectorAndMore))
        from picture in Pictures([4, 8, 12, 16, 28, 32], window => Taps(window, filters) <= MostWinogradTaps, new(1, 1, channels, 3, 3, 1, 1, Padding.Same))
        from offset in Gen.Choose(0, 2).Two()
        from padding in Gen.Elements(Padding.Same, Padding.Explicit(offset.Item1, 2 - offset.Item1, offset.Item2, 2 - offset.Item2))
        let window = picture with { Padding = padding }
        from images in Images(MostWinogradTaps / Taps(window, filters))
        from seed in Seeds
        select new ConvolutionCase(images, window, filters, seed),
        convolution => Shrink(convolution).Where(smaller => ConvolutionAlgorithm<float>.Refusal(smaller.Geometry, ConvolutionAlgorithmKind.Winograd) is null));

    /// <summary>
    /// Max-poolings. Half of them usual: 2 × 2 or 3 × 3, stride 2; half of them odd: windows 1–5, strides that overlap or skip, paddings
    /// smaller than the window, 1–40 channels.
    /// </summary>
    public static Arbitrary<PoolingCase> Poolings { get; } = Arb.From(
        from window in Gen.OneOf(UsualPooling, PoolingWindows(Channels))
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

    /// <summary>A small convolution with every number of channels, and of filters: every vector's tail, every panel.</summary>
    public static Arbitrary<ConvolutionCase> EveryTail { get; } = Arb.From(
        from channels in Gen.Choose(1, 40)
        from filters in Gen.Choose(1, 40)
        from seed in Seeds
        select new ConvolutionCase(2, new WindowCase(4, 5, channels, 2, 3, 1, 2, Padding.Same), filters, seed),
        Shrink);

    /// <summary>
    /// Convolutions whose windows overlap along rows long enough for tiles that share what they load: two or three taps, strides 1
    /// and 2, and whole vectors of filters and channels, one vector, several, or one after several; many pictures of a single row.
    /// </summary>
    public static Arbitrary<ConvolutionCase> Overlapping { get; } = Arb.From(
        from rows in Gen.Frequency((2, Gen.Constant((1, 1))), (3, Gen.Zip(Gen.Elements(2, 3, 3, 4, 5, 5, 6, 7), Gen.Elements(1, 2, 3, 3, 3, 3, 3, 3))))
        from width in Gen.Choose(8, 21)
        from channels in Gen.Elements(3, 5, Short, Short, Short, 2 * Short, 2 * Short, 2 * Short, 2 * Short, 4 * Short, 4 * Short)
        from overlap in Gen.Elements((3, 1), (3, 2), (2, 1))
        from strideHeight in Gen.Choose(1, 2)
        from sides in Gen.Choose(0, 2).Four()
        let high = rows.Item1 > 1
        from padding in Gen.Elements(
            Padding.Same, Padding.Valid, Padding.Explicit(high ? sides.Item1 : 0, high ? sides.Item2 : 0, sides.Item3, sides.Item4))
        from filters in Gen.Frequency((4, Gen.Elements(12, 24, 32, 40)), (9, Gen.Elements(Short, 2 * Short, 4 * Short)))
        from images in Gen.Choose(1, 2)
        from seed in Seeds
        let window = new WindowCase(rows.Item1, width, channels, rows.Item2, overlap.Item1, strideHeight, overlap.Item2, padding)
        where window.IsPossible
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
        from channels in Gen.Elements(Short, Short, 2 * Short, 2 * Short, 4 * Short)
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

    /// <summary>Layers as people build them, in pictures from the kernel's size to 17, and of 28 and 32.</summary>
    private static Gen<ConvolutionCase> UsualConvolution =>
        from kernel in Gen.Elements(1, 3, 5, 7)
        from stride in Gen.Elements(1, 2)
        from padding in Gen.Elements(Padding.Same, Padding.Valid)
        from channels in Gen.Frequency((1, Gen.Elements(1, 3, 4)), (6, UsualWidth))
        from filters in UsualWidth
        let smallest = new WindowCase(kernel, kernel, channels, kernel, kernel, stride, stride, padding)
        where Taps(smallest, filters) <= MostUsualTaps
        from window in Pictures(UsualSides(kernel), window => Taps(window, filters) <= MostUsualTaps, smallest)
        from images in Images(MostUsualTaps / Taps(window, filters))
        from seed in Seeds
        select new ConvolutionCase(images, window, filters, seed);

    private static Gen<ConvolutionCase> OddConvolution =>
        from window in Windows(Gen.Choose(1, 7), Gen.Choose(0, 4), Channels)
        from filters in Channels
        from images in Gen.Choose(1, 3)
        from seed in Seeds
        let convolution = new ConvolutionCase(images, window, filters, seed)
        where convolution.Taps <= MostTaps
        select convolution;

    private static Gen<WindowCase> UsualPooling =>
        from size in Gen.Elements(2, 2, 3)
        from padding in Gen.Elements(Padding.Valid, Padding.Valid, Padding.Same)
        from channels in UsualWidth
        from window in Pictures(UsualSides(size), window => Taps(window, 1) <= MostTaps, new(size, size, channels, size, size, 2, 2, padding))
        select window;

    // Channels and filters of usual layers.
    private static Gen<int> UsualWidth => Gen.Frequency((4, Gen.Elements(8, 16, 24, 32)), (3, Gen.Choose(8, 32)), (1, Gen.Constant(64)));

    // A vector of doubles, half as many as of floats.
    private static int Short => System.Numerics.Vector<double>.Count;

    // Half of them few, half of them any: every tail of one and of two vectors occurs.
    private static Gen<int> Channels => Gen.OneOf(Gen.Choose(1, 5), Gen.Choose(1, 40));

    // Around one vector of floats, and around two of doubles; never fewer than are worth it.
    private static Gen<int> VectorAndMore =>
        Gen.Choose(0, 12).Select(more => Math.Max(8, System.Numerics.Vector<float>.Count) + more);

    private static bool IsVectorAndMore(int channels) => channels >= Math.Max(8, System.Numerics.Vector<float>.Count);

    private static int[] UsualSides(int kernel) => [.. Enumerable.Range(kernel, 18 - kernel), 28, 32];

    // A window in pictures with these sides that stay quick: half of them with many windows along a side, and square ones, and any.
    private static Gen<WindowCase> Pictures(int[] sides, Func<WindowCase, bool> isQuick, WindowCase window)
    {
        WindowCase[] any = [.. sides.SelectMany(_ => sides, (height, width) => window with { Height = height, Width = width }).Where(isQuick)];
        WindowCase[] longest = [.. any.Where(picture => Math.Max(picture.Geometry.OutputHeight, picture.Geometry.OutputWidth) >= LongSide)];
        return Gen.Frequency(
            (1, Gen.Elements(any)),
            (2, Gen.Elements(longest.Length > 0 ? longest : any)),
            (1, Gen.Elements(any.Where(picture => picture.Height == picture.Width))));
    }

    private static long Taps(WindowCase window, int filters) => new ConvolutionCase(1, window, filters, 0).Taps;

    private static Gen<int> Images(long most) => Gen.Choose(1, (int)Math.Clamp(most, 1, 3));

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
}
