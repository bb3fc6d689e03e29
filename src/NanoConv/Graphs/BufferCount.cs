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
        BufferPlan plan = training ? model.TrainingPlan : model.PredictionPlan;
        long elements = plan.GradientSlots.Sum(slot => AlignedArray<T>.Allocated(slot.Length(capacity)));
        elements += AlignedArray<T>.Allocated(model.Layers.Max(layer => layer.ScratchElements)) + ((long)capacity * model.OutputShape.Elements);
        HashSet<int> elsewhere = training ? [.. SharedSlots(model, plan)] : [];
        for (int slot = 0; slot < plan.Slots.Count; slot++)
            elements += elsewhere.Contains(slot) ? 0 : AlignedArray<T>.Allocated(plan.Slots[slot].Length(capacity));
        return elements;
    }

    /// <summary>The slots of what lean layers keep of a whole batch, which <see cref="BatchBuffers{T}"/> has the memory for.</summary>
    public static IEnumerable<int> SharedSlots<T>(Model<T> model, BufferPlan plan)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int index = 0; index < model.Layers.Count; index++)
        {
            BuiltLayer<T> layer = model.Layers[index];
            if (!layer.IsLean)
                continue;
            yield return GradientPlan<T>.KeepsActivation(model, layer, index)
                ? plan.Value(model.Topology.Inputs(index)[0])
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
            if (!GradientPlan<T>.KeepsActivation(model, layer, index))
                elements += AlignedArray<T>.Allocated(BatchBuffers<T>.Length(layer, layer.Kept[layer.KeptInput], examples));
            else if (values.Add(value))
                elements += AlignedArray<T>.Allocated(BatchBuffers<T>.Length(layer, model.ActivationElements(value), examples, 0));
            elements += AlignedArray<T>.Allocated(BatchBuffers<T>.Length(layer, layer.Kept[layer.KeptGradient], examples));
        }

        return elements;
    }
}
