using System.Numerics;
using NanoConv.Layers;
using NanoConv.Layers.Activations;
using NanoConv.Tensors;

namespace NanoConv.Graphs;

/// <summary>
/// Makes of a network as it is written the one that predicts: the same function, up to rounding, in fewer steps. A layer that changes nothing
/// is left out; a batch normalisation becomes part of the weights before it; an addition or an activation is done in place, right behind the
/// layer whose output it takes.
/// </summary>
/// <remarks>
/// A layer is merged into the step before it only if nothing else reads what that step makes, and it is no output: it is then nowhere to be
/// found. Of the steps that an addition takes, the last one adds the others, which are there by then. The layers are passed once, in their
/// order, so that a chain of them grows from its head.
/// </remarks>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class PredictionCompiler<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly CompiledGraph<T> written;
    private readonly int[] sources;
    private readonly int[] reads;
    private readonly Dictionary<int, Step> makers = [];
    private readonly List<Step> steps = [];

    private PredictionCompiler(CompiledGraph<T> written)
    {
        this.written = written;
        (sources, reads) = (new int[written.Layers.Count + 1], new int[written.Layers.Count + 1]);
        FindSources();
        CountReads();
    }

    /// <summary>Compiles a network for prediction.</summary>
    public static CompiledGraph<T> Compile(CompiledGraph<T> written)
    {
        PredictionCompiler<T> compiler = new(written);
        for (int layer = 0; layer < written.Layers.Count; layer++)
        {
            if (compiler.sources[layer + 1] == layer + 1)
                compiler.Take(layer);
        }

        return compiler.Finish();
    }

    // The value that stands for each: of layers that are left out, their input. What is loaded from outside or is an output already
    // is not made an output, so that each has a step of its own.
    private void FindSources()
    {
        HashSet<int> outputs = [];
        for (int layer = 0; layer < written.Layers.Count; layer++)
        {
            int value = layer + 1, source = sources[written.Topology.Inputs(layer)[0]];
            bool isOutput = written.Topology.IsOutput(value);
            bool isLeftOut = written.Layers[layer].IsIdentity && !(isOutput && (source == 0 || outputs.Contains(source)));
            sources[value] = isLeftOut ? source : value;
            if (isOutput)
                outputs.Add(sources[value]);
        }
    }

    // How often a value is read, by layers or from outside.
    private void CountReads()
    {
        for (int layer = 0; layer < written.Layers.Count; layer++)
        {
            if (sources[layer + 1] != layer + 1)
                continue;
            foreach (int value in written.Topology.Inputs(layer))
                reads[sources[value]]++;
        }

        foreach (int output in written.Topology.Outputs)
            reads[sources[output]]++;
    }

    private void Take(int layer)
    {
        BuiltLayer<T> built = written.Layers[layer];
        int[] inputs = [.. written.Topology.Inputs(layer).ToArray().Select(value => sources[value])];
        string? whyNot = null;
        Step? step = built switch
        {
            { ScaleAndShift: not null } => FindProduct(built, inputs[0], out whyNot),
            { Specification: ActivationLayer } => FindFused(inputs, step => !IsOverAnotherAxis(built, step)),
            { Specification: Add } => FindFused(inputs, step => Array.TrueForAll(inputs, value => ShapeOf(value) == step.Layer.OutputShape)),
            _ => null,
        };
        if (step is null)
        {
            steps.Add(step = new Step(built, layer, inputs) { Remark = whyNot });
        }
        else
        {
            makers.Remove(step.Value);
            step.Merge(built, layer, inputs);
        }

        makers[step.Value] = step;
    }

    // The last of the steps that make a layer's inputs, if the layer alone reads it.
    private Step? FindFused(int[] inputs, Predicate<Step> isFit)
    {
        Step? last = null;
        foreach (int value in inputs)
        {
            if (reads[value] == 1 && makers.GetValueOrDefault(value) is { Layer.TakesPostOperations: true } step && isFit(step)
                && !(last?.Position > step.Position))
                last = step;
        }

        return last;
    }

    // The step whose weights a layer that scales and shifts can be a part of; or why there is a product before it, and yet none.
    private Step? FindProduct(BuiltLayer<T> built, int value, out string? whyNot)
    {
        whyNot = null;
        if (makers.GetValueOrDefault(value) is not { Layer.ProductActivation: { } activation } step)
            return null;
        string name = step.Layer.Name;
        whyNot = reads[value] > 1 ? $"not folded, as others read {name} too"
            : activation != Activation.Linear || step.Operations.Count > 0 ? $"not folded, as {name} does more than a product"
            : step.Layer.OutputShape[^1] != built.InputShape[^1] ? $"not folded, as {name} has another last axis"
            : null;
        return whyNot is null ? step : null;
    }

    // As it lies in memory: Flatten or Reshape, which are left out, may have given it another one, and pictures in halos are added row by row.
    private Shape ShapeOf(int value) => makers.TryGetValue(value, out Step? maker) ? maker.Layer.OutputShape : written.ActivationShape(value);

    // Softmax over other numbers, behind a Flatten or Reshape that is left out.
    private static bool IsOverAnotherAxis(BuiltLayer<T> built, Step step) =>
        ((ActivationLayer)built.Specification).Activation.IsOverLastAxis && built.InputShape[^1] != step.Layer.OutputShape[^1];

    private CompiledGraph<T> Finish()
    {
        steps.Sort((one, other) => one.Position.CompareTo(other.Position));
        Dictionary<int, int> numbers = new() { [0] = 0 };
        for (int i = 0; i < steps.Count; i++)
            numbers[steps[i].Value] = i + 1;
        Topology topology = new(
            [.. steps.Select(step => (int[])[.. step.Inputs.Select(value => numbers[value])])],
            [.. written.Topology.Outputs.ToArray().Select(value => numbers[sources[value]])]);
        return new CompiledGraph<T>(written.InputShape, [.. steps.Select(step => step.Build())], topology, steps.Select(step => step.Origin))
        {
            LeftOut = [.. written.Layers.Where((_, layer) => sources[layer + 1] != layer + 1).Select(layer => layer.Name)],
        };
    }

    /// <summary>A layer and those that are merged into it.</summary>
    private sealed class Step
    {
        private readonly int place;
        private readonly List<BuiltLayer<T>> folded = [], fused = [];

        public Step(BuiltLayer<T> layer, int place, int[] inputs) =>
            (Layer, this.place, Position, Value, Inputs) = (layer, place, place, place + 1, [.. inputs]);

        /// <summary>The first layer.</summary>
        public BuiltLayer<T> Layer { get; }

        /// <summary>Why it is not merged into another one.</summary>
        public string? Remark { get; init; }

        public StepOrigin Origin => new(place, [.. folded.Select(layer => layer.Name)], [.. fused.Select(layer => layer.Name)], Remark);

        /// <summary>What it reads: values as they are written.</summary>
        public List<int> Inputs { get; }

        /// <summary>What is done in place behind the first layer.</summary>
        public List<PostOperation> Operations { get; } = [];

        /// <summary>The written value that it makes.</summary>
        public int Value { get; private set; }

        /// <summary>Its place among the steps: behind all that it reads.</summary>
        public int Position { get; private set; }

        public void Merge(BuiltLayer<T> merged, int layer, int[] inputs)
        {
            (merged.ScaleAndShift is null ? fused : folded).Add(merged);
            if (merged.Specification is ActivationLayer activation)
            {
                Operations.Add(new PostOperation(activation.Activation));
            }
            else if (merged.Specification is Add)
            {
                int[] others = [.. inputs.Where(value => value != Value)];
                Inputs.AddRange(others);
                Operations.AddRange(others.Select(_ => PostOperation.Addition));
                Position = layer;
            }

            Value = layer + 1;
        }

        public BuiltLayer<T> Build()
        {
            if (folded.Count == 0 && Operations.Count == 0)
                return Layer;
            if (Layer.ProductActivation is not { } own)
                return new FusedLayer<T>(Layer, Operations);
            List<PostOperation> following = [.. own == Activation.Linear ? (PostOperation[])[] : [new(own)], .. Operations];
            Activation inProduct = following is [{ Activation: { IsFused: true } first }, ..] ? first : Activation.Linear;
            if (inProduct != Activation.Linear)
                following.RemoveAt(0);
            BuiltLayer<T> product = Layer.ForPrediction(inProduct, folded.Count == 0 ? null : new WeightFold<T>(folded));
            return following.Count == 0 ? product : new FusedLayer<T>(product, following);
        }
    }
}
