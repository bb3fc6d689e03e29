using System.Numerics;
using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Graphs;

/// <summary>
/// Which memory each value of a network, each thing that a layer keeps and each gradient takes in a worker's buffers. In training all
/// values last for the backward pass. In prediction a value's memory is free again behind its last reader, so that a deep network takes no
/// more than a shallow one.
/// </summary>
/// <remarks>
/// A value lies in a halo of zeros where its readers want it so and its maker can write there. The zeros must last: such memory is
/// taken again only by what lies in the same halo. Slots are given out in the order of the layers, the first that is free, so that a plan
/// follows from the network alone.
/// </remarks>
internal sealed class BufferPlan
{
    private readonly List<Slot> slots = [];
    private readonly List<Slot> gradientSlots = [];
    private readonly int[] values;
    private readonly int[][] kept;
    private readonly int[] gradients;
    private readonly int[][] inputGradients;
    private readonly bool[][] isFirst;

    private BufferPlan(int layers)
    {
        (values, gradients) = (new int[layers + 1], new int[layers + 1]);
        (kept, inputGradients, isFirst) = (new int[layers][], new int[layers][], new bool[layers][]);
    }

    /// <summary>Memory for values and for what layers keep.</summary>
    public IReadOnlyList<Slot> Slots => slots;

    /// <summary>Memory for gradients of values.</summary>
    public IReadOnlyList<Slot> GradientSlots => gradientSlots;

    /// <summary>Whether values stay until the next pass.</summary>
    public bool KeepsValues { get; private init; }

    /// <summary>The slot of a value.</summary>
    public int Value(int value) => values[value];

    /// <summary>The slot of what a layer keeps; −1 where it needs none.</summary>
    public int Kept(int layer, int place) => kept[layer][place];

    /// <summary>The slot of a value's gradient.</summary>
    public int Gradient(int value) => gradients[value];

    /// <summary>
    /// The slot in which a layer writes the gradient of an input, and whether it is that of the value, as the layer is the first in the
    /// backward pass that reads it; else it is to be added there.
    /// </summary>
    public (int Slot, bool IsFirst) InputGradient(int layer, int input) => (inputGradients[layer][input], isFirst[layer][input]);

    /// <summary>For training: a slot each, and gradients that last from the first layer that writes them to the value's maker.</summary>
    public static BufferPlan ForTraining<T>(CompiledGraph<T> graph)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        BufferPlan plan = new(graph.Layers.Count) { KeepsValues = true };
        for (int value = 0; value <= graph.Layers.Count; value++)
            plan.values[value] = plan.Add(new Slot(graph.ActivationElements(value), 0));
        for (int layer = 0; layer < graph.Layers.Count; layer++)
        {
            plan.kept[layer] = [.. graph.Layers[layer].Kept.Select(buffer =>
                graph.Needs(layer, buffer, training: true) ? plan.Add(new Slot(buffer.Elements, buffer.Extra)) : -1)];
        }

        plan.PlanGradients(graph);
        return plan;
    }

    /// <summary>For prediction: outputs, and some values besides, stay until the end.</summary>
    /// <param name="graph">What is to run.</param>
    /// <param name="wanted">Values that stay; null for all.</param>
    public static BufferPlan ForPrediction<T>(CompiledGraph<T> graph, IReadOnlyCollection<int>? wanted)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Topology topology = graph.Topology;
        BufferPlan plan = new(graph.Layers.Count) { KeepsValues = wanted is null };
        Pool pool = new(plan.slots);
        plan.values[0] = pool.Take(graph.ActivationElements(0), Place(graph, 0));
        for (int layer = 0; layer < graph.Layers.Count; layer++)
        {
            BuiltLayer<T> built = graph.Layers[layer];
            int value = layer + 1;
            plan.values[value] = pool.Take(graph.ActivationElements(value), Place(graph, value));
            plan.kept[layer] = [.. built.Kept.Select(buffer =>
                !graph.Needs(layer, buffer, training: false) ? -1
                : IsPassing(built, buffer) ? pool.Take(buffer.Elements, new HaloPlace(built.HaloedInput!.Value, built.InputShape))
                : plan.Add(new Slot(buffer.Elements, buffer.Extra)))];
            for (int place = 0; place < built.Kept.Count; place++)
            {
                if (IsPassing(built, built.Kept[place]) && plan.kept[layer][place] >= 0)
                    pool.Return(plan.kept[layer][place]);
            }

            foreach (int read in topology.Inputs(layer).ToArray().Append(value).Distinct())
            {
                bool stays = wanted is null || topology.IsOutput(read) || wanted.Contains(read);
                if (!stays && topology.Readers(read)[^1] == layer)
                    pool.Return(plan.values[read]);
            }
        }

        foreach (int output in topology.Outputs)
        {
            plan.gradients[output] = plan.gradientSlots.Count; // where a loss leaves its gradient, which nobody reads
            plan.gradientSlots.Add(new Slot(graph.ActivationShape(output).Elements, 0));
        }

        return plan;
    }

    // A copy of the input in its halo, which nobody needs behind the layer. What else is kept in prediction may be meant to last.
    private static bool IsPassing<T>(BuiltLayer<T> layer, KeptBuffer buffer)
        where T : unmanaged, IFloatingPointIeee754<T> => buffer.IsInput && layer.HaloedInput is not null;

    private static HaloPlace? Place<T>(CompiledGraph<T> graph, int value)
        where T : unmanaged, IFloatingPointIeee754<T> => graph.ViewOf(value) is { } view ? new HaloPlace(view, graph.ActivationShape(value)) : null;

    private int Add(Slot slot)
    {
        slots.Add(slot);
        return slots.Count - 1;
    }

    // The backward pass, from the output: which gradients are alive when.
    private void PlanGradients<T>(CompiledGraph<T> graph)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Pool pool = new(gradientSlots);
        Array.Fill(gradients, -1);
        foreach (int output in graph.Topology.Outputs)
            gradients[output] = pool.Take(graph.ActivationShape(output).Elements, null);
        for (int layer = graph.Layers.Count - 1; layer >= 0; layer--)
        {
            ReadOnlySpan<int> inputs = graph.Topology.Inputs(layer);
            (inputGradients[layer], isFirst[layer]) = (new int[inputs.Length], new bool[inputs.Length]);
            for (int i = 0; i < inputs.Length; i++)
            {
                int value = inputs[i];
                isFirst[layer][i] = gradients[value] < 0;
                inputGradients[layer][i] = pool.Take(graph.ActivationShape(value).Elements, null);
                if (isFirst[layer][i])
                    gradients[value] = inputGradients[layer][i];
            }

            for (int i = 0; i < inputs.Length; i++)
            {
                if (!isFirst[layer][i])
                    pool.Return(inputGradients[layer][i]);
            }

            pool.Return(gradients[layer + 1]);
        }
    }

    /// <summary>A piece of memory: elements for each example, and some more.</summary>
    internal readonly record struct Slot(int Elements, int Extra)
    {
        /// <summary>Elements for some examples.</summary>
        public int Length(int examples) => (Elements * examples) + Extra;
    }

    // Where pixels lie in a halo: what has the same place leaves the same zeros alone.
    private readonly record struct HaloPlace(PixelView View, Shape Picture);

    // Slots that are taken and returned. Without a halo they grow to the greatest that takes them.
    private sealed class Pool(List<Slot> slots)
    {
        private readonly List<(int Slot, HaloPlace? Place)> free = [];
        private readonly Dictionary<int, HaloPlace?> places = [];

        public int Take(int elements, HaloPlace? place)
        {
            int found = free.FindIndex(one => one.Place == place);
            int slot = found >= 0 ? free[found].Slot : slots.Count;
            if (found >= 0)
                free.RemoveAt(found);
            else
                slots.Add(default);
            slots[slot] = new Slot(Math.Max(slots[slot].Elements, elements), 0);
            places[slot] = place;
            return slot;
        }

        public void Return(int slot)
        {
            free.Add((slot, places[slot]));
            free.Sort((one, other) => one.Slot.CompareTo(other.Slot));
        }
    }
}
