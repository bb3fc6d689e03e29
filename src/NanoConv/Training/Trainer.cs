using System.Diagnostics;
using System.Numerics;
using System.Numerics.Tensors;
using NanoConv.Kernels;

namespace NanoConv;

/// <summary>
/// Training: data parallelism as taught, in one process. A batch is cut into lanes of a few examples; a worker carries
/// a lane, shard by shard, forward and backward through all layers and adds its gradients up in the lane's own buffer.
/// Then the lanes' gradients are added in order, and the parameters take their step.
/// </summary>
/// <remarks>
/// Lanes follow from the batch alone, and every sum has one order, so a result has the same bits on any number of
/// threads. All buffers are made here: a steady step allocates nothing.
/// </remarks>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class Trainer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int LaneSize = 8;
    private const int MostLanes = 16;
    private const int UpdateChunk = 4096;

    private readonly Model<T> model;
    private readonly IDataset<T> data;
    private readonly FitOptions options;
    private readonly Callback[] callbacks;
    private readonly Workspace<T>[] workspaces;
    private readonly OptimizerState<T> optimizer;
    private readonly T[][] laneGradients;
    private readonly ExampleScore[] scores;
    private readonly int[] order;
    private readonly Action<int, int> runLane;
    private readonly Action<int, int> updateChunk;
    private int batchStart;
    private int batchCount;
    private int lanes;

    public Trainer(Model<T> model, IDataset<T> data, FitOptions options)
    {
        (this.model, this.data, this.options, callbacks) = (model, data, options, [.. options.Callbacks]);
        int batch = Math.Min(options.BatchSize, data.Count);
        int workers = WorkerPool.Workers(options.Threads, LaneCount(batch));
        workspaces = [.. Enumerable.Range(0, workers).Select(_ => new Workspace<T>(model, Inference.ShardSize, training: true))];
        optimizer = options.Optimizer.Start<T>(model.ParameterCount);
        laneGradients = [.. Enumerable.Range(0, LaneCount(batch)).Select(_ => new T[model.ParameterCount])];
        scores = new ExampleScore[batch];
        order = [.. Enumerable.Range(0, data.Count)];
        (runLane, updateChunk) = (RunLane, UpdateChunkOf);
    }

    /// <summary>What the optimiser remembers, for checkpoints.</summary>
    public OptimizerState<T> Optimizer => optimizer;

    /// <summary>One pass over the data, or what is left of it.</summary>
    public void RunEpoch(TrainingState state, Checkpointer<T>? checkpoints, CancellationToken cancellation)
    {
        if (options.Shuffle)
        {
            // From the same start in every epoch, so that an epoch's order is a function of seed and epoch alone.
            for (int i = 0; i < order.Length; i++)
                order[i] = i;
            CounterRandom.Shuffle(order, CounterRandom.Key(RandomDomain.Shuffle, options.Seed, state.Epoch));
        }

        for (int start = state.ExamplesSeen; start < data.Count; start += options.BatchSize)
        {
            if (cancellation.IsCancellationRequested)
                checkpoints?.Write();
            cancellation.ThrowIfCancellationRequested();
            long begin = Stopwatch.GetTimestamp();
            (batchStart, batchCount) = (start, Math.Min(options.BatchSize, data.Count - start));
            state.Step++;
            Step(state);
            state.ExamplesSeen += batchCount;
            state.TrainingSeconds += Stopwatch.GetElapsedTime(begin).TotalSeconds;
            foreach (Callback callback in callbacks)
                callback.OnStepEnd(state);
            checkpoints?.StepEnded();
        }
    }

    private void Step(TrainingState state)
    {
        model.Access.BeginStep();
        try
        {
            RunStep(state);
        }
        finally
        {
            model.Access.EndStep();
        }
    }

    private void RunStep(TrainingState state)
    {
        lanes = LaneCount(batchCount);
        optimizer.BeginStep();
        WorkerPool.Run(runLane, lanes, options.Threads, model.Access);

        double sum = 0;
        for (int i = 0; i < batchCount; i++)
            sum += scores[i].Loss;
        double loss = (sum / batchCount) + double.CreateTruncating(model.Penalty());
        if (!double.IsFinite(loss))
            throw new NonFiniteLossException(state.Epoch, state.Step, loss, FindNonFinite());
        state.LossSum += loss * batchCount;
        for (int i = 0; i < batchCount; i++)
            state.Correct += scores[i].Actual == scores[i].Predicted ? 1 : 0;

        model.Access.BeginUpdate();
        try
        {
            WorkerPool.Run(updateChunk, (model.ParameterCount + UpdateChunk - 1) / UpdateChunk, options.Threads, model.Access);
            WeightAccess<T>.Prepare(model.LayerSpan);
        }
        finally
        {
            model.Access.EndUpdate();
        }
    }

    private static int LaneCount(int batch) => Math.Min(MostLanes, (batch + LaneSize - 1) / LaneSize);

    private void RunLane(int worker, int lane)
    {
        // As even as can be: lane i begins at example i·n/lanes.
        int first = (int)((long)batchCount * lane / lanes), end = (int)((long)batchCount * (lane + 1) / lanes);
        Array.Clear(laneGradients[lane]);
        for (int start = first; start < end; start += Inference.ShardSize)
        {
            int count = Math.Min(Inference.ShardSize, end - start);
            Workspace<T> workspace = workspaces[worker];
            LoadShard(workspace, start, count);
            workspace.Forward();
            workspace.Score(options.Loss, T.One / T.CreateChecked(batchCount), scores.AsSpan(start, count));
            workspace.Backward(laneGradients[lane]);
        }
    }

    private void LoadShard(Workspace<T> workspace, int start, int count)
    {
        workspace.Load(data, order, batchStart + start, count, withTargets: true);
        workspace.Configure(training: true, options.Loss.TakesLogits, options.Seed, optimizer.Step, start);
    }

    // Adds the lanes' gradients in order, then the penalties', and lets the optimiser change this part of the weights.
    private void UpdateChunkOf(int worker, int chunk)
    {
        int first = chunk * UpdateChunk, length = Math.Min(UpdateChunk, model.ParameterCount - first);
        Span<T> gradient = laneGradients[0].AsSpan(first, length);
        for (int lane = 1; lane < lanes; lane++)
            TensorPrimitives.Add(gradient, laneGradients[lane].AsSpan(first, length), gradient);
        foreach (Parameter<T> parameter in model.Regularized)
        {
            int start = Math.Max(first, parameter.Offset), end = Math.Min(first + length, parameter.Offset + parameter.Shape.Elements);
            if (start < end)
                parameter.Regularizer!.AddGradient<T>(gradient[(start - first)..(end - first)], model.Weights[start..end]);
        }

        optimizer.Update(first, model.WritableWeights.Slice(first, length), gradient);
    }

    // The batch again, shard by shard, until a layer's output is not finite; with the same dropout, as the step is the same.
    private string FindNonFinite()
    {
        int first = int.MaxValue;
        Workspace<T> workspace = workspaces[0];
        for (int start = 0; start < batchCount; start += Inference.ShardSize)
        {
            LoadShard(workspace, start, Math.Min(Inference.ShardSize, batchCount - start));
            workspace.Forward();
            first = Math.Min(first, workspace.FirstNonFinite() ?? int.MaxValue);
        }

        return Inference.Describe(model, first);
    }
}
