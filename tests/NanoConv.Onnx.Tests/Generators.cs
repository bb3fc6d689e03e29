using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Onnx.Tests;

/// <summary>The networks that exports are tried on, and how they shrink: towards few layers and small pictures.</summary>
internal static class Generators
{
    /// <summary>Inputs that <see cref="Classifiers"/> are tried on.</summary>
    public const int ClassifiedInputs = 1000;

    /// <summary>Multiplications and additions of an example's forward pass: the bound of usual networks, whatever their parameters.</summary>
    private const long MostUsualFlops = 1_500_000;

    /// <summary>
    /// Half of them odd: up to five layers on pictures, which may be all, else Flatten and up to three layers behind it, dense or not.
    /// Half of them as people build them: two or three convolutions with 8–32 filters, pooling or strides, then dense layers and softmax.
    /// </summary>
    public static Arbitrary<ExportCase> PictureNetworks { get; } = Arb.From(Gen.OneOf(OddNetwork, UsualNetwork), Shrink);

    /// <summary>Up to four layers on numbers in a row.</summary>
    public static Arbitrary<ExportCase> FlatNetworks { get; } = Arb.From(
        from inputs in Gen.Choose(1, 20)
        from layers in Some(TailLayer, 4)
        from seed in Seeds
        where layers.Length > 0
        select new ExportCase(inputs, layers, OnnxLayout.Nhwc, seed),
        Shrink);

    /// <summary>
    /// Up to three layers on pictures, then Flatten, Dense and softmax: those that name more than one class and are
    /// undecided on one in a hundred at most, so that there is something to compare.
    /// </summary>
    public static Arbitrary<ExportCase> Classifiers { get; } = Arb.From(
        from size in Gen.Choose(4, 9).Two()
        from channels in Gen.Choose(1, 5)
        from body in Some(BodyLayer, 3)
        from classes in Gen.Choose(2, 10)
        from layout in InputLayouts
        from seed in Seeds
        let network = new ExportCase(
            (size.Item1, size.Item2, channels), [.. body, new Flatten(), new Dense(classes, Activation.Softmax)], layout, seed)
        where TellsApart(network)
        select network);

    private static Gen<int> Seeds => Gen.Choose(0, 1_000_000);

    private static Gen<ExportCase> OddNetwork =>
        from size in Gen.Choose(1, 9).Two()
        from channels in Gen.Choose(1, 5)
        from body in Some(BodyLayer, 5)
        from flat in Gen.Elements<Layer>(new Flatten(), new Flatten(), new GlobalAveragePooling2D())
        from tail in Gen.OneOf(Gen.Constant<Layer[]>([]), Some(TailLayer, 3).Select(layers => (Layer[])[flat, .. layers]))
        from layout in InputLayouts
        from seed in Seeds
        let network = new ExportCase((size.Item1, size.Item2, channels), [.. body, .. tail], layout, seed)
        where network.Layers.Length > 0 && network.Build() is not null
        select network;

    private static Gen<ExportCase> UsualNetwork =>
        from side in Gen.Choose(8, 17)
        from channels in Gen.Elements(1, 3, 8)
        from body in Gen.Choose(1, 2).SelectMany(count => Gen.ArrayOf(Block, count))
        from hidden in Gen.Elements<Layer[]>([], [], [new Dense(32, Activation.ReLU), new Dropout(0.5)])
        from classes in Gen.Elements(2, 10)
        from layout in InputLayouts
        from seed in Seeds
        from flat in Gen.Elements<Layer>(new Flatten(), new Flatten(), new GlobalAveragePooling2D())
        let layers = (Layer[])[.. body.SelectMany(block => block), flat, .. hidden, new Dense(classes, Activation.Softmax)]
        let network = new ExportCase((side, side, channels), layers, layout, seed) { MovesKernels = false }
        where network.Build() is { ForwardFlops: <= MostUsualFlops }
        select network;

    private static Gen<Layer[]> Block =>
        from kernel in Gen.Elements(3, 3, 3, 1, 5, 7)
        from filters in Gen.OneOf(Gen.Elements(8, 16, 32), Gen.Choose(8, 32))
        from padding in Gen.Elements(Padding.Same, Padding.Same, Padding.Valid)
        from stride in Gen.Elements(1, 1, 2)
        from pooling in Gen.Elements<Layer[]>([], [new MaxPooling2D(2)], [new MaxPooling2D(3, 2)])
        let first = new Conv2D(filters, kernel, stride, padding, Activation.ReLU)
        let second = new Conv2D(filters, 3, padding: Padding.Same, activation: Activation.ReLU)
        select (Layer[])[first, .. filters % 2 == 0 ? (Layer[])[second] : [], .. stride == 1 ? pooling : []];

    private static Gen<OnnxLayout> InputLayouts => Gen.Elements(OnnxLayout.Nhwc, OnnxLayout.Nchw);

    private static Gen<Activation> Activations => Gen.OneOf(
        Gen.Elements(Activation.Linear, Activation.ReLU, Activation.Softmax), Gen.Elements(NanoConv.Tests.KnownActivations.All));

    private static Gen<Layer> BodyLayer => Gen.OneOf<Layer>(
        from filters in Gen.Choose(1, 6)
        from kernel in Gen.Choose(1, 5).Two()
        from strides in Gen.Choose(1, 4).Two()
        from padding in Paddings(Gen.Choose(0, 3))
        from activation in Activations
        from useBias in Gen.Elements(true, true, false)
        select (Layer)new Conv2D(filters, kernel, (Size2D)strides, padding, activation, useBias),
        from size in Gen.Choose(1, 4).Two()
        from strides in Gen.Choose(1, 4).Two()
        from padding in Paddings(Gen.Choose(0, 3))
        where padding.IsSame
            || (Math.Max(padding.Top, padding.Bottom) < size.Item1 && Math.Max(padding.Left, padding.Right) < size.Item2)
        select (Layer)new MaxPooling2D(size, (Size2D)strides, padding),
        Gen.Frequency((4, OtherLayer), (1, Gen.Constant<Layer>(new GlobalAveragePooling2D(keepDims: true)))));

    private static Gen<Layer> TailLayer => Gen.OneOf(
        from units in Gen.Choose(1, 9)
        from activation in Activations
        from useBias in Gen.Elements(true, true, false)
        select (Layer)new Dense(units, activation, useBias),
        OtherLayer,
        Gen.Constant<Layer>(new Flatten()));

    private static Gen<Layer> OtherLayer => Gen.OneOf(
        Gen.Constant<Layer>(new Dropout(0.5)), Activations.Select(activation => (Layer)new ActivationLayer(activation)));

    private static Gen<Padding> Paddings(Gen<int> sides) => Gen.OneOf(
        Gen.Elements(Padding.Same, Padding.Valid),
        sides.Four().Select(sides => Padding.Explicit(sides.Item1, sides.Item2, sides.Item3, sides.Item4)));

    private static Gen<Layer[]> Some(Gen<Layer> layer, int most) => Gen.Choose(0, most).SelectMany(count => Gen.ArrayOf(layer, count));

    private static bool TellsApart(ExportCase network)
    {
        if (network.Build() is not { } model)
            return false;
        Tensor<float> inputs = new(model.InputShape.Batch(ClassifiedInputs), network.Inputs(ClassifiedInputs));
        float[][] rows = [.. model.Predict(inputs, threads: 1).AsSpan().ToArray().Chunk(model.OutputShape.Elements)];
        return rows.Count(row => Rows.IsDecided(row, 2e-5)) >= 0.99 * rows.Length && rows.DistinctBy(row => Rows.Winner(row)).Count() > 1;
    }

    private static IEnumerable<ExportCase> Shrink(ExportCase network) =>
        Enumerable.Range(0, network.Layers.Length)
            .Select(i => network with { Layers = [.. network.Layers[..i], .. network.Layers[(i + 1)..]] })
            .Where(smaller => smaller.Layers.Length > 0)
            .Concat(Enumerable.Range(0, network.InputShape.Rank).SelectMany(axis => ShrinkAxis(network, axis)))
            .Where(smaller => smaller.Build() is not null);

    private static IEnumerable<ExportCase> ShrinkAxis(ExportCase network, int axis)
    {
        int[] axes = network.InputShape.Axes.ToArray();
        for (int length = 1; length < network.InputShape[axis]; length++)
        {
            axes[axis] = length;
            yield return network with { InputShape = new Shape(axes) };
        }
    }
}
