using System.Xml.Linq;
using NanoConv.Cifar.Reproduction;
using static NanoConv.Cifar.Reports.Page.Html;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>An experiment's learning curves: the first seed's run of each setting.</summary>
internal static class CurveFigures
{
    /// <summary>Makes them; null if there is nothing to draw yet.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="context">The page.</param>
    public static XElement? Create(ExperimentResult experiment, PageContext context)
    {
        LearningCurve[] curves = [.. experiment.Rows
            .Where(row => row.Runs.Count > 0 && row.Runs[0].Record.History.Count > 0)
            .Select(row => (row.Paper.Label, row.Runs[0].Record.History))
            .Select(row => LearningCurve.Of(row.Label, row.History) with { PartsAt = Parting.Epoch(row.History) })];
        return curves.Length == 0 ? null : Tag(
            "div",
            Class("curves"),
            Figure(CurveQuantity.Accuracy, experiment.Paper, curves, context),
            Figure(CurveQuantity.Loss, experiment.Paper, curves, context));
    }

    private static XElement Figure(
        CurveQuantity quantity, PaperExperiment paper, LearningCurve[] curves, PageContext context)
    {
        string name = quantity == CurveQuantity.Accuracy ? "accuracy" : "loss";
        PlotPicture light = LearningCurvePanel.Draw(quantity, curves, PlotTheme.Light);
        PlotPicture dark = LearningCurvePanel.Draw(quantity, curves, PlotTheme.Dark);
        context.WriteFigure($"{paper.Name}-{name}", light.Png);
        string seeds = context.Result.Seeds == 1 ? "" : ", first seed";
        return Tag(
            "figure",
            Tag(
                "picture",
                Tag("source", Attribute("media", "screen and (prefers-color-scheme: dark)"), Attribute("srcset", DataUri(dark.Png))),
                Picture(light.Png, Alternative(quantity, name, curves), light.Width, light.Height)),
            Tag("figcaption", $"{paper.Title}: {name} against epochs{seeds}"));
    }

    private static string Alternative(CurveQuantity quantity, string name, LearningCurve[] curves) =>
        $"A plot of {name} against epochs. At the end: " + string.Join("; ", curves.Select(curve =>
        {
            (double train, double? validation) = quantity == CurveQuantity.Accuracy
                ? (curve.Accuracy[^1], curve.ValidationAccuracy.Count > 0 ? curve.ValidationAccuracy[^1] : (double?)null)
                : (curve.Loss[^1], curve.ValidationLoss.Count > 0 ? curve.ValidationLoss[^1] : (double?)null);
            string Write(double value) => quantity == CurveQuantity.Accuracy ? Text.Percent(value) : $"{value:N2}";
            return $"{curve.Name}, train {Write(train)}" + (validation is null ? "" : $", validation {Write(validation.Value)}");
        })) + ".";
}
