using System.Numerics;
using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Graphs;

/// <summary>Counts what workspaces and the buffers of a batch will allocate, array by array.</summary>
internal static class BufferCount
{
    /// <summary>Elements that one workspace allocates.</summary>
    public static long WorkspaceElements<T>(Model<T> model, int capacity, bool training)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (CompiledGraph<T> graph, BufferPlan plan) = training ? (model.Graph, model.TrainingPlan) : (model.PredictionGraph, model.PredictionPlan);
        long elements = plan.GradientSlots.Sum(slot => AlignedArray<T>.Allocated(slot.Length(capacity)));
        elements += AlignedArray<T>.Allocated(graph.Layers.Max(layer => layer.ScratchElements));
        elements += graph.Topology.Outputs is [var output] ? (long)capacity * (graph.ActivationShape(output).Elements + 1) : 0;
        HashSet<int> elsewhere = training ? [.. SharedSlots(graph, plan)] : [];
        for (int slot = 0; slot < plan.Slots.Count; slot++)
            elements += elsewhere.Contains(slot) ? 0 : AlignedArray<T>.Allocated(plan.Slots[slot].Length(capacity));
        return elements;
    }

    /// <summary>The slots of what lean layers keep of a whole batch, which <see cref="BatchBuffers{T}"/> has the memory for.</summary>
    public static IEnumerable<int> SharedSlots<T>(CompiledGraph<T> graph, BufferPlan plan)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int index = 0; index < graph.Layers.Count; index++)
        {
            BuiltLayer<T> layer = graph.Layers[index];
            if (!layer.IsLean)
                continue;
            yield return GradientPlan<T>.KeepsActivation(graph, layer, index)
                ? plan.Value(graph.Topology.Inputs(index)[0])
                : plan.Kept(index, layer.KeptInput);
            yield return plan.Kept(index, layer.KeptGradient);
        }
    }

    /// <summary>Elements of what lean layers keep of some examples.</summary>
    public static long SharedElements<T>(Model<T> model, int examples)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long elements = 0;
        HashSet<int> values = []; // one that several layers read is there once
        for (int index = 0; index < model.Layers.Count; index++)
        {
            BuiltLayer<T> layer = model.Layers[index];
            if (!layer.IsLean)
                continue;
            int value = model.Topology.Inputs(index)[0];
            if (!GradientPlan<T>.KeepsActivation(model.Graph, layer, index))
                elements += AlignedArray<T>.Allocated(BatchBuffers<T>.Length(layer, layer.Kept[layer.KeptInput], examples));
            else if (values.Add(value))
                elements += AlignedArray<T>.Allocated(BatchBuffers<T>.Length(layer, model.Graph.ActivationElements(value), examples, 0));
            elements += AlignedArray<T>.Allocated(BatchBuffers<T>.Length(layer, layer.Kept[layer.KeptGradient], examples));
        }

        return elements;
    }
}
