using System.Globalization;
using NanoConv.Optimizers;

namespace NanoConv.Training;

/// <summary>
/// The memory that a training run takes for its numbers, in bytes, known before it begins: see
/// <see cref="ModelTraining.extension{T}(Graphs.Model{T}).PlanMemory"/>. Not in it: the examples, the runtime
/// itself (some 50 MB), and what callbacks and layers of one's own hold.
/// </summary>
public sealed record MemoryPlan
{
    /// <summary>The parameters.</summary>
    public required long Weights { get; init; }

    /// <summary>Kernels as products want them, packed or transformed, beside the weights.</summary>
    public required long PackedKernels { get; init; }

    /// <summary>What the optimiser remembers; Adam twice the weights.</summary>
    public required long Optimizer { get; init; }

    /// <summary>Gradients of the parameters: in a small model sixteen lanes of them.</summary>
    public required long Gradients { get; init; }

    /// <summary>
    /// Activations and the gradients between layers, of a few examples on each thread, and what large layers keep of a whole batch; also
    /// the workspaces of validation, if there is one.
    /// </summary>
    public required long Activations { get; init; }

    /// <summary>Threads at most.</summary>
    public required int Threads { get; init; }

    /// <summary>All of it.</summary>
    public long Total => Weights + PackedKernels + Optimizer + Gradients + Activations;

    /// <summary>As <c>412.3 MB on 2 threads</c>.</summary>
    internal string Sum => $"{Mega(Total)} MB on {Threads} {(Threads == 1 ? "thread" : "threads")}";

    /// <summary>As <c>weights 94.0, packed 94.0, optimizer 188.0, gradients 17.1, activations 19.2</c>: fits a line of 80 columns.</summary>
    internal string Parts =>
        $"weights {Mega(Weights)}, packed {Mega(PackedKernels)}, optimizer {Mega(Optimizer)}, gradients {Mega(Gradients)}, activations {Mega(Activations)}";

    /// <summary>As <c>412.3 MB on 2 threads: weights 94.0, packed 94.0, optimizer 188.0, gradients 17.1, activations 19.2</c>.</summary>
    public override string ToString() => $"{Sum}: {Parts}";

    private static string Mega(long bytes) => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture);
}
