using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests;

/// <summary>Networks that branch and join.</summary>
internal static partial class Generators
{
    /// <summary>
    /// Graphs of 1–8 layers on small pictures, a third of them joining, with at most 500 parameters: small enough to move each of them.
    /// Sums, products and concatenations of two or three nodes, of one node with itself too; values with many readers.
    /// </summary>
    public static Arbitrary<GraphCase> SmallGraphs { get; } = Arb.From(
        from shape in Gen.Choose(2, 6).Three()
        from steps in Gen.Choose(1, 8).SelectMany(count => Gen.ArrayOf(GraphStep, count))
        from classes in Gen.Choose(2, 4)
        from end in Gen.Elements(Activation.Softmax, Activation.Softmax, Activation.Linear)
        from seed in Seeds
        let graph = new GraphCase((shape.Item1, shape.Item2, (shape.Item3 + 1) / 2), steps, new Dense(classes, end), seed)
        where IsSmall(graph)
        select graph,
        Shrink);

    /// <summary>Small graphs that end in softmax, for training.</summary>
    public static Arbitrary<GraphCase> GraphClassifiers { get; } = SmallGraphs.Filter(graph => graph.End.Activation == Activation.Softmax);

    private static Gen<GraphStep> GraphStep => Gen.OneOf(
        from layer in GraphLayer
        from place in Gen.Choose(0, 20)
        select new GraphStep(layer, [place]),
        from layer in GraphLayer
        select new GraphStep(layer, [20]), // 20 modulo the nodes: often an early one, so that values have many readers
        from layer in Gen.Elements<Layer>(new Add(), new Add(), new Multiply(), new Concatenate())
        from count in Gen.Choose(2, 3)
        from places in Gen.ArrayOf(Gen.Choose(0, 20), count)
        select new GraphStep(layer, places));

    private static Gen<Layer> GraphLayer => Gen.OneOf<Layer>(
        from filters in Gen.Choose(1, 4)
        from kernel in Gen.Choose(1, 3).Two()
        from stride in Gen.Elements(1, 1, 1, 2)
        from activation in Gen.Elements(Activation.Linear, Activation.ReLU, Activation.ReLU, Activation.Softmax)
        from useBias in Gen.Elements(true, true, false)
        select (Layer)new Conv2D(filters, kernel, stride, Padding.Same, activation, useBias, kernelRegularizer: new L2(0.01)),
        from filters in Gen.Elements(1, 2, 2) // whose shapes are often equal
        select (Layer)new Conv2D(filters, 3, padding: Padding.Same, activation: Activation.ReLU),
        from scale in Gen.Elements(true, true, false)
        from center in Gen.Elements(true, true, false)
        select (Layer)new BatchNormalization(0.9, 0.1, center, scale, gammaRegularizer: new L2(0.01)),
        Gen.Elements<Layer>(new PReLU(alphaRegularizer: new L2(0.01), sharedAxes: [1, 2]), new PReLU(sharedAxes: [1, 2, 3])),
        Gen.Elements<Layer>(
            new LayerNormalization(epsilon: 0.1), new LayerNormalization([-2, -1], 0.1), new GroupNormalization(-1, 0.1), new GroupNormalization(1, 0.1),
            new SpatialDropout2D(0.3), new GaussianNoise(0.1), new Rescaling(2, -0.5), new Normalization(mean: [0.25], variance: [2])),
        Gen.Elements<Layer>(
            new MaxPooling2D(2, 1, Padding.Same), new GlobalAveragePooling2D(keepDims: true), new Dropout(0.3), new ActivationLayer(Activation.ReLU),
            new AveragePooling2D(2, 1, Padding.Same), new GlobalMaxPooling2D(keepDims: true),
            new ZeroPadding2D((1, 0)), new UpSampling2D((1, 2), Interpolation.Bilinear)));

    private static bool IsSmall(GraphCase graph) =>
        graph.Network().Build<double>() is { ParameterCount: <= MostParameters, ForwardFlops: <= 20_000 } model
        && model.Layers.Sum(layer => (long)layer.OutputShape.Elements) < 3000;

    private static IEnumerable<GraphCase> Shrink(GraphCase graph) =>
        Enumerable.Range(0, graph.Steps.Length).Where(_ => graph.Steps.Length > 1).Select(i => graph with { Steps = Without(graph.Steps, i) })
            .Concat(Towards(graph.InputShape[0], 1).Select(less => graph with { InputShape = (less, graph.InputShape[1], graph.InputShape[2]) }))
            .Concat(Towards(graph.InputShape[1], 1).Select(less => graph with { InputShape = (graph.InputShape[0], less, graph.InputShape[2]) }))
            .Where(IsSmall);
}
