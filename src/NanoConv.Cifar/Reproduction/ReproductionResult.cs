using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;

namespace NanoConv.Cifar.Reproduction;

/// <summary>All that the report shows.</summary>
/// <param name="IsQuick">Whether fewer samples and epochs were taken than the paper has.</param>
/// <param name="Seeds">Runs of each setting, seeds 1, 2, …</param>
/// <param name="Experiments">The experiments chosen, in the paper's order.</param>
/// <param name="Pictures">The data itself, to show pictures of; null to show none.</param>
public sealed record ReproductionResult(
    bool IsQuick,
    int Seeds,
    IReadOnlyList<ExperimentResult> Experiments,
    ImageData? Pictures)
{
    /// <summary>The trained models.</summary>
    public RunModels Models { get; } = new();

    /// <summary>The data of all runs; null if there is no run.</summary>
    public RunData? Data => Runs is [var first, ..] ? first.Record.Data : null;

    /// <summary>Where the runs were made, each once.</summary>
    public IReadOnlyList<RunEnvironment> Environments => [.. Runs.Select(run => run.Record.Environment).Distinct()];

    /// <summary>All completed runs, each once.</summary>
    public IReadOnlyList<FinishedRun> Runs =>
        [.. Experiments.SelectMany(experiment => experiment.Rows).SelectMany(row => row.Runs).DistinctBy(run => run.Folder)];
}
