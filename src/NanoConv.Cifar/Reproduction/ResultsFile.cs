using System.Text.Json;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Files;

namespace NanoConv.Cifar.Reproduction;

/// <summary>All numbers of a reproduction, as <c>results.json</c>; docs/results-json.md describes it.</summary>
/// <param name="Schema">Always <see cref="SchemaName"/>.</param>
/// <param name="SchemaVersion">Grows when a field changes its meaning or goes.</param>
/// <param name="Quick">Whether fewer samples and epochs were taken than the paper has.</param>
/// <param name="Seeds">Runs of each setting.</param>
/// <param name="Experiments">The experiments, in the paper's order.</param>
/// <param name="Networks">The networks' sizes and work.</param>
/// <param name="Convolution">The pictures of part (i).</param>
/// <param name="SmallWeights">What the L1 penalty touches, for the runs that vary it.</param>
/// <param name="Runs">All runs, by name.</param>
public sealed record ResultsFile(
    string Schema,
    int SchemaVersion,
    bool Quick,
    int Seeds,
    IReadOnlyList<ResultsFile.Experiment> Experiments,
    IReadOnlyList<NetworkFigures> Networks,
    IReadOnlyList<ConvolutionFigures> Convolution,
    IReadOnlyList<SmallWeights> SmallWeights,
    IReadOnlyDictionary<string, RunRecord> Runs)
{
    /// <summary>The value of <see cref="Schema"/>.</summary>
    public const string SchemaName = "nanoconv-reproduction";

    /// <summary>The name that reproductions give the file.</summary>
    public const string FileName = "results.json";

    /// <summary>Of a reproduction.</summary>
    /// <param name="result">The reproduction.</param>
    public static ResultsFile Of(ReproductionResult result) => new(
        SchemaName, 1, result.IsQuick, result.Seeds,
        [.. result.Experiments.Select(experiment => Of(experiment, result))],
        NetworkFigures.All(),
        ConvolutionFigures.All(),
        [
            .. Reproduction.SmallWeights.Sweeps(result.Experiments).SelectMany(runs => runs).DistinctBy(run => run.Folder)
                .Select(run => Reproduction.SmallWeights.Of(run, result.Models.Of(run))),
        ],
        result.Runs.ToDictionary(run => ReproductionPlan.NameOf(run.Record.Settings), run => WithoutPlaces(run.Record)));

    /// <summary>Writes or replaces the file.</summary>
    /// <param name="path">Where to.</param>
    /// <exception cref="UserErrorException">It cannot be written.</exception>
    public void Write(string path) => OutputFile.Write(path, stream => JsonSerializer.Serialize(stream, this, ResultsJson.Default.ResultsFile));

    private static Experiment Of(ExperimentResult experiment, ReproductionResult result) => new(
        experiment.Paper.Name, experiment.Paper.Place, experiment.Paper.Title, experiment.Paper.Claim,
        experiment.Verdict.Kind, experiment.Verdict.Words,
        [.. experiment.Rows.Select(Of)],
        Surest(experiment, result, isRight: true),
        Surest(experiment, result, isRight: false));

    private static IReadOnlyList<Prediction>? Surest(ExperimentResult experiment, ReproductionResult result, bool isRight) =>
        experiment.Main.Runs is [var run, ..] ? result.Models.Surest(run, result.Pictures, isRight, Prediction.Shown) : null;

    private static Row Of(RowResult row) => new(
        row.Paper.Label,
        [.. row.Runs.Select(run => ReproductionPlan.NameOf(run.Record.Settings))],
        [.. row.Paper.Figures.Select(figure => new Figure(figure.Quantity, figure.Epoch, figure.Value, row.Of(figure)))],
        row.Of(run => run.Results!.Test.Accuracy),
        row.Of(run => run.Results!.Train.Accuracy),
        row.Of(run => run.Timings.FitSeconds),
        row.Of(run => run.Timings.ImagesPerSecond),
        row.Of(run => Parting.FinalGap(run.History)),
        row.PartingEpochs);

    // Where the data lay is nobody's business who reads the results.
    private static RunRecord WithoutPlaces(RunRecord record) => record with
    {
        Settings = record.Settings with { Data = null },
        Data = record.Data with { Source = "" },
    };

    /// <summary>An experiment.</summary>
    public sealed record Experiment(
        string Name, string Place, string Title, string Claim, VerdictKind Verdict, string Words, IReadOnlyList<Row> Rows,
        IReadOnlyList<Prediction>? SurestRight, IReadOnlyList<Prediction>? SurestWrong);

    /// <summary>A setting: the names of its runs, the paper's figures, ours.</summary>
    public sealed record Row(
        string Label,
        IReadOnlyList<string> Runs,
        IReadOnlyList<Figure> Figures,
        Spread? TestAccuracy,
        Spread? TrainAccuracy,
        Spread? FitSeconds,
        Spread? ImagesPerSecond,
        Spread? FinalGap,
        IReadOnlyList<int> PartingEpochs);

    /// <summary>A figure of the paper and ours.</summary>
    public sealed record Figure(PaperQuantity Quantity, int? Epoch, double Paper, Spread? Ours);
}
