using System.Numerics;
using System.Numerics.Tensors;
using NanoConv.Data;
using NanoConv.Graphs;
using NanoConv.Layers;
using NanoConv.Losses;
using NanoConv.Optimizers;

namespace NanoConv.Training;

/// <summary>
/// A training step, data-parallel within one process. A batch is cut into lanes of a few examples; a worker carries
/// a lane, shard by shard, forward and backward through all layers and adds its gradients up in the lane's own buffer.
/// Then the lanes' gradients are added in order, and the parameters take their step.
/// </summary>
/// <remarks>
/// <para>In a large model sixteen gradients would take too much memory. There the large layers only keep their inputs and gradients; at the
/// step's end the kernel's gradient is one product over all examples, some rows of it at a time, and these rows of the kernel take their
/// step at once, so that no gradient is ever held as a whole. <see cref="GradientPlan{T}"/> says what goes which way.</para>
/// <para>Lanes and parts follow from model and batch alone, and every sum has one order, so a result has the same bits on any number of
/// threads. All buffers are made here: a steady step allocates nothing.</para>
/// </remarks>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class TrainingStep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Model<T> model;
    private readonly FitOptions options;
    private readonly GradientPlan<T> plan;
    private readonly BatchBuffers<T> kept;
    private readonly Workspace<T>[] workspaces;
    private readonly OptimizerState<T> optimizer;
    private readonly GradientClipping<T>? clipping;
    private readonly T[][] laneGradients;
    private readonly T[][] partGradients;
    private readonly T[] leanGradient;
    private readonly ExampleScore[] scores;
    private readonly BatchStatistics<T> statistics;
    private readonly bool[] trainedValues;
    private readonly T[] classWeights;
    private readonly bool wantsLogits;
    private readonly int[] firstShards;
    private readonly Action<int, int> runLane;
    private readonly Action<int, int> runForward;
    private readonly Action<int, int> turnBack;
    private readonly Action<int, int> runBackward;
    private readonly Action<int, int> addPart;
    private readonly Action<int, int> measurePart;
    private readonly Action<int, int> updatePart;
    private IDataset<T>? data;
    private int[] order = [];
    private int batchStart;
    private int batchCount;
    private int epoch;
    private int lanes;
    private int segment;
    private Round round;

    /// <summary>Makes the buffers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Optimizer, loss, seed and threads.</param>
    /// <param name="batch">The most examples of a step.</param>
    /// <exception cref="ArgumentException">Weights of classes do not fit the loss.</exception>
    public TrainingStep(Model<T> model, FitOptions options, int batch)
    {
        (this.model, this.options) = (model, options);
        Answers = new Answers(options.Loss, model.OutputShape.Elements);
        (classWeights, wantsLogits) = (ClassWeighting.Of<T>(options, Answers.Classes), options.Loss.LeavesOut(model.End));
        plan = new GradientPlan<T>(model, batch, options.Optimizer);
        kept = new BatchBuffers<T>(model, plan.RoundExamples);
        int workers = WorkerPool.Workers(options.Threads, plan.Lanes), updaters = WorkerPool.Workers(options.Threads, plan.Parts.Length);
        int sets = plan.LooksAtBatches ? plan.Shards : workers;
        statistics = new BatchStatistics<T>(model.Layers, plan.Shards);
        workspaces = [.. Enumerable.Range(0, sets).Select(_ => new Workspace<T>(model.Graph, Inference.ShardSize, model.TrainingPlan, kept, statistics))];
        foreach (Workspace<T> workspace in workspaces)
            workspace.UseLanes(plan);

        (trainedValues, firstShards) = (model.TrainedValues(), new int[plan.Lanes + 1]);
        optimizer = options.Optimizer.Start(model.Parameters);
        clipping = GradientClipping<T>.Of(options.Optimizer, model.Parameters, plan.Parts);
        laneGradients = [.. Enumerable.Range(0, plan.Lanes).Select(_ => new T[plan.LaneElements])];
        partGradients = [.. Enumerable.Range(0, plan.Rounds == 1 ? updaters : 0).Select(_ => new T[plan.PartElements])];
        leanGradient = new T[plan.Rounds == 1 ? 0 : plan.LeanElements];
        scores = new ExampleScore[batch];
        (runLane, addPart, measurePart, updatePart) = (RunLane, AddPart, MeasurePart, UpdatePart);
        (runForward, turnBack, runBackward) = (RunForward, TurnBack, RunBackward);
    }

    /// <summary>What the optimiser remembers, for checkpoints.</summary>
    public OptimizerState<T> Optimizer => optimizer;

    /// <summary>Which gradients are there after a step.</summary>
    public GradientPlan<T> Plan => plan;

    /// <summary>How outputs are taken for answers.</summary>
    public Answers Answers { get; }

    /// <summary>Trains on some examples of a data set.</summary>
    /// <param name="examples">The data set.</param>
    /// <param name="places">The order of its examples, in which <paramref name="start"/> counts; empty for its own.</param>
    /// <param name="start">The first of them.</param>
    /// <param name="count">How many.</param>
    /// <param name="place">Where training is, for messages.</param>
    /// <returns>The loss with penalties, before the step, and how many answers were right.</returns>
    /// <exception cref="NonFiniteLossException">The loss is not finite; no weight was changed.</exception>
    public (double Loss, long Correct) Run(IDataset<T> examples, int[] places, int start, int count, (int Epoch, int Step) place)
    {
        model.Access.BeginStep();
        try
        {
            (data, order, batchStart, batchCount) = (examples, places, start, count);
            epoch = places.Length == 0 ? place.Step : place.Epoch; // without an order examples have no name, and every step draws anew
            return Run(place);
        }
        finally
        {
            data = null; // not held any longer than it is needed
            model.Access.EndStep();
        }
    }

    /// <summary>The gradient of a parameter as the last step took it, penalties and all.</summary>
    public ReadOnlySpan<T> Gradient(Parameter<T> parameter) => laneGradients[0].AsSpan(plan.Places[parameter], parameter.Shape.Elements);

    /// <summary>After the last step: weights become what the optimiser's averages make of them.</summary>
    public void Finish()
    {
        if (optimizer.HasAverages)
            model.Edit(optimizer.Finish);
    }

    private (double Loss, long Correct) Run((int Epoch, int Step) place)
    {
        lanes = GradientPlan<T>.LaneCount(batchCount);
        optimizer.BeginStep();
        try
        {
            return Work(place);
        }
        catch
        {
            optimizer.ReturnTo(optimizer.Step - 1); // a step that fails is none: schedules and averages go on as if it had not been tried
            throw;
        }
    }

    private (double Loss, long Correct) Work((int Epoch, int Step) place)
    {
        int rounds = Math.Min(plan.Rounds, lanes);
        for (int i = 0; i < rounds; i++)
        {
            round = new Round(this, i, rounds);
            if (plan.LooksAtBatches)
                RunSegments();
            else
                WorkerPool.Run(runLane, round.Lanes, options.Threads, model.Access);
            if (!round.IsLast)
                WorkerPool.Run(addPart, plan.LeanParts, options.Threads, model.Access);
        }

        double sum = 0;
        for (int i = 0; i < batchCount; i++)
            sum += scores[i].Loss;
        double loss = (sum / options.Loss.Divisor(batchCount)) + double.CreateTruncating(model.Penalty());
        if (!double.IsFinite(loss))
            throw new NonFiniteLossException(place.Epoch, place.Step, loss, FindNonFinite());
        long correct = 0;
        for (int i = 0; i < batchCount; i++)
            correct += scores[i].Right;
        UpdateWeights();
        return (loss, correct);
    }

    private void UpdateWeights()
    {
        if (clipping is { MeasuresNorms: true })
        {
            WorkerPool.Run(measurePart, plan.Parts.Length, options.Threads, model.Access);
            clipping.Combine();
        }

        model.Access.BeginUpdate();
        try
        {
            optimizer.BeginUpdate(model.Weights);
            WorkerPool.Run(updatePart, plan.Parts.Length, options.Threads, model.Access);
            foreach (int layer in statistics.Layers)
                model.Layers[layer].EndStep(statistics.Forward(layer));
            optimizer.EndUpdate(model.WritableWeights);
        }
        finally
        {
            model.Access.EndUpdate(model.LayerSpan);
        }
    }

    // As even as can be: lane i begins at example i·n/lanes.
    private int LaneStart(int lane) => (int)((long)batchCount * lane / lanes);

    private void RunLane(int worker, int item)
    {
        int lane = round.FirstLane + item, end = LaneStart(lane + 1);
        T[] gradient = Cleared(lane);
        Workspace<T> workspace = workspaces[worker];
        for (int start = LaneStart(lane); start < end; start += Inference.ShardSize)
        {
            int count = Math.Min(Inference.ShardSize, end - start);
            LoadShard(workspace, start, count, place: start - round.FirstExample);
            workspace.Forward();
            Score(workspace, start, count);
            workspace.Backward(gradient, trainedValues, 0, model.Layers.Count);
        }
    }

    private T[] Cleared(int lane)
    {
        Array.Clear(laneGradients[lane]);
        return laneGradients[lane];
    }

    private void Score(Workspace<T> workspace, int start, int count) =>
        workspace.Score(options.Loss, T.One / T.CreateChecked(options.Loss.Divisor(batchCount)), scores.AsSpan(start, count), classWeights);

    // Layers that look at whole batches end a segment: all shards go forward up to there, each in buffers of its own, then their shares are
    // combined in the batch's order, and all go on; backward likewise. In a segment a worker carries a shard through all layers as ever.
    private void RunSegments()
    {
        for (int lane = 0; lane < lanes; lane++)
            firstShards[lane + 1] = firstShards[lane] + ((LaneStart(lane + 1) - LaneStart(lane) + Inference.ShardSize - 1) / Inference.ShardSize);
        int shards = firstShards[lanes];
        for (segment = 0; segment < statistics.Layers.Length; segment++)
        {
            WorkerPool.Run(runForward, lanes, options.Threads, model.Access);
            statistics.CombineForward(statistics.Layers[segment], shards);
        }

        WorkerPool.Run(turnBack, lanes, options.Threads, model.Access);
        for (segment = statistics.Layers.Length - 1; segment >= 0; segment--)
        {
            if (trainedValues[statistics.Layers[segment] + 1])
                statistics.CombineBackward(statistics.Layers[segment], shards);
            WorkerPool.Run(runBackward, lanes, options.Threads, model.Access);
        }
    }

    // A segment's layers, up to the one that looks at the whole batch.
    private void RunForward(int worker, int lane)
    {
        int first = segment == 0 ? 0 : statistics.Layers[segment - 1], end = statistics.Layers[segment];
        for (int shard = firstShards[lane]; shard < firstShards[lane + 1]; shard++)
        {
            if (segment == 0)
            {
                int start = LaneStart(lane) + ((shard - firstShards[lane]) * Inference.ShardSize);
                LoadShard(workspaces[shard], start, Math.Min(Inference.ShardSize, LaneStart(lane + 1) - start), place: start);
            }

            workspaces[shard].Forward(first, end);
            workspaces[shard].GatherForward(end, shard);
        }
    }

    // The last segment, forward and back.
    private void TurnBack(int worker, int lane)
    {
        T[] gradient = Cleared(lane);
        int first = statistics.Layers[^1];
        for (int shard = firstShards[lane]; shard < firstShards[lane + 1]; shard++)
        {
            Workspace<T> workspace = workspaces[shard];
            workspace.Forward(first, model.Layers.Count);
            Score(workspace, LaneStart(lane) + ((shard - firstShards[lane]) * Inference.ShardSize), workspace.Passes[0].Count);
            workspace.Backward(gradient, trainedValues, first + 1, model.Layers.Count);
            GatherBackward(first, shard, lane);
        }
    }

    // The layer that looks at the whole batch, and those before it down to the next one like it.
    private void RunBackward(int worker, int lane)
    {
        int next = segment == 0 ? -1 : statistics.Layers[segment - 1];
        for (int shard = firstShards[lane]; shard < firstShards[lane + 1]; shard++)
        {
            workspaces[shard].Backward(laneGradients[lane], trainedValues, next + 1, statistics.Layers[segment] + 1);
            if (next >= 0)
                GatherBackward(next, shard, lane);
        }
    }

    private void GatherBackward(int layer, int shard, int lane)
    {
        if (trainedValues[layer + 1])
            workspaces[shard].GatherBackward(layer, shard, laneGradients[lane]);
    }

    private void LoadShard(Workspace<T> workspace, int start, int count, int place)
    {
        workspace.MoveTo(place);
        workspace.Load(data!, order, batchStart + start, count);
        workspace.LoadTargets(data!, order, batchStart + start, count);
        workspace.Configure(training: true, wantsLogits, options.Seed, optimizer.Step, start, epoch);
    }

    private void MeasurePart(int worker, int item) => clipping!.Measure(item, Gradient(plan.Parts[item], worker));

    // Lets the optimiser change this part of the weights. Where norms were measured its gradient is worked out, unless no buffer holds it.
    private void UpdatePart(int worker, int item)
    {
        GradientPart<T> part = plan.Parts[item];
        bool isHeld = clipping is { MeasuresNorms: true } && (part.Layer is null || plan.Rounds > 1);
        Span<T> gradient = isHeld ? Buffer(part, worker) : Gradient(part, worker);
        clipping?.Clip(item, gradient);
        optimizer.Update(part.First, model.WritableWeights.Slice(part.First, part.Length), gradient);
    }

    // Works out this part of the gradient, and adds the penalties'.
    private Span<T> Gradient(in GradientPart<T> part, int worker)
    {
        int first = part.First, length = part.Length;
        Span<T> gradient = part.Layer is null ? AddLanes(part) : AddKernel(part, worker);
        foreach (Parameter<T> parameter in model.Regularized)
        {
            int start = Math.Max(first, parameter.Offset), end = Math.Min(first + length, parameter.Offset + parameter.Shape.Elements);
            if (start < end)
                parameter.Regularizer!.AddGradient<T>(gradient[(start - first)..(end - first)], model.Weights[start..end]);
        }

        return gradient;
    }

    private Span<T> Buffer(in GradientPart<T> part, int worker) =>
        part.Layer is null ? laneGradients[0].AsSpan(part.Place, part.Length)
        : plan.Rounds == 1 ? partGradients[worker].AsSpan(0, part.Length)
        : leanGradient.AsSpan(part.Place, part.Length);

    private void AddPart(int worker, int item) => AddKernel(plan.Parts[item], worker);

    // The lanes' gradients, in order.
    private Span<T> AddLanes(in GradientPart<T> part)
    {
        Span<T> gradient = Buffer(part, worker: 0);
        for (int lane = 1; lane < lanes; lane++)
            TensorPrimitives.Add(gradient, laneGradients[lane].AsSpan(part.Place, part.Length), gradient);
        return gradient;
    }

    // Some rows of a kernel's gradient over the round's examples, on top of the rounds before.
    private Span<T> AddKernel(in GradientPart<T> part, int worker)
    {
        Span<T> gradient = Buffer(part, worker);
        if (round.Index == 0)
            gradient.Clear();
        kept.AddKernelGradient(part.Layer!, model.IndexOf(part.Layer!), round.Examples, part.Rows, gradient);
        return gradient;
    }

    // The batch again, shard by shard, until a layer's output is not finite; with the same dropout, as the step is the same.
    private string FindNonFinite()
    {
        int first = int.MaxValue;
        Workspace<T> workspace = workspaces[0];
        for (int start = 0; start < batchCount; start += Inference.ShardSize)
        {
            LoadShard(workspace, start, Math.Min(Inference.ShardSize, batchCount - start), place: 0);
            first = Math.Min(first, workspace.ForwardToNonFinite() ?? int.MaxValue);
        }

        return Inference.Describe(model, first);
    }

    /// <summary>The lanes that pass before lean kernels' gradients are worked out, and their examples.</summary>
    private readonly struct Round
    {
        public Round(TrainingStep<T> trainer, int index, int rounds)
        {
            FirstLane = trainer.lanes * index / rounds;
            int end = trainer.lanes * (index + 1) / rounds;
            (Index, Lanes, IsLast) = (index, end - FirstLane, index == rounds - 1);
            FirstExample = trainer.LaneStart(FirstLane);
            Examples = trainer.LaneStart(end) - FirstExample;
        }

        public int Index { get; }

        public int FirstLane { get; }

        public int Lanes { get; }

        public int FirstExample { get; }

        public int Examples { get; }

        public bool IsLast { get; }
    }
}
