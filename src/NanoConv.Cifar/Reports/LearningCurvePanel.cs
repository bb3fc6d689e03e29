using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace NanoConv.Cifar.Reports;

/// <summary>
/// Accuracy or loss against epochs as one small panel: a colour and a marker for each run, solid to train and dashed
/// to validate, a dotted line where the two part. Its text is large enough to be read at three quarters of its size.
/// </summary>
internal static class LearningCurvePanel
{
    private const int Width = 480;
    private const int PlotHeight = 320;
    private const int Scale = 2;
    private const int MarkersAtMost = 12;
    private const double LogarithmicFrom = 30; // times the least value; a strong penalty's loss hides all others

    private static readonly (MarkerShape Train, MarkerShape Validation)[] Markers =
    [
        (MarkerShape.FilledCircle, MarkerShape.OpenCircle),
        (MarkerShape.FilledSquare, MarkerShape.OpenSquare),
        (MarkerShape.FilledTriangleUp, MarkerShape.OpenTriangleUp),
        (MarkerShape.FilledDiamond, MarkerShape.OpenDiamond),
        (MarkerShape.FilledTriangleDown, MarkerShape.OpenTriangleDown),
    ];

    /// <summary>Draws a panel.</summary>
    /// <param name="quantity">What it shows.</param>
    /// <param name="curves">The runs; at least one, of at least one epoch.</param>
    /// <param name="theme">Its colours.</param>
    public static PlotPicture Draw(CurveQuantity quantity, IReadOnlyList<LearningCurve> curves, PlotTheme theme)
    {
        ArgumentOutOfRangeException.ThrowIfZero(curves.Count);
        EmbeddedFont.UseInPlots();
        using Plot plot = CreatePlot(quantity, curves, theme);
        using var legend = new PlotLegend(Legend(quantity, curves, theme), Width);
        int height = PlotHeight + legend.Height;
        using var surface = SKSurface.Create(new SKImageInfo(Scale * Width, Scale * height));
        surface.Canvas.Clear(SKColor.Parse(theme.Background));
        surface.Canvas.Scale(Scale);
        plot.RenderManager.ClearCanvasBeforeEachRender = false;
        plot.Render(surface.Canvas, new PixelRect(0, Width, PlotHeight, 0));
        legend.Draw(surface.Canvas, PlotHeight, SKColor.Parse(theme.Ink));
        using SKImage image = surface.Snapshot();
        using SKData png = image.Encode(SKEncodedImageFormat.Png, 100);
        return new PlotPicture(png.ToArray(), Width, height);
    }

    private static Plot CreatePlot(CurveQuantity quantity, IReadOnlyList<LearningCurve> curves, PlotTheme theme)
    {
        double[] all = [.. curves.SelectMany(curve => Train(quantity, curve).Concat(Validation(quantity, curve)))];
        (double least, double greatest) = (all.Min(), all.Max());
        bool isLogarithmic = quantity == CurveQuantity.Loss && least > 0 && greatest > LogarithmicFrom * least;
        var plot = new Plot();
        plot.XLabel("epoch", size: 16);
        plot.YLabel(quantity == CurveQuantity.Accuracy ? "accuracy, %" : isLogarithmic ? "loss, logarithmic" : "loss", size: 16);
        int epochs = curves.Max(curve => curve.Accuracy.Count);
        double bottom = isLogarithmic ? Math.Log10(least) - 0.15 : 0;
        double top = isLogarithmic ? Math.Log10(greatest) + 0.1 : greatest > 0 ? 1.05 * greatest : 1;
        plot.Axes.SetLimits(epochs == 1 ? 0 : 1 - 0.02 * epochs, epochs == 1 ? 2 : 1.02 * epochs, bottom, top);
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true, MinimumTickSpacing = 30 };
        if (isLogarithmic)
            plot.Axes.Left.TickGenerator = LogarithmicTicks(bottom, top);
        for (int i = 0; i < curves.Count; i++)
        {
            Color colour = Color.FromHex(theme.Colours[i % theme.Colours.Count]);
            (MarkerShape train, MarkerShape validation) = Markers[i % Markers.Length];
            AddLine(plot, Train(quantity, curves[i]), isLogarithmic, colour, LinePattern.Solid, train);
            AddLine(plot, Validation(quantity, curves[i]), isLogarithmic, colour, LinePattern.Dashed, validation);
            if (curves[i].PartsAt is { } epoch)
                plot.Add.VerticalLine(epoch, 1.5f, curves.Count == 1 ? Color.FromHex(theme.Ink) : colour, LinePattern.Dotted);
        }
        if (curves is [{ PartsAt: { } parting }]) // labels of several would hide curves
            AddPartingLabel(plot, parting, epochs, bottom, theme);
        Colour(plot, theme);
        return plot;
    }

    private static void Colour(Plot plot, PlotTheme theme)
    {
        plot.Font.Set(EmbeddedFont.Name);
        plot.FigureBackground.Color = Color.FromHex(theme.Background);
        plot.DataBackground.Color = Color.FromHex(theme.Background);
        plot.Axes.Color(Color.FromHex(theme.Ink));
        plot.Grid.MajorLineColor = Color.FromHex(theme.Faint);
        foreach (IAxis axis in plot.Axes.GetAxes())
        {
            axis.TickLabelStyle.FontSize = 15;
            axis.MinorTickStyle.Length = 0;
        }
    }

    private static void AddLine(
        Plot plot, double[] values, bool isLogarithmic, Color colour, LinePattern pattern, MarkerShape marker)
    {
        double[] heights = isLogarithmic ? [.. values.Select(Math.Log10)] : values;
        var line = plot.Add.ScatterLine([.. Enumerable.Range(1, values.Length).Select(epoch => (double)epoch)], heights, colour);
        line.LineWidth = 2;
        line.LinePattern = pattern;
        int step = (values.Length + MarkersAtMost - 1) / MarkersAtMost;
        for (int i = values.Length - 1; i >= 0; i -= step)
            plot.Add.Marker(i + 1, heights[i], marker, 8, colour);
    }

    private static void AddPartingLabel(Plot plot, int epoch, int epochs, double bottom, PlotTheme theme)
    {
        bool isRight = epoch > epochs / 2;
        var text = plot.Add.Text($"parts at {epoch}", epoch, bottom);
        text.LabelFontName = EmbeddedFont.Name;
        text.LabelFontSize = 14;
        text.LabelFontColor = Color.FromHex(theme.Ink);
        text.LabelBackgroundColor = Color.FromHex(theme.Background).WithAlpha(0.85);
        text.LabelAlignment = isRight ? Alignment.LowerRight : Alignment.LowerLeft;
        text.OffsetX = isRight ? -4 : 4;
        text.OffsetY = -6;
    }

    private static IEnumerable<PlotLegend.Entry> Legend(
        CurveQuantity quantity, IReadOnlyList<LearningCurve> curves, PlotTheme theme)
    {
        bool isSingle = curves.Count == 1;
        for (int i = 0; i < curves.Count; i++)
        {
            if (!isSingle)
            {
                Color own = Color.FromHex(theme.Colours[i % theme.Colours.Count]);
                yield return new(curves[i].Name, own, LinePattern.Solid, Marker: Markers[i % Markers.Length].Train);
            }
        }
        Color colour = Color.FromHex(isSingle ? theme.Colours[0] : theme.Ink);
        (MarkerShape train, MarkerShape validation) = isSingle ? Markers[0] : default;
        yield return new("train", colour, LinePattern.Solid, Marker: train);
        if (curves.Any(curve => Validation(quantity, curve).Length > 0))
            yield return new("validation", colour, LinePattern.Dashed, Marker: validation);
        if (curves.Any(curve => curve.PartsAt is not null))
            yield return new("curves part", Color.FromHex(theme.Ink), LinePattern.Dotted, 1.5f);
    }

    private static NumericManual LogarithmicTicks(double bottom, double top)
    {
        var ticks = new NumericManual();
        int[] digits = top - bottom > 3 ? [1] : [1, 2, 5];
        for (int power = (int)Math.Floor(bottom); power <= top; power++)
        {
            foreach (double value in digits.Select(digit => digit * Math.Pow(10, power)))
            {
                if (Math.Log10(value) >= bottom && Math.Log10(value) <= top)
                    ticks.AddMajor(Math.Log10(value), $"{value:#,0.###}");
            }
        }
        return ticks;
    }

    private static double[] Train(CurveQuantity quantity, LearningCurve curve) =>
        quantity == CurveQuantity.Accuracy ? [.. curve.Accuracy.Select(share => 100 * share)] : [.. curve.Loss];

    private static double[] Validation(CurveQuantity quantity, LearningCurve curve) => quantity == CurveQuantity.Accuracy
        ? [.. curve.ValidationAccuracy.Select(share => 100 * share)]
        : [.. curve.ValidationLoss];
}
