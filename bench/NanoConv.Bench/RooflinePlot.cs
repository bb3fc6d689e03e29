using NanoConv.Cifar.Files;
using NanoConv.Cifar.Reports;
using ScottPlot;

namespace NanoConv.Bench;

/// <summary>Draws speed against arithmetic intensity, both in powers of ten, under the roof of peak and bandwidths.</summary>
internal static class RooflinePlot
{
    private const int Width = 1100, Height = 700;
    private const float FontSize = 15, TextSize = 14;

    // Fixed, so that a text can lie along a slope.
    private static readonly PixelPadding Margins = new(left: 75, right: 25, bottom: 65, top: 55);

    /// <summary>Open markers, so that none hides another; colours that stay apart for colour-blind eyes too.</summary>
    private static readonly Dictionary<string, (MarkerShape Shape, string Colour)> Directions = new()
    {
        ["forward"] = (MarkerShape.OpenCircle, "#0072B2"),
        ["kernel gradient"] = (MarkerShape.OpenSquare, "#D55E00"),
        ["input gradient"] = (MarkerShape.OpenTriangleUp, "#009E73"),
    };

    private static readonly Color Grey = Color.FromHex("#555555");

    public static void WritePng(
        string path, string title, double peak, IReadOnlyList<Bandwidth> bandwidths, IReadOnlyList<RooflinePoint> points)
    {
        EmbeddedFont.UseInPlots();
        using Plot plot = new();
        plot.Title(title, size: 17);
        plot.XLabel("arithmetic intensity, FLOP/byte", FontSize);
        plot.YLabel("GFLOP/s of one thread", FontSize);
        plot.Font.Set(EmbeddedFont.Name);
        plot.Layout.Fixed(Margins);
        SetAxes(plot, peak, bandwidths, points);
        foreach (Bandwidth bandwidth in bandwidths)
            AddSlope(plot, bandwidth, peak);
        AddPeak(plot, peak, bandwidths);
        AddLayers(plot, peak, points);
        foreach (IGrouping<string, RooflinePoint> direction in points.GroupBy(point => point.Direction))
            AddPoints(plot, direction.Key, peak, [.. direction]);
        plot.ShowLegend(Alignment.UpperRight, Orientation.Horizontal); // above the roof, where nothing else can be
        plot.Legend.FontSize = FontSize;
        plot.Legend.TightHorizontalWrapping = true;
        OutputFile.Write(path, stream => stream.Write(plot.GetImageBytes(Width, Height, ImageFormat.Png)));
    }

    // From left of every ridge to right of every layer; below the lowest point is room for the layers' names.
    private static void SetAxes(Plot plot, double peak, IReadOnlyList<Bandwidth> bandwidths, IReadOnlyList<RooflinePoint> points)
    {
        double left = bandwidths.Min(bandwidth => bandwidth.Ridge) / 5;
        double right = points.Max(point => point.Intensity) * 2.5;
        double bottom = Math.Min(peak / 10, peak * points.Min(point => point.Share)) / 5, top = peak * 1.8;
        plot.Axes.SetLimits(Math.Log10(left), Math.Log10(right), Math.Log10(bottom), Math.Log10(top));
        (double[] positions, string[] labels) = Ticks(left, right);
        plot.Axes.Bottom.SetTicks(positions, labels);
        (positions, labels) = Ticks(bottom, top);
        plot.Axes.Left.SetTicks(positions, labels);
        plot.Axes.Bottom.TickLabelStyle.FontSize = plot.Axes.Left.TickLabelStyle.FontSize = FontSize;
        plot.Grid.MajorLineColor = Colors.Black.WithAlpha(0.08);
    }

    // 1, 2 and 5 of each power of ten.
    private static (double[] Positions, string[] Labels) Ticks(double first, double last)
    {
        double[] values =
        [
            .. from power in Enumerable.Range(-9, 19)
               from digit in (int[])[1, 2, 5]
               let value = digit * Math.Pow(10, power)
               where value >= first && value <= last
               select value
        ];
        return ([.. values.Select(Math.Log10)], [.. values.Select(value => value.ToString("0.#########"))]);
    }

    // speed = intensity × bandwidth, up to the peak.
    private static void AddSlope(Plot plot, Bandwidth bandwidth, double peak)
    {
        AxisLimits limits = plot.Axes.GetLimits();
        double logBandwidth = Math.Log10(peak * bandwidth.BytesPerFlop), ridge = Math.Log10(bandwidth.Ridge);
        double start = Math.Max(limits.Left, limits.Bottom - logBandwidth), middle = (start + ridge) / 2;
        AddLine(plot, start, start + logBandwidth, ridge, Math.Log10(peak));
        double perX = (Width - Margins.Horizontal) / limits.HorizontalSpan;
        double perY = (Height - Margins.Vertical) / limits.VerticalSpan;
        string text = $"{bandwidth.Place}: {peak * bandwidth.BytesPerFlop:F0} GB/s";
        AddText(plot, text, middle, middle + logBandwidth, Alignment.LowerCenter, -(float)double.RadiansToDegrees(Math.Atan2(perY, perX)));
    }

    private static void AddPeak(Plot plot, double peak, IReadOnlyList<Bandwidth> bandwidths)
    {
        double start = Math.Log10(bandwidths.Min(bandwidth => bandwidth.Ridge));
        double end = plot.Axes.GetLimits().Right, height = Math.Log10(peak);
        AddLine(plot, start, height, end, height);
        AddText(plot, $"multiply-adds in registers: {peak:F0} GFLOP/s ", end, height, Alignment.LowerRight, 0);
    }

    // A thin line through all directions of a layer, its name along the line: to the left of it, or to the right if the
    // line before is too near.
    private static void AddLayers(Plot plot, double peak, IReadOnlyList<RooflinePoint> points)
    {
        AxisLimits limits = plot.Axes.GetLimits();
        double bottom = limits.Bottom, before = double.NegativeInfinity;
        double near = 1.2 * TextSize * limits.HorizontalSpan / (Width - Margins.Horizontal);
        foreach (IGrouping<string, RooflinePoint> layer in points.OrderBy(point => point.Intensity).GroupBy(point => point.Layer))
        {
            double x = Math.Log10(layer.First().Intensity);
            Alignment side = x - before < near ? Alignment.UpperLeft : Alignment.LowerLeft;
            var line = plot.Add.Line(x, bottom, x, Math.Log10(peak * layer.Max(point => point.Share)));
            line.LineColor = Colors.Black.WithAlpha(0.3);
            line.LineWidth = 1;
            AddText(plot, $"  {layer.Key}", x, bottom, side, -90);
            before = x;
        }
    }

    private static void AddPoints(Plot plot, string direction, double peak, RooflinePoint[] points)
    {
        (MarkerShape shape, string colour) = Directions[direction];
        double[] x = [.. points.Select(point => Math.Log10(point.Intensity))];
        double[] y = [.. points.Select(point => Math.Log10(peak * point.Share))];
        var markers = plot.Add.Markers(x, y, shape, size: 13, Color.FromHex(colour));
        markers.MarkerLineWidth = 2.5f;
        markers.LegendText = direction;
    }

    private static void AddLine(Plot plot, double x1, double y1, double x2, double y2)
    {
        var line = plot.Add.Line(x1, y1, x2, y2);
        line.LineColor = Grey;
        line.LineWidth = 2.5f;
    }

    private static void AddText(Plot plot, string content, double x, double y, Alignment alignment, float rotation)
    {
        var text = plot.Add.Text(content, x, y);
        text.LabelFontName = EmbeddedFont.Name;
        text.LabelFontSize = TextSize;
        text.LabelFontColor = Grey;
        text.LabelAlignment = alignment;
        text.LabelRotation = rotation;
        text.OffsetY = -2;
    }
}
