using NanoConv.Cifar.Experiments;
using NanoConv.Graphs;
using NanoConv.Regularizers;

namespace NanoConv.Cifar.Reproduction;

/// <summary>What the L1 penalty touches: the share of each kernel's weights that are nearly 0.</summary>
/// <param name="Run">The name of a run.</param>
/// <param name="L1">Its penalty.</param>
/// <param name="Layers">Each kernel by name, in the layers' order, and the share of its weights below <see cref="Limit"/>.</param>
public sealed record SmallWeights(string Run, double L1, IReadOnlyDictionary<string, double> Layers)
{
    /// <summary>Weights smaller than this in size count as small.</summary>
    public const float Limit = 1e-3f;

    /// <summary>Of the first run of each row, where an experiment's rows differ in L1 alone; for each such experiment.</summary>
    /// <param name="experiments">The experiments.</param>
    public static IReadOnlyList<IReadOnlyList<FinishedRun>> Sweeps(IReadOnlyList<ExperimentResult> experiments) =>
        [.. experiments.Select(Sweep).Where(runs => runs.Length > 1).DistinctBy(runs => string.Join('|', runs.Select(run => run.Folder)))];

    /// <summary>Counts a run's small weights.</summary>
    /// <param name="run">The run.</param>
    /// <param name="model">Its model.</param>
    public static SmallWeights Of(FinishedRun run, Model<float> model) => new(
        ReproductionPlan.NameOf(run.Record.Settings),
        run.Record.Settings.L1,
        new OrderedDictionary<string, double>(model.Parameters.Where(parameter => parameter.Shape.Rank > 1)
            .Select(parameter => KeyValuePair.Create(parameter.Name, Share(parameter.Value)))));

    private static FinishedRun[] Sweep(ExperimentResult experiment) => experiment.Rows
        .Where(row => row.Runs.Count > 0)
        .Select(row => row.Runs[0])
        .GroupBy(run => ReproductionPlan.Essence(run.Record.Settings) with { L1 = 0 })
        .Select(group => group.DistinctBy(run => run.Record.Settings.L1).OrderBy(run => run.Record.Settings.L1).ToArray())
        .MaxBy(runs => runs.Length) ?? [];

    private static double Share(ReadOnlySpan<float> weights)
    {
        int small = 0;
        foreach (float weight in weights)
            small += Math.Abs(weight) < Limit ? 1 : 0;
        return (double)small / weights.Length;
    }
}
