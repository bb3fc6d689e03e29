using System.Numerics;
using System.Numerics.Tensors;
using NanoConv.Data;
using NanoConv.Layers;
using NanoConv.Layers.Activations;
using NanoConv.Losses;
using NanoConv.Tensors;

namespace NanoConv.Graphs;

/// <summary>
/// One worker's buffers, as <see cref="BufferPlan"/> places them: the activations of a few examples (a shard) from the input to the
/// output, and in the backward pass a few gradients. They stay in the core's own cache while the shard passes through all layers.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class Workspace<T> : ILayerBuffers<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly CompiledGraph<T> graph;
    private readonly BufferPlan plan;
    private readonly AlignedArray<T>[] slots;
    private readonly AlignedArray<T>[] shared;
    private readonly AlignedArray<T>[] gradients;
    private readonly T[] target;
    private readonly int[] examples;
    private readonly T[] weights;
    private readonly BatchBuffers<T>? batch;
    private bool[] wanted = [];

    /// <summary>Makes the buffers for a network as it is written.</summary>
    /// <param name="model">The model.</param>
    /// <param name="capacity">Examples that fit in.</param>
    /// <param name="training">Whether there is a backward pass.</param>
    public Workspace(Model<T> model, int capacity, bool training)
        : this(
            model.Graph,
            capacity,
            training ? model.TrainingPlan : BufferPlan.ForPrediction(model.Graph, []),
            training ? new BatchBuffers<T>(model, capacity) : null,
            training ? new BatchStatistics<T>(model.Layers, shards: 1) : null)
    {
    }

    /// <summary>Makes a plan's buffers; those of training share what lean layers keep, and a batch's statistics, with other workers.</summary>
    public Workspace(
        CompiledGraph<T> graph, int capacity, BufferPlan plan, BatchBuffers<T>? batch = null, BatchStatistics<T>? statistics = null)
    {
        (this.graph, this.plan, this.batch, Capacity) = (graph, plan, batch, capacity);
        shared = [.. Enumerable.Range(0, graph.Layers.Count + 1).Select(value => batch?.Activation(value) ?? default)];
        HashSet<int> elsewhere = batch is null ? [] : [.. BufferCount.SharedSlots(graph, plan)];
        slots = [.. plan.Slots.Select((slot, index) => new AlignedArray<T>(elsewhere.Contains(index) ? 0 : slot.Length(capacity)))];
        gradients = [.. plan.GradientSlots.Select(slot => new AlignedArray<T>(slot.Length(capacity)))];
        int scored = graph.Topology.Outputs.Length == 1 ? capacity : 0;
        (target, weights, examples) = (new T[scored * OutputElements], new T[scored], new int[capacity]);
        Scratch = new(graph.Layers.Max(layer => layer.ScratchElements));
        Statistics = statistics;
        Passes = [.. graph.Layers.Select((_, index) => new LayerPass<T>(this, graph.Layers[index], index, graph.Origin(index).Place))];
    }

    /// <summary>Examples that fit in.</summary>
    public int Capacity { get; }

    /// <summary>Whether there is a backward pass.</summary>
    public bool IsForTraining => batch is not null;

    /// <inheritdoc/>
    public AlignedArray<T> Scratch { get; }

    /// <summary>What layers sum up over whole batches; of this workspace's examples alone, unless it is given others' too.</summary>
    public BatchStatistics<T>? Statistics { get; }

    /// <summary>Each layer's state.</summary>
    public LayerPass<T>[] Passes { get; }

    /// <summary>Copies inputs in, which lie one after another.</summary>
    public void Load(ReadOnlySpan<T> inputs, int count)
    {
        foreach (LayerPass<T> pass in Passes)
            pass.Count = count;
        for (int i = 0; i < count; i++)
            examples[i] = i;
        inputs.CopyTo(Activation(0));
    }

    /// <summary>Copies examples in: input <c>order[first + i]</c>, or first + i without an order.</summary>
    public void Load(IInputs<T> inputs, ReadOnlySpan<int> order, int first, int count)
    {
        foreach (LayerPass<T> pass in Passes)
            pass.Count = count;
        int length = graph.InputShape.Elements;
        for (int i = 0; i < count; i++)
        {
            examples[i] = order.IsEmpty ? first + i : order[first + i];
            inputs.CopyInput(examples[i], Activation(0).Slice(i * length, length));
        }
    }

    /// <summary>Copies the targets and the weights of the examples that <see cref="Load(IInputs{T}, ReadOnlySpan{int}, int, int)"/> was given.</summary>
    public void LoadTargets(IDataset<T> data, ReadOnlySpan<int> order, int first, int count)
    {
        int classes = OutputElements;
        for (int i = 0; i < count; i++)
        {
            int example = order.IsEmpty ? first + i : order[first + i];
            data.CopyTarget(example, target.AsSpan(i * classes, classes));
            weights[i] = data.Weight(example);
        }
    }

    /// <summary>Fills activations but for their halos, gradients and scratch: with NaN, to show that every pass overwrites what it should.</summary>
    public void Fill(T value)
    {
        foreach (AlignedArray<T> buffer in (AlignedArray<T>[])[.. gradients, Scratch])
            buffer.Span.Fill(value);
        for (int index = 0; index <= graph.Layers.Count; index++)
        {
            Span<T> memory = Memory(index);
            if (graph.ViewOf(index) is not { } view)
            {
                memory.Fill(value);
                continue;
            }

            Shape shape = graph.ActivationShape(index);
            for (int row = 0; row < Capacity * shape[0]; row++)
                memory.Slice(view.AtRow(row, shape[0]), shape[1] * shape[2]).Fill(value);
        }
    }

    /// <summary>Gradients are added as a plan places them in a lane; those of lean kernels not at all.</summary>
    public void UseLanes(GradientPlan<T> plan)
    {
        foreach (LayerPass<T> pass in Passes)
            pass.UseLanes(plan.Places);
    }

    /// <summary>Where among the examples of shared buffers the next ones belong that are loaded.</summary>
    public void MoveTo(int place)
    {
        foreach (LayerPass<T> pass in Passes)
            pass.Place = place;
    }

    /// <summary>Sets what all layers are to know of this pass.</summary>
    public void Configure(bool training, bool wantsLogits, int seed, int step, int firstExample, int epoch = 1)
    {
        foreach (LayerPass<T> pass in Passes)
        {
            (pass.Training, pass.Seed, pass.Step, pass.Epoch, pass.FirstExample) = (training, seed, step, epoch, firstExample);
            pass.WantsLogits = wantsLogits && pass.Index == graph.Topology.Outputs[0] - 1;
        }
    }

    /// <summary>
    /// The network's input (0) or the output of layer index − 1, for the loaded examples; with the halo in which the next layers may want
    /// it. In prediction only as long as its readers need it.
    /// </summary>
    public Span<T> Activation(int index)
    {
        int elements = graph.ActivationElements(index);
        return Memory(index).Span.Slice(shared[index].Length > 0 ? Passes[0].Place * elements : 0, Passes[0].Count * elements);
    }

    /// <summary>The network's output, its first one if there are several.</summary>
    public Span<T> Output => Activation(graph.Topology.Outputs[0]);

    /// <summary>Copies a value without its halo: [count, its shape].</summary>
    public void CopySideBySide(int index, Span<T> destination)
    {
        Span<T> memory = Activation(index);
        if (graph.ViewOf(index) is not { } view)
        {
            memory.CopyTo(destination);
            return;
        }

        Shape shape = graph.ActivationShape(index);
        int length = shape[1] * shape[2];
        for (int row = 0; row < Passes[0].Count * shape[0]; row++)
            memory.Slice(view.AtRow(row, shape[0]), length).CopyTo(destination.Slice(row * length, length));
    }

    /// <summary>What a layer reads.</summary>
    public ReadOnlySpan<T> Input(int layer, int input) => Activation(graph.Topology.Inputs(layer)[input]);

    /// <summary>In the backward pass: where a layer writes the gradient of an input; empty where that is not wanted.</summary>
    public Span<T> InputGradient(int layer, int input)
    {
        int value = graph.Topology.Inputs(layer)[input];
        return wanted[value] ? GradientIn(plan.InputGradient(layer, input).Slot, value) : [];
    }

    /// <inheritdoc/>
    public (AlignedArray<T> Memory, bool IsShared) Kept(int layer, int place)
    {
        AlignedArray<T> ofBatch = batch?.Kept(graph.Layers[layer], layer, place) ?? default;
        return ofBatch.Length > 0 ? (ofBatch, true) : (plan.Kept(layer, place) is >= 0 and int slot ? slots[slot] : default, false);
    }

    /// <inheritdoc/>
    public PixelView?[] InputViews(int layer) => [.. graph.Topology.Inputs(layer).ToArray().Select(graph.ViewOf)];

    /// <inheritdoc/>
    public int Example(int index) => examples[index];

    /// <inheritdoc/>
    public PixelView? OutputView(int layer) => graph.ViewOf(layer + 1);

    /// <inheritdoc/>
    ReadOnlySpan<T> ILayerBuffers<T>.Statistics(int layer) => Statistics is { } of ? of.Forward(layer) : [];

    /// <inheritdoc/>
    ReadOnlySpan<T> ILayerBuffers<T>.BackwardStatistics(int layer) => Statistics is { } of ? of.Backward(layer) : [];

    /// <summary>Carries the examples through all layers, or from layer <paramref name="first"/> on; returns the output.</summary>
    public Span<T> Forward(int first = 0)
    {
        for (int index = first; index < Passes.Length; index++)
        {
            if (HasStatistics(index))
            {
                GatherForward(index, shard: 0);
                Statistics!.CombineForward(index, shards: 1);
            }

            Forward(Passes[index]);
        }

        return Output;
    }

    /// <summary>Carries the examples through some layers, the first of which has its batch's statistics.</summary>
    public void Forward(int first, int end)
    {
        for (int index = first; index < end; index++)
            Forward(Passes[index]);
    }

    /// <summary>Leaves these examples' share of what a layer needs of the whole batch.</summary>
    public void GatherForward(int layer, int shard) =>
        graph.Layers[layer].GatherForward(Passes[layer], Input(layer, 0), Statistics!.ForwardShare(layer, shard));

    /// <summary>The same in the backward pass, where the layer's weights also get their gradients.</summary>
    public void GatherBackward(int layer, int shard, T[] sum)
    {
        Passes[layer].Gradients = sum;
        graph.Layers[layer].GatherBackward(
            Passes[layer], Input(layer, 0), Activation(layer + 1), GradientIn(plan.Gradient(layer + 1), layer + 1), Statistics!.BackwardShare(layer, shard));
    }

    /// <summary>Carries the examples on until something is not finite: returns 0 for the input, i for layer i − 1; null if all is.</summary>
    public int? ForwardToNonFinite()
    {
        for (int index = 0; index <= Passes.Length; index++)
        {
            if (index > 0)
                Forward(index - 1, index);
            foreach (T value in Activation(index))
            {
                if (!T.IsFinite(value))
                    return index;
            }
        }

        return null;
    }

    /// <summary>
    /// After <see cref="Forward(int)"/>: each example's loss, its class and what it was taken for, and the output's gradient.
    /// </summary>
    /// <param name="loss">The loss.</param>
    /// <param name="scale">What the loss of an example of weight 1 counts.</param>
    /// <param name="scores">Overwritten: one for each example.</param>
    /// <param name="classWeights">Weights by class, instead of the examples' own; empty for these.</param>
    public void Score(Loss loss, T scale, Span<ExampleScore> scores, ReadOnlySpan<T> classWeights = default)
    {
        int classes = OutputElements;
        Answers answers = new(loss, classes);
        Span<T> output = Output, gradient = OutputGradient;
        for (int i = 0; i < scores.Length; i++)
        {
            ReadOnlySpan<T> row = output.Slice(i * classes, classes), wanted = target.AsSpan(i * classes, classes);
            T weight = classWeights.IsEmpty ? weights[i] : classWeights[answers.ClassOf(wanted)];
            T value = loss.Evaluate(gradient.Slice(i * classes, classes), row, wanted, scale * weight);
            scores[i] = answers.Score(double.CreateTruncating(value * weight), wanted, row);
        }
    }

    /// <summary>
    /// Carries gradients back through some layers, the last of which is the first to be passed; parameters' gradients are added to
    /// <paramref name="sum"/>, those of lean kernels are not. Layers that no wanted gradient passes are left out.
    /// </summary>
    /// <param name="sum">Accumulated into, as lanes have it.</param>
    /// <param name="wantedValues">Of each value, whether its gradient is wanted.</param>
    /// <param name="first">The layer that is passed last.</param>
    /// <param name="end">Behind the layer that is passed first.</param>
    public void Backward(T[] sum, bool[] wantedValues, int first, int end)
    {
        wanted = wantedValues;
        for (int index = end - 1; index >= first; index--)
        {
            if (wanted[index + 1])
                Backward(index, sum);
        }
    }

    /// <summary>Carries any gradient of the output back through all layers; all parameters' gradients are added to <paramref name="sum"/>.</summary>
    /// <returns>The gradient of the input; empty if it was not needed.</returns>
    public Span<T> Backward(ReadOnlySpan<T> outputGradient, T[] sum, bool needsInputGradient)
    {
        outputGradient.CopyTo(OutputGradient);
        wanted = new bool[Passes.Length + 1];
        Array.Fill(wanted, true);
        wanted[0] = needsInputGradient;
        for (int index = Passes.Length - 1; index >= 0; index--)
        {
            if (HasStatistics(index))
            {
                GatherBackward(index, shard: 0, sum);
                Statistics!.CombineBackward(index, shards: 1);
            }

            Backward(index, sum);
            if (graph.Layers[index].IsLean)
                batch!.AddKernelGradient(graph.Layers[index], index, Passes[index].Count, rows: null, Passes[index].Gradient(0));
        }

        return needsInputGradient ? GradientIn(plan.Gradient(0), 0) : [];
    }

    private int OutputElements => graph.ActivationShape(graph.Topology.Outputs[0]).Elements;

    private Span<T> OutputGradient => GradientIn(plan.Gradient(graph.Topology.Outputs[0]), graph.Topology.Outputs[0]);

    private bool HasStatistics(int layer) => Passes[layer].Training && Statistics is { } statistics && statistics.Has(layer);

    private void Backward(int index, T[] sum)
    {
        LayerPass<T> pass = Passes[index];
        pass.Gradients = sum;
        Span<T> dy = GradientIn(plan.Gradient(index + 1), index + 1);
        graph.Layers[index].Backward(pass, pass.Input(0), Activation(index + 1), dy, pass.InputGradient(0));
        AddToEarlierReaders(index);
    }

    // Where a layer is not the first in the backward pass that reads a value, its gradient is one of several that are summed.
    private void AddToEarlierReaders(int layer)
    {
        ReadOnlySpan<int> inputs = graph.Topology.Inputs(layer);
        for (int i = 0; i < inputs.Length; i++)
        {
            (int slot, bool isFirst) = plan.InputGradient(layer, i);
            if (isFirst || !wanted[inputs[i]])
                continue;
            Span<T> sum = GradientIn(plan.Gradient(inputs[i]), inputs[i]);
            TensorPrimitives.Add(sum, GradientIn(slot, inputs[i]), sum);
        }
    }

    private void Forward(LayerPass<T> pass) => graph.Layers[pass.Index].Forward(pass, pass.Input(0), Activation(pass.Index + 1));

    private AlignedArray<T> Memory(int value) => shared[value].Length > 0 ? shared[value] : slots[plan.Value(value)];

    private Span<T> GradientIn(int slot, int value) => gradients[slot].Span.Slice(0, Passes[0].Count * graph.ActivationShape(value).Elements);
}
