using System.Numerics;

namespace NanoConv.Graphs;

/// <summary>
/// One call of Predict on the caller's own memory. A model keeps those that are done for the next calls, so that a call allocates
/// nothing.
/// </summary>
/// <remarks>Other threads cannot be given spans: while they work, both are pinned and handed over as pointers.</remarks>
/// <typeparam name="T">The number type.</typeparam>
internal sealed unsafe class SpanPrediction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Model<T> model;
    private readonly Action<int, int> runShard;
    private Workspace<T>?[] workspaces = [];
    private T* inputs;
    private T* outputs;
    private int examples;

    public SpanPrediction(Model<T> model) => (this.model, runShard) = (model, RunShard);

    /// <summary>Predicts, unless the sizes do not fit.</summary>
    public void Run(ReadOnlySpan<T> x, Span<T> y, int threads)
    {
        int count = Check(x, y);
        int shards = (count + Inference.ShardSize - 1) / Inference.ShardSize, workers = WorkerPool.Workers(threads, shards);
        if (workspaces.Length < workers)
            workspaces = new Workspace<T>?[workers];
        model.Access.BeginReading();
        try
        {
            fixed (T* first = x, second = y)
            {
                inputs = first;
                outputs = second;
                examples = count;
                WorkerPool.Run(runShard, shards, threads, model.Access);
            }
        }
        finally
        {
            inputs = outputs = null;
            model.Access.EndReading();
            model.ReturnWorkspaces(workspaces);
        }
    }

    // Examples; refuses what does not fit.
    private int Check(ReadOnlySpan<T> x, Span<T> y)
    {
        (int count, int rest) = Math.DivRem(x.Length, model.InputShape.Elements);
        if (count == 0 || rest != 0)
        {
            throw new ArgumentException(
                $"expected inputs of shape {model.InputShape} one after another, a multiple of {model.InputShape.Elements} elements, received {x.Length}",
                "inputs");
        }

        long expected = (long)count * model.OutputShape.Elements;
        if (y.Length != expected)
        {
            throw new ArgumentException(
                $"expected room for {count} outputs of shape {model.OutputShape}, {expected} elements, received {y.Length}", "outputs");
        }

        if (x.Overlaps(y))
            throw new ArgumentException("expected memory for the outputs apart from the inputs, received spans that overlap", "outputs");
        return count;
    }

    private void RunShard(int worker, int shard)
    {
        int first = shard * Inference.ShardSize, count = Math.Min(Inference.ShardSize, examples - first);
        (int inputLength, int outputLength) = (model.InputShape.Elements, model.OutputShape.Elements);
        Workspace<T> workspace = workspaces[worker] ??= model.RentWorkspace();
        workspace.Load(new ReadOnlySpan<T>(inputs + ((long)first * inputLength), count * inputLength), count);
        workspace.Configure(training: false, wantsLogits: false, seed: 0, step: 0, first);
        workspace.Forward().CopyTo(new Span<T>(outputs + ((long)first * outputLength), count * outputLength));
    }
}
