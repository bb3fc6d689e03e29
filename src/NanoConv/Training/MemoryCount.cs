using System.Numerics;
using System.Runtime.CompilerServices;

namespace NanoConv;

/// <summary>Counts what <see cref="Trainer{T}"/> and <see cref="Inference"/> will allocate, array by array, and allocates nothing like it.</summary>
internal static class MemoryCount
{
    public static MemoryPlan Plan<T>(Model<T> model, FitOptions options, int examples)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int training = options.TrainingPart(examples), batch = Math.Min(options.BatchSize, training);
        GradientPlan<T> plan = new(model, batch);
        int workers = WorkerPool.Workers(options.Threads, plan.Lanes), updaters = WorkerPool.Workers(options.Threads, plan.Parts.Length);
        long gradients = (long)plan.Lanes * plan.LaneElements;
        gradients += plan.Rounds == 1 ? (long)updaters * plan.PartElements : plan.LeanElements;
        long activations = SharedElements(model, plan.RoundExamples) + (workers * WorkspaceElements(model, Inference.ShardSize, training: true));
        if (training < examples)
        {
            int shards = (examples - training + Inference.ShardSize - 1) / Inference.ShardSize;
            activations += WorkerPool.Workers(options.Threads, shards) * WorkspaceElements(model, Inference.ShardSize, training: false);
        }

        int size = Unsafe.SizeOf<T>();
        return new MemoryPlan
        {
            Weights = (long)size * model.ParameterCount,
            PackedKernels = size * model.Layers.Sum(layer => layer.PackedElements),
            Optimizer = (long)size * model.ParameterCount * options.Optimizer.Start<T>(1).Tensors.Count,
            Gradients = size * gradients,
            Activations = size * activations,
            Threads = Math.Max(workers, updaters),
        };
    }

    /// <summary>Elements that one workspace allocates.</summary>
    public static long WorkspaceElements<T>(Model<T> model, int capacity, bool training)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int widest = capacity * Workspace<T>.GradientElements(model, training);
        long elements = (training ? 2 : 1) * AlignedArray<T>.Allocated(widest);
        elements += AlignedArray<T>.Allocated(model.Layers.Max(layer => layer.ScratchElements)) + ((long)capacity * model.OutputShape.Elements);
        for (int index = 0; index <= model.Layers.Count; index++)
        {
            BuiltLayer<T>? layer = index < model.Layers.Count ? model.Layers[index] : null;
            bool isLean = training && layer is { IsLean: true };
            if (!isLean || !GradientPlan<T>.KeepsActivation(model, layer!, index))
                elements += AlignedArray<T>.Allocated(capacity * model.ActivationElements(index));
            for (int kept = 0; layer is not null && kept < layer.Kept.Count; kept++)
            {
                if (!isLean || (kept != layer.KeptInput && kept != layer.KeptGradient))
                    elements += AlignedArray<T>.Allocated(LayerPass<T>.KeptLength(model, index, layer.Kept[kept], capacity, training));
            }
        }

        return elements;
    }

    // What lean layers keep, of some examples.
    private static long SharedElements<T>(Model<T> model, int examples)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long elements = 0;
        for (int index = 0; index < model.Layers.Count; index++)
        {
            BuiltLayer<T> layer = model.Layers[index];
            if (!layer.IsLean)
                continue;
            elements += AlignedArray<T>.Allocated(GradientPlan<T>.KeepsActivation(model, layer, index)
                ? BatchBuffers<T>.Length(layer, model.ActivationElements(index), examples, 0)
                : BatchBuffers<T>.Length(layer, layer.Kept[layer.KeptInput], examples));
            elements += AlignedArray<T>.Allocated(BatchBuffers<T>.Length(layer, layer.Kept[layer.KeptGradient], examples));
        }

        return elements;
    }
}
