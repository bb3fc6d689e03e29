using NanoConv.Cifar.Images;
using NanoConv.Cifar.Reports;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Reports;

public sealed class PictureTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Curves_show_each_run_in_its_own_colour()
    {
        LearningCurvePlot.WritePng(folder["one.png"], "default", [Curve("L1 0", 20)]);
        LearningCurvePlot.WritePng(folder["two.png"], "default", [Curve("L1 0", 20), Curve("L1 0.01", 15)]);
        RgbImage one = ImageFile.Read(folder["one.png"]);
        RgbImage two = ImageFile.Read(folder["two.png"]);
        (byte, byte, byte) blue = (0x00, 0x72, 0xB2);
        (byte, byte, byte) red = (0xD5, 0x5E, 0x00);
        Assert.True(Count(one, blue) > 500);
        Assert.Equal(0, Count(one, red));
        Assert.True(Count(two, blue) > 500);
        Assert.True(Count(two, red) > 500);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public void Curves_of_any_length_are_drawn(int epochs)
    {
        LearningCurvePlot.WritePng(folder["a.png"], "default", [Curve("a", epochs)]);
        RgbImage image = ImageFile.Read(folder["a.png"]);
        Assert.True(Count(image, (0x00, 0x72, 0xB2), 0, 680) > 30, "accuracy on the left");
        Assert.True(Count(image, (0x00, 0x72, 0xB2), 680, 1330) > 30, "loss on the right");
    }

    [Fact]
    public void An_accuracy_of_zero_lies_at_the_bottom()
    {
        LearningCurve curve = Curve("a", 5) with { Accuracy = [0, 0, 0, 0, 0], ValidationAccuracy = [] };
        LearningCurvePlot.WritePng(folder["a.png"], "default", [curve]);
        RgbImage image = ImageFile.Read(folder["a.png"]);
        int[] rows = [.. Enumerable.Range(0, image.Height).Where(y => Enumerable.Range(0, 680).Any(x => IsBlue(x, y)))];
        Assert.True(rows.Min() > 0.8 * image.Height, $"from row {rows.Min()} of {image.Height}");

        bool IsBlue(int x, int y) => image.Pixels.Span.Slice(((y * image.Width) + x) * 3, 3) is [0x00, 0x72, 0xB2];
    }

    [Fact]
    public void A_run_without_validation_is_drawn()
    {
        LearningCurve curve = Curve("a", 5) with { ValidationAccuracy = [], ValidationLoss = [] };
        LearningCurvePlot.WritePng(folder["a.png"], "default", [curve]);
    }

    [Fact]
    public void A_contact_sheet_shows_the_pictures_enlarged_beside_their_labels()
    {
        var red = new byte[32 * 32 * 3];
        for (int i = 0; i < red.Length; i += 3)
            red[i] = 255;
        var image = new RgbImage(32, 32, red);
        ContactSheet.WritePng(folder["a.png"], "Ten classes", [new("cat", [image, image]), new("dog", [image])]);
        RgbImage sheet = ImageFile.Read(folder["a.png"]);
        Assert.Equal(3 * 64 * 64, Count(sheet, (255, 0, 0)));
        Plane green = sheet.Channel(1);
        int dark = 0; // the labels' ink
        for (int y = 0; y < sheet.Height; y++)
        {
            for (int x = 0; x < 50; x++)
                dark += green[y, x] < 100 ? 1 : 0;
        }
        Assert.InRange(dark, 100, 5000);
    }

    private static LearningCurve Curve(string name, int epochs)
    {
        double[] rise = [.. Enumerable.Range(1, epochs).Select(epoch => 0.7 * epoch / (epoch + 4.0))];
        return new LearningCurve(
            name,
            rise,
            [.. rise.Select(a => 2.3 - 2 * a)],
            [.. rise.Select(a => 0.9 * a)],
            [.. rise.Select(a => 2.3 - 1.7 * a)]);
    }

    private static int Count(RgbImage image, (byte Red, byte Green, byte Blue) colour, int left = 0, int? right = null)
    {
        ReadOnlySpan<byte> pixels = image.Pixels.Span;
        int count = 0;
        for (int i = 0; i < image.Width * image.Height; i++)
        {
            bool isInside = i % image.Width >= left && i % image.Width < (right ?? image.Width);
            if (isInside && (pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]) == colour)
                count++;
        }
        return count;
    }
}
