using System.Numerics;
using NanoConv.Data;
using NanoConv.Losses;
using NanoConv.Metrics;
using NanoConv.Tensors;

namespace NanoConv.Graphs;

/// <summary>Evaluation and prediction: shards of examples, forward only, on some threads.</summary>
internal static class Inference
{
    /// <summary>Examples that a worker carries through the layers at a time, in training too. Predictions do not depend on it; the last bits of
    /// gradients by Winograd's algorithm do.</summary>
    public const int ShardSize = 4;

    /// <summary>Refuses data, network and loss that do not fit one another.</summary>
    public static void Check<T>(Model<T> model, IDataset<T> data, Loss loss)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(model, data, loss, examples: []);
        T[] target = new T[data.Classes];
        for (int example = 0; example < data.Count; example++)
            CheckTarget(data, example, loss, target);
    }

    /// <summary>The same, of some examples' targets alone, into memory that is kept.</summary>
    public static void Check<T>(Model<T> model, IDataset<T> data, Loss loss, ReadOnlySpan<int> examples, T[]? target = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        model.CheckData(data);
        loss.CheckNetwork(model.End);
        foreach (int example in examples)
            CheckTarget(data, example, loss, target!);
    }

    private static void CheckTarget<T>(IDataset<T> data, int example, Loss loss, T[] target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        data.CopyTarget(example, target);
        loss.CheckTarget<T>(target);
    }

    /// <summary>Evaluates a model on data that has passed <see cref="Check{T}(Model{T}, IDataset{T}, Loss)"/>: Fit checks once, not every epoch.</summary>
    /// <remarks>
    /// Where the loss is a sum, the losses of every <c>batch</c> examples are added up, and the result is the mean of these sums, each counting
    /// as often as it has examples: what Keras reports.
    /// </remarks>
    public static Evaluation Evaluate<T>(
        Model<T> model, IDataset<T> data, Loss loss, int threads, CancellationToken cancellation = default, int batch = int.MaxValue)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (data.Count == 0)
            throw new ArgumentException("expected examples to evaluate, received none", nameof(data));
        ExampleScore[] scores = new ExampleScore[data.Count];
        double penalty;
        model.Access.BeginReading(); // until the penalties are those of the weights that gave the outputs
        try
        {
            Passing<T> passing = new(threads, WantsLogits: loss.LeavesOut(model.End));
            Run(model, data, passing, cancellation, (workspace, first, count) =>
            {
                workspace.LoadTargets(data, [], first, count);
                workspace.Score(loss, T.One, scores.AsSpan(first, count));
            });
            penalty = double.CreateTruncating(model.Penalty());
        }
        finally
        {
            model.Access.EndReading();
        }

        Answers answers = new(loss, model.OutputShape.Elements);
        ConfusionMatrix? confusion = answers.Classes > 0 ? new(answers.Classes) : null;
        long right = 0;
        int answered = 0;
        foreach (ExampleScore score in scores)
        {
            right += score.Right;
            if (score.Predicted < 0)
                continue;
            answered++;
            confusion?.Add(score.Actual, score.Predicted);
        }

        double accuracy = answered == data.Count ? answers.Share(right, data.Count) : double.NaN;
        return new Evaluation(Reduced(scores, loss.Reduction, batch) + penalty, accuracy, confusion);
    }

    // The mean of the batches' losses, each counting as often as it has examples. Of means that is the mean of all examples.
    private static double Reduced(ExampleScore[] scores, Reduction reduction, int batch)
    {
        double sum = 0;
        if (reduction == Reduction.SumOverBatchSize)
        {
            foreach (ExampleScore score in scores)
                sum += score.Loss;
            return sum / scores.Length;
        }

        for (int start = 0; start < scores.Length; start += Math.Min(batch, scores.Length - start))
        {
            int count = Math.Min(batch, scores.Length - start);
            double ofBatch = 0;
            foreach (ExampleScore score in scores.AsSpan(start, count))
                ofBatch += score.Loss;
            sum += ofBatch * count;
        }

        return sum / scores.Length;
    }

    /// <summary>Why a loss on some data is not finite: the first layer whose output is not, over all examples.</summary>
    public static string FindNonFinite<T>(Model<T> model, IInputs<T> data, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int first = int.MaxValue;
        Lock gate = new();
        Passing<T> passing = new(threads, model.Graph, BufferPlan.ForPrediction(model.Graph, []), WantsLogits: true, IsForwardOwn: true);
        Run(model, data, passing, CancellationToken.None, (workspace, _, _) =>
        {
            int found = workspace.ForwardToNonFinite() ?? int.MaxValue;
            lock (gate)
                first = Math.Min(first, found);
        });
        return Describe(model, first);
    }

    /// <summary>In words, what <see cref="Workspace{T}.ForwardToNonFinite"/> has found; <see cref="int.MaxValue"/> for nothing.</summary>
    public static string Describe<T>(Model<T> model, int firstNonFinite)
        where T : unmanaged, IFloatingPointIeee754<T> => firstNonFinite switch
        {
            int.MaxValue => "all layers' outputs are finite, the penalties or the loss itself overflowed",
            0 => "the input is not finite",
            _ => $"the first layer whose output is not finite is '{model.Layers[firstNonFinite - 1].Name}'",
        };

    public static Tensor<T> Predict<T>(Model<T> model, IInputs<T> data, int threads, CancellationToken cancellation, bool wantsLogits = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        model.CheckInputShape(data.InputShape);
        if (data.Count == 0)
            throw new ArgumentException("expected examples to predict, received none", nameof(data));
        Tensor<T> outputs = new(model.OutputShape.Batch(data.Count));
        int length = model.OutputShape.Elements;
        Run(model, data, new Passing<T>(threads, WantsLogits: wantsLogits), cancellation, (workspace, first, count) =>
            workspace.Output.CopyTo(outputs.AsSpan().Slice(first * length, count * length)));
        return outputs;
    }

    /// <summary>The network's outputs, each [n, shape].</summary>
    public static IReadOnlyList<Tensor<T>> Outputs<T>(Model<T> model, Tensor<T> inputs)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Outputs(model, inputs, model.Topology.Outputs.ToArray(), model.PredictionGraph.Topology.Outputs.ToArray(), new Passing<T>(Threads: 0));

    /// <summary>Several values [n, shape], side by side whatever halos they lie in; of the network as it is written, as they may not be in the other.</summary>
    public static IReadOnlyList<Tensor<T>> Outputs<T>(Model<T> model, Tensor<T> inputs, int[] values)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Outputs(model, inputs, values, values, new Passing<T>(Threads: 0, model.Graph, BufferPlan.ForPrediction(model.Graph, values)));

    // Values as the network is written, and the same where examples pass.
    private static Tensor<T>[] Outputs<T>(Model<T> model, Tensor<T> inputs, int[] values, int[] passed, Passing<T> passing)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int examples = inputs.Shape[0];
        Tensor<T>[] outputs = [.. values.Select(value => new Tensor<T>(model.ActivationShape(value).Batch(examples)))];
        Run(model, new TensorInputs<T>(inputs), passing, CancellationToken.None, (workspace, first, count) =>
        {
            for (int i = 0; i < values.Length; i++)
            {
                int length = model.ActivationShape(values[i]).Elements;
                workspace.CopySideBySide(passed[i], outputs[i].AsSpan().Slice(first * length, count * length));
            }
        });
        return outputs;
    }

    private static void Run<T>(
        Model<T> model, IInputs<T> data, Passing<T> passing, CancellationToken cancellation, Action<Workspace<T>, int, int> use)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int shards = (data.Count + ShardSize - 1) / ShardSize;
        Workspace<T>?[] workspaces = new Workspace<T>?[WorkerPool.Workers(passing.Threads, shards)];
        Action<int, int> shard = (worker, item) =>
        {
            cancellation.ThrowIfCancellationRequested();
            int first = item * ShardSize, count = Math.Min(ShardSize, data.Count - first);
            Workspace<T> workspace = workspaces[worker] ??= passing.Plan is { } plan
                ? new Workspace<T>(passing.Graph!, ShardSize, plan)
                : model.RentWorkspace();
            workspace.Load(data, [], first, count);
            workspace.Configure(training: false, passing.WantsLogits, seed: 0, step: 0, first);
            if (!passing.IsForwardOwn)
                workspace.Forward();
            use(workspace, first, count);
        };
        model.Access.BeginReading();
        try
        {
            WorkerPool.Run(shard, shards, passing.Threads, model.Access);
        }
        finally
        {
            model.Access.EndReading();
            if (passing.Plan is null)
                model.ReturnWorkspaces(workspaces);
        }
    }

    /// <summary>How examples pass.</summary>
    /// <param name="Threads">Threads; 0 for as many as there are processors.</param>
    /// <param name="Graph">What they pass through; null for the network as it predicts.</param>
    /// <param name="Plan">Buffers for that; null likewise, those of all predictions.</param>
    /// <param name="WantsLogits">Whether a final softmax is left out.</param>
    /// <param name="IsForwardOwn">Whether the one who uses the workspace carries the examples forward.</param>
    private sealed record Passing<T>(
        int Threads, CompiledGraph<T>? Graph = null, BufferPlan? Plan = null, bool WantsLogits = false, bool IsForwardOwn = false)
        where T : unmanaged, IFloatingPointIeee754<T>;
}
