using NanoConv.Cifar.Images;
using NanoConv.Cifar.Tests.Commands;
using NanoConv.Cifar.Tests.Data;
using SkiaSharp;
using Xunit;

namespace NanoConv.Cifar.Tests.Images;

/// <summary>Pictures that would take gigabytes are refused by their header.</summary>
public sealed class ImageLimitsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Each colour type and bit depth that there is, and what the decoder holds of each pixel if it comes in passes.</summary>
    public static TheoryData<int, int, int> Kinds => new()
    {
        { PngFile.Grey, 1, 2 }, { PngFile.Grey, 2, 2 }, { PngFile.Grey, 4, 2 }, { PngFile.Grey, 8, 2 }, { PngFile.Grey, 16, 4 },
        { PngFile.Palette, 1, 1 }, { PngFile.Palette, 2, 1 }, { PngFile.Palette, 4, 1 }, { PngFile.Palette, 8, 1 },
        { PngFile.GreyAlpha, 8, 2 }, { PngFile.GreyAlpha, 16, 4 },
        { PngFile.Rgb, 8, 4 }, { PngFile.Rgb, 16, 8 },
        { PngFile.Rgba, 8, 4 }, { PngFile.Rgba, 16, 8 },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Pixels_are_counted_whatever_their_colour_and_depth(int colourType, int depth, int decoderBytes)
    {
        Assert.InRange(decoderBytes, 1, 8);
        foreach (bool isInterlaced in (bool[])[false, true])
        {
            File.WriteAllBytes(folder["a.png"], PngFile.WithoutPixels(19_000, 19_000, colourType, depth, isInterlaced));
            Refused("expected a picture of at most 100 million pixels and 20000 a side, found 19000 x 19000");
            File.WriteAllBytes(folder["a.png"], PngFile.WithoutPixels(20_001, 1, colourType, depth, isInterlaced));
            Refused("20000 a side, found 20001 x 1");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Memory_is_counted_for_every_colour_and_depth(int colourType, int depth, int decoderBytes)
    {
        const long Area = 10_000 * 10_000, Limit = 1L << 30;
        foreach (bool isInterlaced in (bool[])[false, true])
        {
            byte[] png = PngFile.WithoutPixels(10_000, 10_000, colourType, depth, isInterlaced);
            long decoding = Area * (4 + (isInterlaced ? decoderBytes : 0));
            if (decoding <= Limit)
                Check(png, Limit - decoding);
            string message = Assert.Throws<UserErrorException>(() => Check(png, Math.Max(0, Limit - decoding) + (1 << 20))).Message;
            Assert.Contains("at most 1024 MiB of memory, found 10000 x 10000 pixels, which take ", message, StringComparison.Ordinal);
            Assert.Contains($"take {(Math.Max(decoding, Limit) >> 20) + 1} MiB", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(SKColorType.Rgba8888, 8)]
    [InlineData(SKColorType.Gray8, 2)]
    public void A_jpeg_is_taken_for_one_of_many_scans(SKColorType colour, int decoderBytes)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(2000, 1000, colour, SKAlphaType.Opaque));
        using SKData jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 50);
        long room = (1L << 30) - 2_000_000 * (4 + decoderBytes);
        Check(jpeg.ToArray(), room);
        Assert.Throws<UserErrorException>(() => Check(jpeg.ToArray(), room + 1));
    }

    [Fact]
    public void A_whole_file_of_few_bytes_and_many_pixels_is_refused_before_it_is_decoded()
    {
        byte[][] rows = [.. Enumerable.Repeat(new byte[(19_000 + 7) / 8], 19_000)];
        byte[] png = PngFile.Make(19_000, PngFile.Grey, 1, rows);
        Assert.InRange(png.Length, 1, 1_000_000);
        File.WriteAllBytes(folder["a.png"], png);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused("found 19000 x 19000");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void What_a_command_takes_besides_is_counted()
    {
        File.WriteAllBytes(folder["a.png"], PngFile.WithoutPixels(8_000, 8_000, PngFile.Rgb, 8, isInterlaced: false));
        CommandResult.Of("convolve", folder["a.png"], "--output", folder["b.png"])
            .ShouldFail(1, "a.png", "at most 1024 MiB", "8000 x 8000", "1281 MiB"); // 3 + 8 + 8 + 2 bytes a pixel
    }

    private static void Check(byte[] file, long resultBytes)
    {
        using MemoryStream stream = new(file);
        using SKCodec codec = SKCodec.Create(new MemoryStream(file));
        ImageLimits.Check(codec, stream, resultBytes, bytesPerPixel: 0, "a.png");
    }

    private void Refused(string expected)
    {
        foreach (Func<RgbImage> read in (Func<RgbImage>[])[() => ImageFile.Read(folder["a.png"]), () => ImageFile.Read(folder["a.png"], 32, 32)])
        {
            var error = Assert.Throws<UserErrorException>(read);
            Assert.Contains("a.png", error.Message, StringComparison.Ordinal);
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
    }
}
