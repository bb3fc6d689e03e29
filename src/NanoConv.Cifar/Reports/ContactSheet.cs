using NanoConv.Cifar.Images;
using SkiaSharp;

namespace NanoConv.Cifar.Reports;

/// <summary>Draws small pictures in labelled rows, a row for each class.</summary>
public static class ContactSheet
{
    private const int Scale = 2;
    private const int Gap = 4;
    private const int Margin = 16;
    private const int TitleHeight = 40;
    private const float TitleSize = 20;
    private const float LabelSize = 17;

    /// <summary>Writes the sheet as PNG, each picture at twice its size.</summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="title">Stands above.</param>
    /// <param name="rows">The rows; pictures may differ in number from row to row, but not in size.</param>
    public static void WritePng(string path, string title, IReadOnlyList<ContactSheetRow> rows)
    {
        RgbImage first = rows.SelectMany(row => row.Images).FirstOrDefault()
            ?? throw new ArgumentException("A contact sheet needs at least one picture.");
        int cellWidth = first.Width * Scale + Gap;
        int cellHeight = first.Height * Scale + Gap;
        using var titleFont = new SKFont(EmbeddedFont.Typeface, TitleSize);
        using var labelFont = new SKFont(EmbeddedFont.Typeface, LabelSize);
        int labelWidth = (int)Math.Ceiling(rows.Max(row => labelFont.MeasureText(row.Label))) + Margin;
        int titleWidth = (int)Math.Ceiling(titleFont.MeasureText(title));
        int width = 2 * Margin + Math.Max(titleWidth, labelWidth + rows.Max(row => row.Images.Count) * cellWidth - Gap);
        int height = 2 * Margin + TitleHeight + rows.Count * cellHeight - Gap;
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        using (var ink = new SKPaint { Color = new SKColor(0x22, 0x22, 0x22), IsAntialias = true })
        {
            canvas.Clear(SKColors.White);
            canvas.DrawText(title, Margin, Margin + TitleSize, titleFont, ink);
            for (int r = 0; r < rows.Count; r++)
            {
                int top = Margin + TitleHeight + r * cellHeight;
                float baseline = top + (first.Height * Scale + 0.7f * LabelSize) / 2;
                canvas.DrawText(rows[r].Label, Margin, baseline, labelFont, ink);
                DrawRow(canvas, rows[r], Margin + labelWidth, top, cellWidth);
            }
        }
        ImageFile.WritePng(path, bitmap);
    }

    private static void DrawRow(SKCanvas canvas, ContactSheetRow row, int left, int top, int cellWidth)
    {
        for (int i = 0; i < row.Images.Count; i++)
        {
            RgbImage image = row.Images[i];
            using SKBitmap bitmap = ImageFile.ToBitmap(image);
            using SKImage picture = SKImage.FromBitmap(bitmap);
            int x = left + i * cellWidth;
            var place = new SKRect(x, top, x + image.Width * Scale, top + image.Height * Scale);
            canvas.DrawImage(picture, place, new SKSamplingOptions(SKFilterMode.Nearest));
        }
    }
}
