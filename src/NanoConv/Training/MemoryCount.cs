using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Graphs;
using NanoConv.Optimizers;

namespace NanoConv.Training;

/// <summary>Counts what <see cref="Trainer{T}"/> and <see cref="Inference"/> will allocate, array by array, and allocates nothing like it.</summary>
internal static class MemoryCount
{
    public static MemoryPlan Plan<T>(Model<T> model, FitOptions options, int examples)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int training = options.TrainingPart(examples), batch = Math.Min(options.BatchSize, training);
        GradientPlan<T> plan = new(model, batch, options.Optimizer);
        int workers = WorkerPool.Workers(options.Threads, plan.Lanes), updaters = WorkerPool.Workers(options.Threads, plan.Parts.Length);
        long gradients = (long)plan.Lanes * plan.LaneElements;
        gradients += plan.Rounds == 1 ? (long)updaters * plan.PartElements : plan.LeanElements;
        int sets = plan.LooksAtBatches ? plan.Shards : workers;
        long activations = BufferCount.SharedElements(model, plan.RoundExamples);
        activations += sets * BufferCount.WorkspaceElements(model, Inference.ShardSize, training: true);
        activations += 2L * (plan.Shards + 1) * model.Layers.Where(layer => layer.IsTrainable).Sum(layer => (long)layer.BatchElements);
        if (training < examples)
        {
            int shards = (examples - training + Inference.ShardSize - 1) / Inference.ShardSize;
            activations += WorkerPool.Workers(options.Threads, shards) * BufferCount.WorkspaceElements(model, Inference.ShardSize, training: false);
        }

        int size = Unsafe.SizeOf<T>();
        long folded = training < examples ? model.PredictionGraph.FoldedElements : 0;
        return new MemoryPlan
        {
            Weights = (long)size * model.ParameterCount,
            PackedKernels = size * (model.Layers.Sum(layer => layer.PackedElements) + folded),
            Optimizer = (size * model.Parameters.Sum(parameter => options.Optimizer.ScratchElements(parameter.Shape)))
                + (long)size * model.ParameterCount * (options.Optimizer.Start<T>(1).Tensors.Count + options.Optimizer.Averages),
            Gradients = size * gradients,
            Activations = size * activations,
            Threads = Math.Max(workers, updaters),
        };
    }
}
