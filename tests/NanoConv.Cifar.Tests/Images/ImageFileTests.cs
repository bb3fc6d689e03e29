using System.IO.Pipes;
using NanoConv.Cifar.Images;
using NanoConv.Cifar.Tests.Data;
using SkiaSharp;
using Xunit;

namespace NanoConv.Cifar.Tests.Images;

public sealed class ImageFileTests : IDisposable
{
    /// <summary>16 x 16 pixels, made with Pillow: Skia writes no such files.</summary>
    private static readonly byte[] ProgressiveJpeg = Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBk"
        + "eFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wgARCAAQABAD"
        + "ASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABAX/xAAVAQEBAAAAAAAAAAAAAAAAAAABBP/aAAwDAQACEAMQAAABmKSyd//EABYQAQEBAAAA"
        + "AAAAAAAAAAAAAAIAA//aAAgBAQABBQIiOcRHO//EABURAQEAAAAAAAAAAAAAAAAAAAMA/9oACAEDAQE/AQe//8QAFhEBAQEAAAAAAAAAAAAAAAAA"
        + "AQAS/9oACAECAQE/AR1f/8QAFBABAAAAAAAAAAAAAAAAAAAAIP/aAAgBAQAGPwIf/8QAFBABAAAAAAAAAAAAAAAAAAAAIP/aAAgBAQABPyEJ3//a"
        + "AAwDAQACAAMAAAAQO//EABYRAQEBAAAAAAAAAAAAAAAAABEAIf/aAAgBAwEBPxAzb//EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQIBAT8QL//E"
        + "ABYQAAMAAAAAAAAAAAAAAAAAAAAhMf/aAAgBAQABPxCaJIiiCP/Z");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_png_returns_as_it_was_written()
    {
        RgbImage picture = TestPicture.Draw();
        ImageFile.WritePng(folder["a.png"], picture);
        RgbImage read = ImageFile.Read(folder["a.png"]);
        Assert.Equal((picture.Width, picture.Height), (read.Width, read.Height));
        Assert.True(picture.Pixels.Span.SequenceEqual(read.Pixels.Span));
        Assert.Equal(["a.png"], folder.Names);
    }

    [Fact]
    public void A_jpeg_is_read_nearly_as_it_was()
    {
        RgbImage picture = TestPicture.Draw();
        using (SKBitmap bitmap = ImageFile.ToBitmap(picture))
        using (SKData jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 95))
            File.WriteAllBytes(folder["a.jpg"], jpeg.ToArray());
        RgbImage read = ImageFile.Read(folder["a.jpg"]);
        double difference = 0;
        for (int i = 0; i < picture.Pixels.Length; i++)
            difference += Math.Abs(picture.Pixels.Span[i] - read.Pixels.Span[i]);
        Assert.True(difference / picture.Pixels.Length < 3);
    }

    /// <summary>The EXIF orientation 6: the camera was turned, the first row stored is the right column.</summary>
    [Fact]
    public void A_jpeg_taken_with_a_turned_camera_is_read_upright()
    {
        var pixels = new byte[16 * 8 * 3];
        for (int x = 0; x < 16 * 8; x++)
            pixels[3 * x] = (byte)(x % 16 < 8 ? 0 : 255); // stored: right half red
        using (SKBitmap bitmap = ImageFile.ToBitmap(new RgbImage(16, 8, pixels)))
        using (SKData jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 100))
            File.WriteAllBytes(folder["a.jpg"], WithOrientation(jpeg.ToArray(), 6));
        RgbImage read = ImageFile.Read(folder["a.jpg"]);
        Assert.Equal((8, 16), (read.Width, read.Height));
        Assert.True(read.Channel(0)[2, 4] < 50, "the top is black");
        Assert.True(read.Channel(0)[13, 4] > 200, "the bottom is red");
    }

    [Fact]
    public void What_is_transparent_lies_on_white()
    {
        using (var bitmap = new SKBitmap(new SKImageInfo(2, 1, SKColorType.Rgba8888, SKAlphaType.Unpremul)))
        {
            bitmap.SetPixel(0, 0, new SKColor(10, 20, 30, 0));
            bitmap.SetPixel(1, 0, new SKColor(10, 20, 30, 255));
            ImageFile.WritePng(folder["a.png"], bitmap);
        }
        Assert.Equal([255, 255, 255, 10, 20, 30], ImageFile.Read(folder["a.png"]).Pixels.ToArray());
    }

    [Fact]
    public void A_smaller_size_averages()
    {
        var pixels = new byte[128 * 64 * 3];
        for (int i = 0; i < 128 * 64; i += 4) // one column in four is white: no sample of two by two sees its share
            pixels.AsSpan(3 * i, 3).Fill(255);
        ImageFile.WritePng(folder["a.png"], new RgbImage(128, 64, pixels));
        RgbImage small = ImageFile.Read(folder["a.png"], 32, 16);
        Assert.Equal((32, 16), (small.Width, small.Height));
        Assert.All(small.Pixels.ToArray(), value => Assert.Equal(64, value)); // 63.75
    }

    [Fact]
    public void A_picture_that_has_the_size_is_unchanged()
    {
        byte[] pixels = new byte[32 * 32 * 3];
        new Random(1).NextBytes(pixels);
        ImageFile.WritePng(folder["a.png"], new RgbImage(32, 32, pixels));
        Assert.Equal(pixels, ImageFile.Read(folder["a.png"], 32, 32).Pixels.ToArray());
    }

    [Fact]
    public void A_truncated_picture_is_refused()
    {
        ImageFile.WritePng(folder["a.png"], TestPicture.Draw());
        byte[] whole = File.ReadAllBytes(folder["a.png"]);
        File.WriteAllBytes(folder["a.png"], whole[..(whole.Length / 2)]);
        Refused("a.png", "ends too early");
    }

    [Fact]
    public void A_progressive_jpeg_is_read_and_one_that_was_cut_is_refused()
    {
        File.WriteAllBytes(folder["a.jpg"], ProgressiveJpeg);
        Assert.Equal((16, 16), (ImageFile.Read(folder["a.jpg"]).Width, ImageFile.Read(folder["a.jpg"]).Height));
        for (int length = 3; length < ProgressiveJpeg.Length; length += 7)
        {
            File.WriteAllBytes(folder["a.jpg"], ProgressiveJpeg[..length]);
            Refused("a.jpg", "a file that ends too early");
        }
    }

    [Fact]
    public void A_progressive_jpeg_that_was_spoilt_is_no_jpeg_that_was_cut()
    {
        byte[] spoilt = [.. ProgressiveJpeg];
        spoilt[229] ^= 0xFF; // in the first scan's header
        File.WriteAllBytes(folder["a.jpg"], spoilt);
        Refused("a.jpg", "damaged data");
    }

    [Fact]
    public void A_file_that_is_no_picture_is_refused()
    {
        File.WriteAllText(folder["a.png"], "not a picture at all, by any means");
        Refused("a.png", "something else");
    }

    [Fact]
    public void A_picture_of_another_format_is_refused()
    {
        using (SKBitmap bitmap = ImageFile.ToBitmap(TestPicture.Draw()))
        using (SKData webp = bitmap.Encode(SKEncodedImageFormat.Webp, 90))
            File.WriteAllBytes(folder["a.png"], webp.ToArray());
        Refused("a.png", "expected a PNG or JPEG picture, found Webp");
    }

    [Fact]
    public void An_empty_file_is_refused()
    {
        File.WriteAllBytes(folder["a.png"], []);
        Refused("a.png", "expected a PNG or JPEG picture, found an empty file");
    }

    [Fact]
    public void A_pipe_is_refused()
    {
        if (!OperatingSystem.IsLinux()) // elsewhere an open pipe has no path
            return;
        using AnonymousPipeServerStream pipe = new(PipeDirection.In);
        using AnonymousPipeClientStream writer = new(PipeDirection.Out, pipe.ClientSafePipeHandle);
        string path = $"/dev/fd/{pipe.SafePipeHandle.DangerousGetHandle()}";
        var error = Assert.Throws<UserErrorException>(() => ImageFile.Read(path));
        Assert.Contains($"'{path}': expected a PNG or JPEG picture in a file, found a pipe", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_refused() => Refused("none.png", "no such file");

    private void Refused(string name, string expected)
    {
        var error = Assert.Throws<UserErrorException>(() => ImageFile.Read(folder[name]));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Inserts an EXIF segment with nothing but the orientation after the start of a JPEG.</summary>
    private static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] exif = [.. "Exif\0\0"u8, .. PngFile.Exif(orientation)];
        return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. jpeg[2..]];
    }
}
