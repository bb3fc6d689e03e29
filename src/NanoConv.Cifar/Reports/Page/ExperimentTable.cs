using System.Xml.Linq;
using NanoConv.Cifar.Reproduction;
using static NanoConv.Cifar.Reports.Page.Html;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>An experiment's settings, the paper's figures beside ours.</summary>
internal static class ExperimentTable
{
    /// <summary>Makes it.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="context">The page.</param>
    public static XElement Create(ExperimentResult experiment, PageContext context)
    {
        Group[] groups = [.. Groups(experiment)];
        return ScrollingTable(
            "Figures of each setting",
            Tag("thead", Head(groups), SubHead(groups, context)),
            Tag("tbody", experiment.Rows.Select(row => Tag(
                "tr", Tag("th", Attribute("scope", "row"), row.Paper.Label, Missing(row, experiment.Seeds)), Cells(row, groups)))));
    }

    // Accuracies first, seconds last, what else the paper gives between them.
    private static IEnumerable<Group> Groups(ExperimentResult experiment)
    {
        PaperFigure[] all = [.. experiment.Rows.SelectMany(row => row.Paper.Figures)];
        Group Of(PaperQuantity quantity, int? epoch = null) => new(
            new PaperFigure(quantity, 0, epoch),
            all.Any(figure => figure.Quantity == quantity && figure.Epoch == epoch));
        yield return Of(PaperQuantity.TestAccuracy);
        yield return Of(PaperQuantity.TrainAccuracy);
        foreach ((PaperQuantity quantity, int? epoch) in all.Select(figure => (figure.Quantity, figure.Epoch)).Distinct())
        {
            if (quantity is not (PaperQuantity.TestAccuracy or PaperQuantity.TrainAccuracy or PaperQuantity.FitSeconds))
                yield return Of(quantity, epoch);
        }
        yield return new Group(null, IsInPaper: false);
        yield return Of(PaperQuantity.FitSeconds);
    }

    private static XElement Head(Group[] groups) => Tag(
        "tr",
        Tag("th", Attribute("scope", "col"), Attribute("rowspan", 2), "Setting"),
        groups.Select(group => group.Figure is null
            ? Tag("th", Attribute("scope", "col"), Attribute("rowspan", 2), "curves part from epoch")
            : Tag("th", Class("group"), Attribute("scope", "colgroup"), Attribute("colspan", group.IsInPaper ? 2 : 1), group.Figure.Name)));

    private static XElement SubHead(Group[] groups, PageContext context) => Tag(
        "tr",
        groups.Where(group => group.Figure is not null).Select(group => (XElement?[])
        [
            group.IsInPaper ? Tag("th", Attribute("scope", "col"), Class("paper"), context.PaperHeading) : null,
            Tag("th", Attribute("scope", "col"), context.OursHeading),
        ]));

    private static IEnumerable<XElement> Cells(RowResult row, Group[] groups)
    {
        foreach (Group group in groups)
        {
            if (group.Figure is not { } wanted)
            {
                yield return Tag("td", Class("parts"), Parts(row));
                continue;
            }
            PaperFigure? given = row.Paper.Figures
                .FirstOrDefault(figure => figure.Quantity == wanted.Quantity && figure.Epoch == wanted.Epoch);
            if (group.IsInPaper)
                yield return Tag("td", Class("paper"), given is null ? Text.None : Text.Of(given));
            yield return Tag("td", Text.Of(row.Of(wanted), wanted.Quantity));
        }
    }

    private static string Parts(RowResult row)
    {
        if (row.Runs.Count == 0 || row.Runs.All(run => Parting.FinalGap(run.Record.History) is null))
            return Text.None;
        IReadOnlyList<int> epochs = row.PartingEpochs;
        if (epochs.Count == 0)
            return "never";
        int without = row.Runs.Count - epochs.Count;
        return string.Join(", ", epochs) + (without == 0 ? "" : $"; never in {without} of {row.Runs.Count}");
    }

    private static XElement? Missing(RowResult row, int seeds) => row.Runs.Count == 0
        ? Tag("span", Class("missing-runs"), "not run yet")
        : row.Runs.Count < seeds ? Tag("span", Class("missing-runs"), $"{row.Runs.Count} of {seeds} runs") : null;

    /// <summary>A quantity's columns: the paper's and ours, or ours alone.</summary>
    /// <param name="Figure">Which quantity, with any value; null for the epoch from which the curves part.</param>
    /// <param name="IsInPaper">Whether the paper gives it for any row.</param>
    private sealed record Group(PaperFigure? Figure, bool IsInPaper);
}
