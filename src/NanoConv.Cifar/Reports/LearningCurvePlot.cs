using NanoConv.Cifar.Files;
using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace NanoConv.Cifar.Reports;

/// <summary>
/// Draws accuracy and loss against epochs: a colour for each run, solid to train and dashed to validate.
/// </summary>
public static class LearningCurvePlot
{
    private const int PanelWidth = 680;
    private const int Height = 540;
    private const float LegendFontSize = 15;
    private const int LegendSymbolWidth = 44;

    /// <summary>Colours that stay apart for colour-blind eyes too (Okabe and Ito).</summary>
    private static readonly string[] Colours =
        ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"];

    /// <summary>Writes accuracy and loss side by side as one PNG.</summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="title">Stands above both: what was trained, on which data.</param>
    /// <param name="curves">The runs; at least one.</param>
    public static void WritePng(string path, string title, IReadOnlyList<LearningCurve> curves)
    {
        ArgumentOutOfRangeException.ThrowIfZero(curves.Count);
        EmbeddedFont.UseInPlots();
        using Plot accuracy = Draw(title, "accuracy", curves, curve => (curve.Accuracy, curve.ValidationAccuracy));
        using Plot loss = Draw(title, "loss", curves, curve => (curve.Loss, curve.ValidationLoss));
        accuracy.HideLegend(); // one for both
        loss.ShowLegend(Edge.Right);
        using var font = new SKFont(EmbeddedFont.Typeface, LegendFontSize);
        int legendWidth = LegendSymbolWidth + 40
            + (int)loss.Legend.GetItems().Max(item => font.MeasureText(item.LabelText));
        int width = 2 * PanelWidth + legendWidth;
        using var surface = SKSurface.Create(new SKImageInfo(width, Height));
        accuracy.Render(surface.Canvas, new PixelRect(0, PanelWidth, Height, 0));
        loss.RenderManager.ClearCanvasBeforeEachRender = false;
        loss.Render(surface.Canvas, new PixelRect(PanelWidth, width, Height, 0));
        using SKImage image = surface.Snapshot();
        using SKData png = image.Encode(SKEncodedImageFormat.Png, 100);
        OutputFile.Write(path, png.SaveTo);
    }

    private static Plot Draw(
        string title,
        string quantity,
        IReadOnlyList<LearningCurve> curves,
        Func<LearningCurve, (IReadOnlyList<double> Train, IReadOnlyList<double> Validation)> select)
    {
        var plot = new Plot();
        plot.Title($"{title}: {quantity}", size: 17);
        plot.XLabel("epoch");
        plot.YLabel(quantity);
        plot.Font.Set(EmbeddedFont.Name);
        for (int i = 0; i < curves.Count; i++)
        {
            Color colour = Color.FromHex(Colours[i % Colours.Length]);
            (IReadOnlyList<double> train, IReadOnlyList<double> validation) = select(curves[i]);
            string prefix = curves.Count == 1 ? "" : $"{curves[i].Name}, ";
            Add(plot, $"{prefix}train", train, colour, isTrain: true);
            Add(plot, $"{prefix}validation", validation, colour, isTrain: false);
        }
        int epochs = curves.Max(curve => select(curve).Train.Count);
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true, MinimumTickSpacing = 30 };
        double top = curves.SelectMany(curve => select(curve).Train.Concat(select(curve).Validation)).Max();
        plot.Axes.SetLimits(epochs == 1 ? 0 : 1 - 0.02 * epochs, epochs == 1 ? 2 : 1.02 * epochs, 0, top > 0 ? 1.05 * top : 1);
        plot.Legend.FontSize = LegendFontSize;
        plot.Legend.SymbolWidth = LegendSymbolWidth;
        return plot;
    }

    private static void Add(Plot plot, string name, IReadOnlyList<double> values, Color colour, bool isTrain)
    {
        if (values.Count == 0)
            return;
        double[] epochs = [.. Enumerable.Range(1, values.Count).Select(epoch => (double)epoch)];
        var line = plot.Add.Scatter(epochs, values.ToArray(), colour);
        line.LegendText = name;
        line.LineWidth = 2.5f;
        line.LinePattern = isTrain ? LinePattern.Solid : LinePattern.Dashed;
        line.MarkerSize = values.Count == 1 ? 9 : values.Count > 40 || !isTrain ? 0 : 5;
        line.MarkerShape = isTrain ? MarkerShape.FilledCircle : MarkerShape.OpenCircle;
    }
}
