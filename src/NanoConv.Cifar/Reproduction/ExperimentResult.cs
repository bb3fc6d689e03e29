using NanoConv.Cifar.Experiments;

namespace NanoConv.Cifar.Reproduction;

/// <summary>What came of an experiment.</summary>
/// <param name="Paper">The experiment and the paper's claim.</param>
/// <param name="Rows">Its settings' runs.</param>
/// <param name="Seeds">Runs wanted of each row.</param>
public sealed record ExperimentResult(PaperExperiment Paper, IReadOnlyList<RowResult> Rows, int Seeds)
{
    /// <summary>The row that is shown first.</summary>
    public RowResult Main => Rows[Paper.Main];

    /// <summary>What our runs say of the claim.</summary>
    public Verdict Verdict { get; } = Judge(Paper, Rows, Seeds);

    private static Verdict Judge(PaperExperiment paper, IReadOnlyList<RowResult> rows, int seeds)
    {
        string[] missing = [.. rows.Where(row => row.Runs.Count < seeds)
            .Select(row => $"{row.Paper.Label} ({seeds - row.Runs.Count} of {seeds})")];
        if (missing.Length > 0)
            return new Verdict(VerdictKind.Missing, $"Runs are missing: {string.Join(", ", missing)}.");
        return AtChance(rows) is { } words ? new Verdict(VerdictKind.NoVerdict, words) : paper.Judge(rows);
    }

    // Where nothing is learnt, chance decides which of two runs is ahead.
    private static string? AtChance(IReadOnlyList<RowResult> rows)
    {
        (string Label, RunRecord Run)[] unclear = [.. rows.Where(row => row.Paper.Learns)
            .SelectMany(row => row.Runs.Select(run => run.Record).Where(run => !Learning.IsClear(run))
                .Select(run => (row.Runs.Count == 1 ? row.Paper.Label : $"{row.Paper.Label}, seed {run.Settings.Seed}", run)))];
        if (unclear.Length == 0)
            return null;
        (_, double baseline, double margin) = Learning.Figures(unclear[0].Run);
        string found = string.Join(", ", unclear.Select(run => $"{Words.Percent(run.Run.Results!.Test.Accuracy)} ({run.Label})"));
        return $"Networks that have learnt nothing say nothing of the claim. Clearly above the baseline of {Words.Percent(baseline)} is more than "
            + $"{Words.Points(margin)} above it, {Learning.StandardErrors:0} standard errors with {unclear[0].Run.Results!.Test.Images:N0} images; "
            + $"on test there is {found}.";
    }
}
