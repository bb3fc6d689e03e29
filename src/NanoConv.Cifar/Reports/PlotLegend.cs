using ScottPlot;
using SkiaSharp;

namespace NanoConv.Cifar.Reports;

/// <summary>
/// A legend below a plot, in as many lines as it needs. ScottPlot's own either covers curves or stays in one line.
/// </summary>
internal sealed class PlotLegend : IDisposable
{
    private const float FontSize = 15;
    private const float LineHeight = 24;
    private const float SymbolWidth = 42;
    private const float Gap = 16;
    private const float Margin = 12;

    private readonly SKFont font = new(EmbeddedFont.Typeface, FontSize);
    private readonly List<(Entry Entry, float X, float Y)> places = [];

    /// <summary>Places the entries.</summary>
    /// <param name="entries">What it explains.</param>
    /// <param name="width">How wide it may be.</param>
    public PlotLegend(IEnumerable<Entry> entries, float width)
    {
        float x = Margin, y = 0;
        foreach (Entry entry in entries)
        {
            float length = SymbolWidth + font.MeasureText(entry.Text);
            if (x > Margin && x + length > width - Margin)
                (x, y) = (Margin, y + LineHeight);
            places.Add((entry, x, y));
            x += length + Gap;
        }
        Height = (int)Math.Ceiling(y + LineHeight + Margin / 2);
    }

    /// <summary>How high it is.</summary>
    public int Height { get; }

    /// <summary>Draws it.</summary>
    /// <param name="canvas">Where.</param>
    /// <param name="top">Its upper edge.</param>
    /// <param name="ink">The colour of its text.</param>
    public void Draw(SKCanvas canvas, float top, SKColor ink)
    {
        using var text = new SKPaint { Color = ink, IsAntialias = true };
        using var paint = Paint.NewDisposablePaint();
        foreach ((Entry entry, float x, float y) in places)
        {
            float middle = top + y + LineHeight / 2;
            if (entry.Pattern is { } pattern)
            {
                var line = new LineStyle(entry.Width, entry.Colour, pattern);
                Drawing.DrawLine(canvas, paint, new Pixel(x, middle), new Pixel(x + SymbolWidth - 8, middle), line);
            }
            if (entry.Marker != MarkerShape.None)
            {
                Drawing.DrawMarker(
                    canvas, paint, new Pixel(x + (SymbolWidth - 8) / 2, middle), new MarkerStyle(entry.Marker, 9, entry.Colour));
            }
            canvas.DrawText(entry.Text, x + SymbolWidth, middle + 0.36f * FontSize, font, text);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => font.Dispose();

    /// <summary>One entry.</summary>
    /// <param name="Text">What it means.</param>
    /// <param name="Colour">The symbol's colour.</param>
    /// <param name="Pattern">The line's pattern; null for no line.</param>
    /// <param name="Width">The line's width.</param>
    /// <param name="Marker">The marker's shape.</param>
    public sealed record Entry(
        string Text, Color Colour, LinePattern? Pattern, float Width = 2.5f, MarkerShape Marker = MarkerShape.None);
}
