using NanoConv.Cifar.Images;
using NanoConv.Cifar.Reports;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Reports;

public sealed class LearningCurvePanelTests : IDisposable
{
    private static readonly (byte, byte, byte) Blue = (0x00, 0x72, 0xB2);
    private static readonly (byte, byte, byte) Red = (0xD5, 0x5E, 0x00);
    private static readonly (byte, byte, byte) Ink = (0x1B, 0x1F, 0x24);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public void Each_run_has_its_own_colour(int epochs)
    {
        RgbImage one = Draw(CurveQuantity.Accuracy, [Curve("a", epochs, 1)]);
        RgbImage two = Draw(CurveQuantity.Loss, [Curve("a", epochs, 1), Curve("b", epochs, 2)]);
        Assert.True(Rows(one, Blue).Count > 30);
        Assert.Empty(Rows(one, Red));
        Assert.True(Rows(two, Red).Count > 30);
    }

    [Fact]
    public void There_is_text_on_machines_without_fonts()
    {
        RgbImage image = Draw(CurveQuantity.Accuracy, [Curve("a", 20, 1), Curve("b", 20, 2)]);
        Assert.True(Count(0, 0, 90, 620) > 100, "beside the left axis");
        Assert.True(Count(100, 580, image.Width, 640) > 50, "below the bottom axis");
        Assert.True(Count(60, 645, image.Width, image.Height) > 500, "in the legend");

        int Count(int left, int top, int right, int bottom) => Pixels(image, Ink)
            .Count(at => at.X >= left && at.X < right && at.Y >= top && at.Y < bottom);
    }

    [Fact]
    public void The_dark_theme_is_drawn_on_its_own_ground()
    {
        RgbImage image = Draw(CurveQuantity.Accuracy, [Curve("a", 20, 1)], PlotTheme.Dark);
        Assert.Empty(Rows(image, (255, 255, 255)));
        Assert.True(Rows(image, (0x17, 0x1B, 0x21)).Count == image.Height);
    }

    [Fact]
    public void A_dotted_line_stands_where_the_curves_part()
    {
        LearningCurve curve = Curve("a", 20, 1);
        Assert.Empty(InkedRows(curve));
        Assert.InRange(InkedRows(curve with { PartsAt = 7 }).Length, 100, 350); // of 440: dots, not a line

        int[] InkedRows(LearningCurve drawn) => [.. Pixels(Draw(CurveQuantity.Loss, [drawn]), Ink)
            .Where(at => at.X is > 150 and < 900 && at.Y is > 60 and < 500).Select(at => at.Y).Distinct()];
    }

    [Fact]
    public void A_strong_penaltys_loss_hides_no_other()
    {
        LearningCurve[] curves = [Curve("a", 9, 2), Curve("b", 9, 20), Curve("c", 9, 20000)];
        List<int> red = Rows(Draw(CurveQuantity.Loss, curves), Red).FindAll(y => y < 640); // above the legend
        Assert.True(red.Max() < 450, $"rows {red.Min()} to {red.Max()}");
    }

    [Fact]
    public void A_run_without_validation_is_drawn_and_its_legend_speaks_of_none()
    {
        LearningCurve with = Curve("a", 5, 1);
        LearningCurve without = with with { ValidationAccuracy = [], ValidationLoss = [] };
        Assert.NotEmpty(Rows(Draw(CurveQuantity.Accuracy, [without]), Blue));
        Assert.True(InLegend(without) < InLegend(with));

        int InLegend(LearningCurve curve) => Pixels(Draw(CurveQuantity.Accuracy, [curve]), Ink).Count(at => at.Y > 645);
    }

    private static LearningCurve Curve(string name, int epochs, double loss)
    {
        double[] flat = [.. Enumerable.Repeat(loss, epochs)];
        double[] rise = [.. Enumerable.Range(1, epochs).Select(epoch => 0.7 * epoch / (epoch + 4.0))];
        return new LearningCurve(name, rise, flat, [.. rise.Select(a => 0.9 * a)], flat);
    }

    private static IEnumerable<(int X, int Y)> Pixels(RgbImage image, (byte Red, byte Green, byte Blue) colour)
    {
        for (int i = 0; i < image.Width * image.Height; i++)
        {
            ReadOnlySpan<byte> pixel = image.Pixels.Span.Slice(3 * i, 3);
            if ((pixel[0], pixel[1], pixel[2]) == colour)
                yield return (i % image.Width, i / image.Width);
        }
    }

    private static List<int> Rows(RgbImage image, (byte Red, byte Green, byte Blue) colour) =>
        [.. Pixels(image, colour).Select(at => at.Y).Distinct()];

    private RgbImage Draw(CurveQuantity quantity, LearningCurve[] curves, PlotTheme? theme = null)
    {
        PlotPicture picture = LearningCurvePanel.Draw(quantity, curves, theme ?? PlotTheme.Light);
        File.WriteAllBytes(folder["a.png"], picture.Png);
        RgbImage image = ImageFile.Read(folder["a.png"]);
        Assert.Equal((2 * picture.Width, 2 * picture.Height), (image.Width, image.Height));
        return image;
    }
}
