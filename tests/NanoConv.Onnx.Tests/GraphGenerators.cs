using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Onnx.Tests;

/// <summary>The networks with branches that exports are tried on.</summary>
internal static class GraphGenerators
{
    /// <summary>
    /// Up to twelve layers on pictures, with one output to three: a third of the layers join two nodes or three, one node with itself too;
    /// pictures and flattened ones, normalised or not.
    /// </summary>
    public static Arbitrary<GraphExportCase> Graphs { get; } = Arb.From(Case(12, outputs: 2), Shrink);

    /// <summary>Smaller ones, with one output.</summary>
    public static Arbitrary<GraphExportCase> GraphsWithOneOutput { get; } = Arb.From(Case(8, outputs: 0), Shrink);

    private static Gen<GraphExportStep> Step => Gen.OneOf(
        from layer in Layer
        from place in Gen.Choose(0, 20)
        select new GraphExportStep(layer, [place]),
        from layer in Layer
        select new GraphExportStep(layer, [20]), // modulo the nodes: often an early one, so that values have many readers
        from layer in Gen.Elements<Layer>(new Add(), new Multiply(), new Concatenate(), new Concatenate())
        from count in Gen.Choose(2, 3)
        from places in Gen.ArrayOf(Gen.Choose(0, 20), count)
        select new GraphExportStep(layer, places));

    private static Gen<Layer> Layer => Gen.OneOf<Layer>(
        from filters in Gen.Elements(1, 2, 2, 3)
        from kernel in Gen.Elements(1, 3)
        from stride in Gen.Elements(1, 1, 1, 2)
        from activation in Gen.Elements(Activation.Linear, Activation.ReLU, Activation.Softmax)
        select (Layer)new Conv2D(filters, kernel, stride, Padding.Same, activation),
        from scale in Gen.Elements(true, true, false)
        from center in Gen.Elements(true, true, false)
        from epsilon in Gen.Elements(0.1, 1e-3)
        select (Layer)new BatchNormalization(0.9, epsilon, center, scale),
        from units in Gen.Elements(1, 2, 2, 3)
        from activation in Gen.Elements(Activation.Linear, Activation.ReLU, Activation.Softmax)
        select (Layer)new Dense(units, activation),
        Gen.Elements<Layer>(
            new LayerNormalization(epsilon: 0.1), new GroupNormalization(-1, 0.1), new GroupNormalization(1, 0.1), new Rescaling(2, -0.5),
            new Normalization(mean: [0.25], variance: [2]), new Normalization([], [0.25], [2], invert: true)),
        Gen.Elements<Layer>(new Flatten(), new Flatten(), new MaxPooling2D(2, 1, Padding.Same), new Dropout(0.3)),
        Gen.Elements<Layer>(new PReLU(), new ActivationLayer(Activation.ReLU), new ActivationLayer(Activation.Softmax), new ActivationLayer(Activation.Tanh)));

    private static Gen<GraphExportCase> Case(int most, int outputs) =>
        from size in Gen.Choose(1, 5).Two()
        from channels in Gen.Choose(1, 3)
        from steps in Gen.Choose(1, most).SelectMany(count => Gen.ArrayOf(Step, count))
        from ends in Gen.Choose(0, outputs).SelectMany(count => Gen.ArrayOf(Gen.Choose(0, 20), count))
        from layout in Gen.Elements(OnnxLayout.Nhwc, OnnxLayout.Nchw)
        from seed in Gen.Choose(0, 1_000_000)
        let graph = new GraphExportCase((size.Item1, size.Item2, channels), steps, ends, layout, seed)
        where IsSmall(graph)
        select graph;

    // Joins of joins grow.
    private static bool IsSmall(GraphExportCase graph) =>
        graph.Network()?.Build<float>() is { } model && model.Layers.Sum(layer => (long)layer.OutputShape.Elements) < 5000;

    private static IEnumerable<GraphExportCase> Shrink(GraphExportCase graph) =>
        Enumerable.Range(0, graph.Steps.Length).Select(i => graph with { Steps = [.. graph.Steps[..i], .. graph.Steps[(i + 1)..]] })
            .Concat(Enumerable.Range(0, graph.Outputs.Length).Select(i => graph with { Outputs = [.. graph.Outputs[..i], .. graph.Outputs[(i + 1)..]] }))
            .Where(IsSmall);
}
