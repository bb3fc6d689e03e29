using NanoConv.Cifar.Images;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

public sealed class AugmentCommandTests : IDisposable
{
    private const int Cell = 2 * 64 + 4, Margin = 16, Title = 40;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_sheet_has_a_row_for_each_layer_and_the_picture_above()
    {
        // Grey from left to right, so that flips show; ten pixels of the sheet are taken from a cell's middle row.
        byte[] pixels = [.. from y in Enumerable.Range(0, 64) from x in Enumerable.Range(0, 64) from c in Enumerable.Range(0, 3) select (byte)(2 * x + 50)];
        ImageFile.WritePng(folder["in.png"], new RgbImage(64, 64, pixels));
        CommandResult result = CommandResult.Of("augment", folder["in.png"], "--output", folder["out.png"]).ShouldSucceed();
        Assert.Contains("10 ways to augment", result.Out, StringComparison.Ordinal);
        RgbImage sheet = ImageFile.Read(folder["out.png"]);
        Assert.Equal(2 * Margin + Title + 11 * Cell - 4, sheet.Height);
        int left = sheet.Width - Margin - 8 * Cell + 4;
        Assert.Equal(Enumerable.Range(0, 64).Select(x => 2 * x + 50), Row(sheet, left, row: 0));
        int[][] alternating = [.. Enumerable.Range(0, 8).Select(epoch => Row(sheet, left + epoch * Cell, row: 2))];
        for (int epoch = 1; epoch < 8; epoch++)
            Assert.Equal(alternating[epoch - 1].Reverse(), alternating[epoch]);
        Assert.Contains(Enumerable.Range(1, 7), epoch => !Row(sheet, left, row: 5).SequenceEqual(Row(sheet, left + epoch * Cell, row: 5)));
    }

    [Fact]
    public void Another_seed_draws_others_and_the_same_seed_the_same()
    {
        CommandResult.Of("augment", "--output", folder["a.png"]).ShouldSucceed();
        CommandResult.Of("augment", "--output", folder["b.png"]).ShouldSucceed();
        CommandResult.Of("augment", "--seed", "2", "--output", folder["c.png"]).ShouldSucceed();
        Assert.Equal(File.ReadAllBytes(folder["a.png"]), File.ReadAllBytes(folder["b.png"]));
        Assert.NotEqual(File.ReadAllBytes(folder["a.png"]), File.ReadAllBytes(folder["c.png"]));
    }

    [Fact]
    public void The_picture_itself_is_not_overwritten()
    {
        ImageFile.WritePng(folder["in.png"], TestPicture.Draw());
        CommandResult.Of("augment", folder["in.png"], "--output", folder["in.png"]).ShouldFail(1, "expected another file than the picture");
    }

    // The reds of a cell, every other pixel as the sheet is twice as large, in the middle of its height.
    private static int[] Row(RgbImage sheet, int left, int row)
    {
        int y = Margin + Title + row * Cell + 64;
        return [.. Enumerable.Range(0, 64).Select(x => (int)sheet.Pixels.Span[3 * (y * sheet.Width + left + 2 * x)])];
    }
}
