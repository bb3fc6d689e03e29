using System.Xml.Linq;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Reproduction;
using NanoConv.Regularizers;
using static NanoConv.Cifar.Reports.Page.Html;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>An experiment: claim, figures, verdict, curves, reports.</summary>
internal static class ExperimentSection
{
    /// <summary>The id of the section around all experiments.</summary>
    public const string Section = "page-experiments";

    /// <summary>What has to be known to read them.</summary>
    /// <param name="context">The page.</param>
    public static IEnumerable<XElement> Introduction(PageContext context) =>
    [
        Tag("h2", "The experiments"),
        P("All runs keep to the paper’s protocol: the first n training images, the last tenth of them held out to validate, batches ",
            $"of {Batches(context)}, Adam, categorical cross-entropy, L1 on the last layer’s kernel. Accuracy on train is that of the finished model ",
            "on all n images; the curves show accuracy and loss as training went along, with dropout on, beside the validation part."),
        P(Tag("strong", "When do curves part? "),
            "The paper says from which epoch on a network over-fits, as read off a plot. Here it is the epoch from which on training ",
            $"accuracy stays more than {100 * Parting.Margin:0} points above validation accuracy to the end, both averaged over five ",
            "epochs around it. “Never” means that they end closer together, or with validation above training."),
        P(Tag("strong", "When is a claim confirmed? "),
            $"Accuracies that the paper gives as “about” may be {100 * Judgements.Near:0} points off, epochs and ratios of times ",
            $"{100 * Judgements.Around:0} %; an order may be missed by {100 * Judgements.Order:0} point. On other data than CIFAR-10 and in quick ",
            "runs only orders, gaps and ratios are judged. “Depends” means that a part holds, and the words say which."),
        P(Tag("strong", "When is there no verdict? "),
            "Where a network that the claim says learns has learnt nothing: then chance decides which run is ahead. Accuracy on test must ",
            $"be more than {Learning.StandardErrors:0} standard errors of that many images above the baseline’s, ",
            $"{100 * Learning.Margin(0.1, 10000):0.0} points with 10,000 images and a baseline of 10 %; chance alone gets there once in two ",
            "million runs."),
        P("Where the paper reads an accuracy “on test data” off a curve, ours is on the validation part, as its curves are. Of two runs ",
            "that differ in their number of epochs alone, the shorter one is the longer one’s beginning, which is the same bit by bit. ",
            "Runs go side by side, each on its share of the cores; seconds are those of a run’s fit."),
    ];

    /// <summary>Makes a section.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="context">The page.</param>
    public static XElement Create(ExperimentResult experiment, PageContext context) => Tag(
        "section",
        Id(experiment.Paper.Name),
        Class("experiment"),
        Tag("h3", Tag("span", Class("place"), experiment.Paper.Place), " ", experiment.Paper.Title),
        Tag("blockquote", P(experiment.Paper.Claim)),
        P(Class("verdict"), SummarySection.Badge(experiment.Verdict.Kind), " ", experiment.Verdict.Words.Replace(" %", "\u00A0%", StringComparison.Ordinal)),
        ExperimentTable.Create(experiment, context),
        P(Class("note"), Common(experiment)),
        CurveFigures.Create(experiment, context),
        Details(experiment, context));

    private static string Batches(PageContext context)
    {
        int standard = new RunSettings().BatchSize;
        int[] others = [.. context.Result.Experiments.SelectMany(experiment => experiment.Rows)
            .Select(row => row.Paper.Settings.BatchSize).Distinct().Where(size => size != standard)];
        return others.Length == 0 ? $"{standard}" : $"{string.Join(" and ", others)} (the paper’s are of {standard})";
    }

    private static string Common(ExperimentResult experiment)
    {
        RunSettings[] settings = [.. experiment.Rows.Select(row => row.Paper.Settings)];
        string[] shared =
        [
            .. Shared(settings, run => run.Network, value => $"network {value}"),
            .. Shared(settings, run => run.Samples, value => $"n = {value:N0}"),
            .. Shared(settings, run => run.Epochs, value => Text.Count(value, "epoch")),
            .. Shared(settings, run => run.L1, value => $"L1 = {value:0.####}"),
        ];
        string which = settings.Length == 1 ? "The setting" : "Common to all settings";
        return shared.Length == 0 ? "" : $"{which}: {string.Join(", ", shared)}.";
    }

    private static IEnumerable<string> Shared<TValue>(
        RunSettings[] settings, Func<RunSettings, TValue> select, Func<TValue, string> write) =>
        settings.Select(select).Distinct().Count() == 1 ? [write(select(settings[0]))] : [];

    private static IEnumerable<XElement> Details(ExperimentResult experiment, PageContext context)
    {
        if (experiment.Main.Runs.Count > 0)
        {
            FinishedRun run = experiment.Main.Runs[0];
            yield return Tag("h4", $"In detail: {experiment.Main.Paper.Label}, seed {run.Record.Settings.Seed}");
            if (context.ShownBy(run, isWhole: true, experiment.Paper) is { } earlier)
                yield return SeeAbove(earlier, "This run’s reports, confusion matrices and pictures", context);
            else
                yield return Tag("div", RunReports.Create(run, isMain: true), ExampleImages.Create(run, context));
        }
        foreach (RowResult row in experiment.Rows.Where(row => row != experiment.Main && row.Runs.Count > 0))
        {
            FinishedRun run = row.Runs[0];
            string title = $"{row.Paper.Label}, seed {run.Record.Settings.Seed}";
            if (context.ShownBy(run, isWhole: false, experiment.Paper) is { } earlier)
                yield return SeeAbove(earlier, $"{title}: reports and confusion matrices", context);
            else
                yield return Tag("details", Tag("summary", $"{title}: reports and confusion matrices"), RunReports.Create(run, isMain: false));
        }
    }

    private static XElement SeeAbove(string name, string what, PageContext context)
    {
        PaperExperiment earlier = context.Result.Experiments.First(experiment => experiment.Paper.Name == name).Paper;
        return P(Class("note"), $"{what} stand under ", Link(name, $"{earlier.Place} {earlier.Title}"), ".");
    }
}
