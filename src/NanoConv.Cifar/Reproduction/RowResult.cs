using NanoConv.Cifar.Experiments;

namespace NanoConv.Cifar.Reproduction;

/// <summary>What came of one setting.</summary>
/// <param name="Paper">The setting and the paper's figures.</param>
/// <param name="Runs">Its completed runs, one a seed, in the seeds' order; missing ones are left out.</param>
public sealed record RowResult(PaperRow Paper, IReadOnlyList<FinishedRun> Runs)
{
    /// <summary>Mean and spread of a number over the runs; null if no run has it.</summary>
    /// <param name="select">The number of one run.</param>
    public Spread? Of(Func<RunRecord, double?> select) => Spread.Of(Runs.Select(run => select(run.Record)).OfType<double>());

    /// <summary>Mean and spread of one of the paper's figures.</summary>
    /// <param name="figure">The figure.</param>
    public Spread? Of(PaperFigure figure) => Of(figure.Of);

    /// <summary>From which epoch on the curves part, one number a run; runs whose curves do not part are left out.</summary>
    public IReadOnlyList<int> PartingEpochs => [.. Runs.Select(run => Parting.Epoch(run.Record.History)).OfType<int>()];
}
