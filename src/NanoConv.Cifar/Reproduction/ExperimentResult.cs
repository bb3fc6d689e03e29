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
        return missing.Length == 0
            ? paper.Judge(rows)
            : new Verdict(VerdictKind.Missing, $"Runs are missing: {string.Join(", ", missing)}.");
    }
}
