using System.Globalization;
using System.Xml.Linq;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Reproduction;
using NanoConv.Metrics;
using static NanoConv.Cifar.Reports.Page.Html;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>A run's classification reports and confusion matrices.</summary>
internal static class RunReports
{
    /// <summary>Makes them.</summary>
    /// <param name="run">The run.</param>
    /// <param name="isMain">Whether only the matrix on train is folded away; else all is in a folded part already.</param>
    public static IEnumerable<XElement> Create(FinishedRun run, bool isMain)
    {
        if (run.Record.Results is not { } results)
            yield break;
        IReadOnlyList<string> names = run.Record.Data.ClassNames;
        yield return Tag("div", Class("pair"), Report("test", results.Test), Report("train", results.Train));
        XElement train = Matrix("train", results.Train, names);
        if (!isMain)
        {
            yield return Tag("div", Class("pair"), Matrix("test", results.Test, names), train);
            yield break;
        }
        yield return Matrix("test", results.Test, names);
        yield return Tag("details", Tag("summary", "Confusion matrix on train"), train);
    }

    private static XElement Report(string split, SplitResult result) => Table(
        $"Classification report on {split}: {result.Images:N0} images, accuracy {Text.Percent(result.Accuracy)}, loss {result.Loss:N3}",
        ["class", "precision", "recall", "F1", "images"],
        [.. result.Classes.Select(Scores), Scores(result.MacroAverage), Scores(result.WeightedAverage)]);

    private static object?[] Scores(ClassScores scores) =>
        [scores.Name, $"{scores.Precision:0.00}", $"{scores.Recall:0.00}", $"{scores.F1:0.00}", $"{scores.Support:N0}"];

    private static XElement Matrix(string split, SplitResult result, IReadOnlyList<string> names) => Tag(
        "div",
        Class("matrix"),
        ScrollingTable(
            $"Confusion matrix on {split}: a row for each true class, a column for each prediction; the deeper a cell’s colour, the "
            + "greater its share of the row",
            Tag("thead", Tag(
                "tr",
                Tag("th", Attribute("scope", "col"), "true \\ predicted"),
                names.Select(name => Tag("th", Attribute("scope", "col"), Class("upright"), Tag("span", name))))),
            Tag("tbody", result.ConfusionMatrix.Select((row, actual) => Tag(
                "tr",
                Tag("th", Attribute("scope", "row"), names[actual]),
                row.Select((count, predicted) => Cell(count, row.Sum(), actual == predicted)))))));

    private static XElement Cell(int count, int total, bool isDiagonal)
    {
        double share = total == 0 ? 0 : (double)count / total;
        return Tag(
            "td",
            isDiagonal ? Class("right") : null,
            Attribute("style", string.Create(CultureInfo.InvariantCulture, $"--share:{share:0.##}")),
            $"{count:N0}");
    }
}
