using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests;

/// <summary>Networks: those that people build as often as odd ones.</summary>
internal static partial class Generators
{
    private const int MostParameters = 500;

    /// <summary>Multiplications and additions of an example's forward pass: the bound of usual networks, whatever their parameters.</summary>
    private const long MostUsualFlops = 1_500_000;

    /// <summary>
    /// Networks of 2–8 layers, convolutions and poolings first, then dense layers, with at most 500 parameters: small enough to move
    /// each of them.
    /// </summary>
    public static Arbitrary<NetworkCase> SmallNetworks { get; } = Arb.From(
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

    /// <summary>Small networks that end in softmax, for training.</summary>
    public static Arbitrary<NetworkCase> Classifiers { get; } =
        SmallNetworks.Filter(network => network.End.Activation == Activation.Softmax);

    /// <summary>
    /// Networks as people build them: one to three blocks of convolutions with 8–32 filters, most of them 3 × 3, each block smaller than
    /// the one before by pooling or a stride, then perhaps a hidden dense layer, and softmax.
    /// </summary>
    public static Arbitrary<NetworkCase> UsualNetworks { get; } = Arb.From(
        from side in Gen.Elements(8, 8, 9, 10, 11, 12, 12, 13, 14, 15, 16, 16, 17)
        from channels in Gen.Elements(1, 3, 3, 8)
        from blocks in Gen.Choose(1, 3).SelectMany(count => Gen.ArrayOf(Block, count))
        from hidden in Gen.Elements<Layer[]>([], [], [new Dense(32, Activation.ReLU)], [new Dense(64, Activation.ReLU), new Dropout(0.5)])
        from classes in Gen.Elements(2, 10, 10)
        from seed in Seeds
        let end = new Dense(classes, Activation.Softmax)
        let network = new NetworkCase((side, side, channels), [.. blocks.SelectMany(layers => layers)], hidden, end, seed) { MovesKernels = false }
        where network.Build() is { ForwardFlops: <= MostUsualFlops }
        select network,
        Shrink);

    /// <summary>Small networks and usual ones.</summary>
    public static Arbitrary<NetworkCase> Networks { get; } = Arb.From(Gen.OneOf(SmallNetworks.Generator, UsualNetworks.Generator), Shrink);

    /// <summary>
    /// Two convolutions, one behind the other: the second in a halo, or without one, or where not all of its input is reached; a third
    /// of them by Winograd's algorithm, a third as people build them, and many with a vector of filters.
    /// </summary>
    public static Arbitrary<(Shape Input, Conv2D First, Conv2D Second, int Seed)> Neighbours { get; } = Arb.From(
        from sides in Gen.OneOf(Gen.Choose(3, 12).Two(), Gen.Elements(4, 8, 12).Two(), Gen.Choose(9, 17).Two())
        from channels in Gen.Elements(2, 8)
        from first in Neighbour
        from second in Neighbour
        from seed in Seeds
        select ((Shape)(sides.Item1, sides.Item2, channels), first, second, seed));

    // The usual ones, and now and then any.
    private static Gen<Activation> Mostly(params Activation[] usual) => Gen.Frequency((3, Gen.Elements(usual)), (1, Gen.Elements(KnownActivations.All)));

    private static Gen<Conv2D> Neighbour =>
        from filters in Gen.OneOf(Gen.Choose(1, 17), Gen.Elements(4, 8, 9, 16, 24))
        from plain in Gen.OneOf(
            Gen.Constant(((3, 3), (1, 1), Padding.Same)),
            from kernel in Gen.Elements(1, 3, 5, 7)
            from stride in Gen.Elements(1, 2)
            select ((kernel, kernel), (stride, stride), Padding.Same),
            from kernel in Gen.Choose(1, 3).Two()
            from strides in Gen.Choose(1, 2).Two()
            from padding in Gen.OneOf(Gen.Constant(Padding.Same), ExplicitPadding(Gen.Choose(0, 2)))
            select (kernel, strides, padding))
        from activation in Mostly(Activation.Linear, Activation.ReLU, Activation.ReLU, Activation.Softmax)
        from useBias in Gen.Elements(true, true, false)
        select new Conv2D(filters, plain.Item1, (Size2D)plain.Item2, plain.Item3, activation, useBias);

    // One or two convolutions, and what makes the picture smaller.
    private static Gen<Layer[]> Block =>
        from kernel in Gen.Elements(3, 3, 3, 5, 1, 7)
        from filters in UsualWidth.Where(filters => filters <= 32)
        from padding in Gen.Elements(Padding.Same, Padding.Same, Padding.Valid)
        from count in Gen.Choose(1, 2)
        from stride in Gen.Elements(1, 1, 2)
        from pooling in Gen.Elements<Layer[]>(
            [], [new MaxPooling2D(2)], [new MaxPooling2D(2)], [new MaxPooling2D(3, 2)], [new MaxPooling2D(2), new Dropout(0.25)])
        from activation in Gen.Elements(Activation.ReLU, Activation.ReLU, Activation.ReLU, Activation.Linear)
        let first = new Conv2D(filters, kernel, stride, padding, activation, kernelRegularizer: new L2(0.001))
        let second = new Conv2D(filters, kernel, padding: padding, activation: activation)
        select (Layer[])[first, .. count == 2 ? (Layer[])[second] : [], .. stride == 1 ? pooling : []];

    private static Gen<Layer> BodyLayer => Gen.OneOf<Layer>(
        from filters in Gen.Choose(1, 6)
        from kernel in Gen.Choose(1, 3).Two()
        from strides in Gen.Choose(1, 3).Two()
        from padding in Gen.OneOf(Gen.Elements(Padding.Same, Padding.Valid), ExplicitPadding(Gen.Choose(0, 2)))
        from activation in Mostly(Activation.Linear, Activation.ReLU, Activation.ReLU, Activation.Softmax)
        from useBias in Gen.Elements(true, true, false)
        select (Layer)new Conv2D(filters, kernel, (Size2D)strides, padding, activation, useBias, kernelRegularizer: new L2(0.01)),
        from size in Gen.Choose(1, 3).Two()
        from strides in Gen.Choose(1, 3).Two()
        from padding in Gen.Elements(Padding.Same, Padding.Valid)
        select (Layer)new MaxPooling2D(size, (Size2D)strides, padding),
        Gen.Constant<Layer>(new Dropout(0.3)),
        Mostly(Activation.ReLU, Activation.Softmax).Select(activation => (Layer)activation));

    private static Gen<Layer> TailLayer => Gen.OneOf<Layer>(
        from units in Gen.Choose(1, 9)
        from activation in Mostly(Activation.Linear, Activation.ReLU, Activation.Softmax)
        from useBias in Gen.Elements(true, false)
        select (Layer)new Dense(units, activation, useBias, kernelRegularizer: new L1(0.01)),
        Gen.Constant<Layer>(new Dropout(0.5)),
        Mostly(Activation.ReLU).Select(activation => (Layer)activation));
}
