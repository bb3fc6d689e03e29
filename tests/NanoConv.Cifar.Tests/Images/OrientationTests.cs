using NanoConv.Cifar.Images;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Images;

/// <summary>The eight orientations of a PNG's eXIf: two rows of three pixels, and how they look upright.</summary>
public sealed class OrientationTests : IDisposable
{
    private static readonly byte[][] Rows = [[1, 2, 3], [4, 5, 6]];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0, "123/456")] // there is no such orientation
    [InlineData(1, "123/456")]
    [InlineData(2, "321/654")]
    [InlineData(3, "654/321")]
    [InlineData(4, "456/123")]
    [InlineData(5, "14/25/36")]
    [InlineData(6, "41/52/63")]
    [InlineData(7, "63/52/41")]
    [InlineData(8, "36/25/14")]
    [InlineData(9, "123/456")]
    public void A_png_is_turned_as_its_exif_says(byte orientation, string expected)
    {
        Assert.Equal(expected, Upright(before: PngFile.Orientation(orientation)));
        Assert.Equal(expected, Upright(before: PngFile.Orientation(orientation, isBigEndian: true)));
        Assert.Equal(expected, Upright(after: PngFile.Orientation(orientation)));
    }

    [Fact]
    public void Only_the_exif_counts()
    {
        Assert.Equal("123/456", Upright());
        Assert.Equal("123/456", Upright(before: PngFile.Chunk("teXt", PngFile.Exif(6))));
        byte[] text = PngFile.Chunk("teXt", new byte[10_000]);
        Assert.Equal("41/52/63", Upright(before: [.. text, .. PngFile.Orientation(6)]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(70_000)] // beyond what a JPEG's segment holds
    public void Exif_may_be_long_or_cut(int length)
    {
        byte[] exif = new byte[length];
        PngFile.Exif(3).AsSpan(0, Math.Min(26, length)).CopyTo(exif);
        Assert.Equal(length > 20 ? "654/321" : "123/456", Upright(before: PngFile.Chunk("eXIf", exif)));
    }

    [Fact]
    public void An_exif_of_false_length_takes_no_memory()
    {
        byte[] chunk = PngFile.Orientation(3);
        chunk[0] = 0x7F; // two billion bytes
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("654/321", Upright(after: chunk));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Theory]
    [InlineData(1, 5, 7)]
    [InlineData(4, 40, 3)]
    [InlineData(6, 5, 7)]
    [InlineData(7, 64, 7)]
    public void A_picture_is_turned_before_it_gets_another_size(byte orientation, int width, int height)
    {
        byte[][] rows = [.. Enumerable.Range(0, 23).Select(y => Enumerable.Range(0, 37).Select(x => (byte)(x * 31 + y * y * 7)).ToArray())];
        File.WriteAllBytes(folder["a.png"], PngFile.Make(37, PngFile.Grey, 8, rows, before: PngFile.Orientation(orientation)));
        ImageFile.WritePng(folder["b.png"], ImageFile.Read(folder["a.png"]));
        RgbImage turned = ImageFile.Read(folder["a.png"], width, height);
        Assert.Equal((width, height), (turned.Width, turned.Height));
        Assert.Equal(ImageFile.Read(folder["b.png"], width, height).Pixels.ToArray(), turned.Pixels.ToArray());
    }

    private string Upright(byte[]? before = null, byte[]? after = null)
    {
        File.WriteAllBytes(folder["a.png"], PngFile.Make(3, PngFile.Grey, 8, Rows, before, after));
        RgbImage image = ImageFile.Read(folder["a.png"]);
        Plane red = image.Channel(0);
        return string.Join('/', Enumerable.Range(0, image.Height).Select(
            y => string.Concat(Enumerable.Range(0, image.Width).Select(x => red[y, x]))));
    }
}
