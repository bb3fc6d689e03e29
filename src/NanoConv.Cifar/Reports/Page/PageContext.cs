using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Reproduction;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>What all sections of the page share.</summary>
/// <param name="result">All that is shown.</param>
/// <param name="figures">The folder of the plots as files.</param>
internal sealed class PageContext(ReproductionResult result, string figures)
{
    private readonly Dictionary<(string Folder, bool IsWhole), string> shown = [];

    /// <summary>All that is shown.</summary>
    public ReproductionResult Result => result;

    /// <summary>Whether runs are of another data set than the paper's.</summary>
    public bool IsOtherData => result.Data is { IsCifar10: false };

    /// <summary>Heads the paper's figures.</summary>
    public object?[] PaperHeading => Heading("paper", "CIFAR-10");

    /// <summary>Heads our figures.</summary>
    public object?[] OursHeading => Heading("ours", result.Data?.Name);

    /// <summary>Writes a picture as a file of its own.</summary>
    /// <param name="name">The file's name without its ending.</param>
    /// <param name="png">The PNG file.</param>
    public void WriteFigure(string name, byte[] png) =>
        OutputFile.Write(Path.Combine(figures, $"{name}.png"), stream => stream.Write(png));

    /// <summary>Notes where a run's reports stand, or tells where they stand already: experiments share runs.</summary>
    /// <param name="run">The run.</param>
    /// <param name="isWhole">Whether they are to stand there with pictures.</param>
    /// <param name="experiment">The experiment that is to show them.</param>
    /// <returns>The name of the experiment that shows them already; null if none does.</returns>
    public string? ShownBy(FinishedRun run, bool isWhole, PaperExperiment experiment)
    {
        if (shown.TryGetValue((run.Folder, isWhole), out string? earlier))
            return earlier;
        shown.Add((run.Folder, isWhole), experiment.Name);
        if (isWhole)
            shown.TryAdd((run.Folder, false), experiment.Name);
        return null;
    }

    /// <summary>The runs' settings without what tells runs of one setting apart.</summary>
    /// <param name="settings">A run's settings.</param>
    public static RunSettings WithoutSeed(RunSettings settings) => ReproductionPlan.Essence(settings) with { Seed = 0 };

    // Of which data is said where they differ.
    private object?[] Heading(string whose, string? data) =>
        IsOtherData ? [$"{whose}, ", Html.Tag("br"), Html.Tag("span", Html.Class("of"), data)] : [whose];
}
