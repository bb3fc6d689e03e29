using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Onnx.Tests;

/// <summary>The networks that exports are tried on, and how they shrink: towards few layers and small pictures.</summary>
internal static class Generators
{
    /// <summary>Inputs that <see cref="Classifiers"/> are tried on.</summary>
    public const int ClassifiedInputs = 1000;

    /// <summary>
    /// Up to five layers on pictures, which may be all; else Flatten and up to three layers behind it, dense or not.
    /// </summary>
    public static Arbitrary<ExportCase> PictureNetworks { get; } = Arb.From(
        from size in Gen.Choose(1, 9).Two()
        from channels in Gen.Choose(1, 5)
        from body in Some(BodyLayer, 5)
        from tail in Gen.OneOf(Gen.Constant<Layer[]>([]), Some(TailLayer, 3).Select(layers => (Layer[])[new Flatten(), .. layers]))
        from layout in Gen.Elements(PictureLayout.Nhwc, PictureLayout.Nchw)
        from seed in Seeds
        let network = new ExportCase((size.Item1, size.Item2, channels), [.. body, .. tail], layout, seed)
        where network.Layers.Length > 0 && network.Build() is not null
        select network,
        Shrink);

    /// <summary>Up to four layers on numbers in a row.</summary>
    public static Arbitrary<ExportCase> FlatNetworks { get; } = Arb.From(
        from inputs in Gen.Choose(1, 20)
        from layers in Some(TailLayer, 4)
        from seed in Seeds
        where layers.Length > 0
        select new ExportCase(inputs, layers, PictureLayout.Nhwc, seed),
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
        from layout in Gen.Elements(PictureLayout.Nhwc, PictureLayout.Nchw)
        from seed in Seeds
        let network = new ExportCase(
            (size.Item1, size.Item2, channels), [.. body, new Flatten(), new Dense(classes, Activation.Softmax)], layout, seed)
        where TellsApart(network)
        select network);

    private static Gen<int> Seeds => Gen.Choose(0, 1_000_000);

    private static Gen<Activation> Activations => Gen.Elements(Activation.Linear, Activation.ReLU, Activation.Softmax);

    private static Gen<Layer> BodyLayer => Gen.OneOf<Layer>(
        from filters in Gen.Choose(1, 6)
        from kernel in Gen.Choose(1, 5).Two()
        from strides in Gen.Choose(1, 4).Two()
        from padding in Paddings(Gen.Choose(0, 3))
        from activation in Activations
        from useBias in Gen.Elements(true, true, false)
        select (Layer)new Conv2D(filters, kernel, padding, (Size2D)strides, activation, useBias),
        from size in Gen.Choose(1, 4).Two()
        from strides in Gen.Choose(1, 4).Two()
        from padding in Paddings(Gen.Choose(0, 3))
        where padding.IsSame
            || (Math.Max(padding.Top, padding.Bottom) < size.Item1 && Math.Max(padding.Left, padding.Right) < size.Item2)
        select (Layer)new MaxPooling2D(size, (Size2D)strides, padding),
        OtherLayer);

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
