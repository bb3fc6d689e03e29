using NanoConv.Cifar.Files;
using SkiaSharp;

namespace NanoConv.Cifar.Images;

/// <summary>Pictures in files: reads PNG and JPEG, writes PNG.</summary>
public static class ImageFile
{
    private const int LargestSide = 20_000;
    private const long LargestArea = 100_000_000;

    /// <summary>
    /// Reads a picture, upright as its file says it was taken; what is transparent is laid on white. The bytes are
    /// the file's: no colour profile is applied.
    /// </summary>
    /// <param name="path">A PNG or JPEG file.</param>
    /// <exception cref="UserErrorException">It is missing, truncated, too large, of another format or no picture.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static RgbImage Read(string path)
    {
        using SKCodec codec = Open(path);
        return Read(codec, path);
    }

    /// <inheritdoc cref="Read(string)"/>
    /// <param name="stream">Its content.</param>
    /// <param name="path">What errors call it.</param>
    internal static RgbImage Read(Stream stream, string path)
    {
        using SKCodec codec = Opened(SKCodec.Create(stream, out SKCodecResult result), result, path);
        return Read(codec, path);
    }

    private static RgbImage Read(SKCodec codec, string path)
    {
        if (codec.EncodedFormat is not (SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg)) // Skia knows more
            throw new UserErrorException($"'{path}': expected a PNG or JPEG picture, found {codec.EncodedFormat}");
        SKImageInfo stored = codec.Info;
        if (stored.Width > LargestSide || stored.Height > LargestSide || stored.BytesSize64 / 4 > LargestArea)
        {
            throw new UserErrorException(
                $"'{path}': expected a picture of at most {LargestArea / 1_000_000} million pixels and " +
                $"{LargestSide} a side, found {stored.Width} x {stored.Height}");
        }
        var info = new SKImageInfo(stored.Width, stored.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        using var bitmap = new SKBitmap(info);
        SKCodecResult result = codec.GetPixels(info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
            throw new UserErrorException($"'{path}': expected a whole picture, found {Describe(result)}");
        return Upright(bitmap.GetPixelSpan(), stored.Width, stored.Height, codec.EncodedOrigin);
    }

    /// <summary>Writes a picture as PNG.</summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="image">The picture.</param>
    public static void WritePng(string path, RgbImage image)
    {
        using SKBitmap bitmap = ToBitmap(image);
        WritePng(path, bitmap);
    }

    /// <summary>Writes a plane as a grey PNG, as <see cref="Plane.ToGrey"/> maps it.</summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="plane">The values.</param>
    public static void WriteGreyPng(string path, Plane plane)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(
            plane.Width, plane.Height, SKColorType.Gray8, SKAlphaType.Opaque));
        byte[] grey = plane.ToGrey();
        for (int y = 0; y < plane.Height; y++) // a bitmap's rows may be longer than its width
            grey.AsSpan(y * plane.Width, plane.Width).CopyTo(bitmap.GetPixelSpan()[(y * bitmap.RowBytes)..]);
        WritePng(path, bitmap);
    }

    /// <summary>Makes a picture of another size, averaging over what becomes one pixel.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="width">The new width.</param>
    /// <param name="height">The new height.</param>
    /// <returns>The picture itself if it has that size already.</returns>
    public static RgbImage Resize(RgbImage image, int width, int height)
    {
        if ((image.Width, image.Height) == (width, height))
            return image;
        using SKBitmap bitmap = ToBitmap(image);
        using SKBitmap resized = bitmap.Resize(
            new SKSizeI(width, height), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        return Upright(resized.GetPixelSpan(), width, height, SKEncodedOrigin.TopLeft);
    }

    internal static SKBitmap ToBitmap(RgbImage image)
    {
        var bitmap = new SKBitmap(new SKImageInfo(
            image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        ReadOnlySpan<byte> pixels = image.Pixels.Span;
        Span<byte> rgba = bitmap.GetPixelSpan();
        for (int i = 0; i < image.Width * image.Height; i++)
        {
            pixels.Slice(3 * i, 3).CopyTo(rgba[(4 * i)..]);
            rgba[4 * i + 3] = 255;
        }
        return bitmap;
    }

    internal static void WritePng(string path, SKBitmap bitmap)
    {
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        OutputFile.Write(path, png.SaveTo);
    }

    private static SKCodec Open(string path)
    {
        if (Directory.Exists(path))
            throw new UserErrorException($"'{path}': expected a PNG or JPEG picture, found a folder");
        if (!File.Exists(path))
            throw new UserErrorException($"'{path}': expected a PNG or JPEG picture, found no such file");
        using (File.OpenRead(path))
        {
            // Opened for its message, should it not be readable: Skia's says nothing.
        }
        return Opened(SKCodec.Create(path, out SKCodecResult result), result, path);
    }

    private static SKCodec Opened(SKCodec? codec, SKCodecResult result, string path) =>
        codec ?? throw new UserErrorException($"'{path}': expected a PNG or JPEG picture, found {Describe(result)}");

    private static string Describe(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "a file that ends too early",
        SKCodecResult.ErrorInInput => "damaged data",
        _ => "something else",
    };

    /// <summary>Drops alpha, on white, and turns or mirrors the picture as the origin says.</summary>
    private static RgbImage Upright(ReadOnlySpan<byte> rgba, int width, int height, SKEncodedOrigin origin)
    {
        bool isTransposed = origin >= SKEncodedOrigin.LeftTop; // the last four of the eight
        (int outWidth, int outHeight) = isTransposed ? (height, width) : (width, height);
        var pixels = new byte[outWidth * outHeight * 3];
        for (int y = 0; y < outHeight; y++)
        {
            for (int x = 0; x < outWidth; x++)
            {
                (int fromX, int fromY) = origin switch
                {
                    SKEncodedOrigin.TopRight => (width - 1 - x, y),
                    SKEncodedOrigin.BottomRight => (width - 1 - x, height - 1 - y),
                    SKEncodedOrigin.BottomLeft => (x, height - 1 - y),
                    SKEncodedOrigin.LeftTop => (y, x),
                    SKEncodedOrigin.RightTop => (y, height - 1 - x),
                    SKEncodedOrigin.RightBottom => (width - 1 - y, height - 1 - x),
                    SKEncodedOrigin.LeftBottom => (width - 1 - y, x),
                    _ => (x, y),
                };
                ReadOnlySpan<byte> from = rgba.Slice(4 * (fromY * width + fromX), 4);
                Span<byte> to = pixels.AsSpan(3 * (y * outWidth + x), 3);
                for (int c = 0; c < 3; c++)
                    to[c] = (byte)((from[c] * from[3] + 255 * (255 - from[3]) + 127) / 255);
            }
        }
        return new RgbImage(outWidth, outHeight, pixels);
    }
}
