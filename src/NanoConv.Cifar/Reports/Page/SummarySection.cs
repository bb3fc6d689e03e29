using System.Xml.Linq;
using NanoConv.Cifar.Reproduction;
using static NanoConv.Cifar.Reports.Page.Html;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>All experiments in one table.</summary>
internal static class SummarySection
{
    /// <summary>The section's id.</summary>
    public const string Section = "page-summary";

    /// <summary>Makes it.</summary>
    /// <param name="context">The page.</param>
    public static XElement Create(PageContext context) => Tag(
        "section",
        Id(Section),
        Tag("h2", "Summary"),
        Table(
            "Each experiment by its main setting",
            ["Experiment", context.PaperHeading, context.OursHeading, "Verdict"],
            context.Result.Experiments.Select(Row)));

    /// <summary>A verdict as a coloured word.</summary>
    /// <param name="kind">The verdict.</param>
    public static XElement Badge(VerdictKind kind) =>
        Tag("span", Class($"badge {Text.Of(kind).Replace(' ', '-')}"), Text.Of(kind));

    private static object?[] Row(ExperimentResult experiment)
    {
        PaperFigure? figure = experiment.Main.Paper.Figures.FirstOrDefault(given => given.Quantity == PaperQuantity.TestAccuracy)
            ?? experiment.Main.Paper.Figures.FirstOrDefault();
        return
        [
            Tag(
                "th",
                Attribute("scope", "row"),
                Class("words"),
                Tag("span", Class("place"), experiment.Paper.Place), " ",
                Link(experiment.Paper.Name, experiment.Paper.Title), " ",
                Tag("span", Class("small"), figure?.Name ?? "accuracy on test")),
            Cell("paper", figure is null ? Text.None : Text.Of(figure)),
            Cell("ours", Text.Of(
                figure is null ? experiment.Main.Of(run => run.Results?.Test.Accuracy) : experiment.Main.Of(figure),
                figure?.Quantity ?? PaperQuantity.TestAccuracy)),
            Tag("td", Badge(experiment.Verdict.Kind)),
        ];
    }

    // On a phone, where the headings are gone, the style sheet writes the label.
    private static XElement Cell(string label, string text) => Tag("td", Attribute("data-label", label), text);
}
