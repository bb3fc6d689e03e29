using NanoConv.Cifar.Experiments;

namespace NanoConv.Cifar.Reproduction;

/// <summary>Which runs experiments need: each once, however many experiments share it.</summary>
public sealed class ReproductionPlan
{
    private static readonly RunSettings Standard = new();

    /// <summary>Plans experiments.</summary>
    /// <param name="experiments">The experiments.</param>
    /// <param name="seeds">Runs of each setting: seeds 1, 2, ….</param>
    /// <param name="isQuick">Whether the experiments are the quick ones.</param>
    public ReproductionPlan(IReadOnlyList<PaperExperiment> experiments, int seeds, bool isQuick)
    {
        (Experiments, Seeds, IsQuick) = (experiments, seeds, isQuick);
        Runs = [.. experiments.SelectMany(experiment => experiment.Rows).SelectMany(SettingsOf).Distinct()];
    }

    /// <summary>The experiments.</summary>
    public IReadOnlyList<PaperExperiment> Experiments { get; }

    /// <summary>Runs of each setting.</summary>
    public int Seeds { get; }

    /// <summary>Whether fewer samples and epochs are taken than the paper has.</summary>
    public bool IsQuick { get; }

    /// <summary>The settings of all runs, none twice.</summary>
    public IReadOnlyList<RunSettings> Runs { get; }

    /// <summary>The most training images that a run takes; 0 without runs.</summary>
    public int Samples => Runs.Select(run => run.Samples).DefaultIfEmpty().Max();

    /// <summary>A run's name and that of its folder, which differ wherever results would.</summary>
    /// <param name="settings">Its settings.</param>
    public static string NameOf(RunSettings settings)
    {
        string batch = settings.BatchSize == Standard.BatchSize ? "" : $"-batch{settings.BatchSize}";
        return FormattableString.Invariant(
            $"{settings.Network}-n{settings.Samples}-epochs{settings.Epochs}{batch}-l1_{settings.L1}-seed{settings.Seed}");
    }

    /// <summary>The settings without what no result depends on.</summary>
    /// <param name="settings">A run's settings.</param>
    public static RunSettings Essence(RunSettings settings) => settings with { Threads = 0, Data = null };

    /// <summary>Puts finished runs in their places.</summary>
    /// <param name="find">A run by its settings; null if it is not finished.</param>
    public IReadOnlyList<ExperimentResult> Collect(Func<RunSettings, FinishedRun?> find) =>
    [
        .. Experiments.Select(experiment => new ExperimentResult(
            experiment,
            [.. experiment.Rows.Select(row => new RowResult(row, [.. SettingsOf(row).Select(find).OfType<FinishedRun>()]))],
            Seeds)),
    ];

    private IEnumerable<RunSettings> SettingsOf(PaperRow row) =>
        Enumerable.Range(1, Seeds).Select(seed => row.Settings with { Seed = seed });
}
