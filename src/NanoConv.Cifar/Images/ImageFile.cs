using NanoConv.Cifar.Files;
using SkiaSharp;

namespace NanoConv.Cifar.Images;

/// <summary>Pictures in files: reads PNG and JPEG, writes PNG.</summary>
public static class ImageFile
{
    private const string Expected = "expected a PNG or JPEG picture";

    /// <summary>
    /// Reads a picture, upright as its file says it was taken; what is transparent is laid on white. The bytes are
    /// the file's: no colour profile is applied, and of 16 bits the upper 8 are taken.
    /// </summary>
    /// <param name="path">A PNG or JPEG file.</param>
    /// <param name="bytesPerPixel">Memory that the caller will take for each pixel, which the limits then count.</param>
    /// <exception cref="UserErrorException">It is missing, truncated, too large, of another format or no picture.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static RgbImage Read(string path, int bytesPerPixel = 0)
    {
        using FileStream stream = Open(path);
        return Read(stream, path, size: null, bytesPerPixel);
    }

    /// <summary>
    /// Reads a picture as <see cref="Read(string, int)"/> does, and prepares it for a network: each pixel is the
    /// average of the area that becomes it, square or not.
    /// </summary>
    /// <param name="path">A PNG or JPEG file.</param>
    /// <param name="width">The new width.</param>
    /// <param name="height">The new height.</param>
    /// <exception cref="UserErrorException">It is missing, truncated, too large, of another format or no picture.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static RgbImage Read(string path, int width, int height)
    {
        using FileStream stream = Open(path);
        return Read(stream, path, (width, height), bytesPerPixel: 0);
    }

    /// <inheritdoc cref="Read(string, int)"/>
    /// <param name="stream">Its content, which can be sought in.</param>
    /// <param name="path">What errors call it.</param>
    /// <param name="size">The new width and height; null for the picture's own.</param>
    /// <param name="bytesPerPixel">Memory that the caller will take for each pixel.</param>
    internal static RgbImage Read(Stream stream, string path, (int Width, int Height)? size, int bytesPerPixel)
    {
        if (stream.Length == 0)
            throw new UserErrorException($"'{path}': {Expected}, found an empty file");
        using SKCodec codec = OpenCodec(stream, path);
        long at = stream.Position; // where the codec goes on
        SKEncodedOrigin origin = Orientation.Read(codec, stream);
        (int width, int height) = (codec.Info.Width, codec.Info.Height);
        (int toWidth, int toHeight) = size ?? (width, height);
        if (size is not null && Orientation.IsTransposed(origin)) // averages first, turns the little that is left
            (toWidth, toHeight) = (toHeight, toWidth);
        ImageLimits.Check(codec, stream, 3L * toWidth * toHeight, bytesPerPixel, path);
        stream.Position = at;
        return Orientation.Upright(Decode(), toWidth, toHeight, origin);

        byte[] Decode()
        {
            var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
            using var bitmap = new SKBitmap(info);
            SKCodecResult result = codec.GetPixels(info, bitmap.GetPixels());
            if (result != SKCodecResult.Success)
                throw new UserErrorException($"'{path}': expected a whole picture, found {Describe(result, IsCut(codec, result, stream))}");
            return AreaAverage.OnWhite(bitmap.GetPixelSpan(), width, height, toWidth, toHeight);
        }
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

    private static FileStream Open(string path)
    {
        if (Directory.Exists(path))
            throw new UserErrorException($"'{path}': {Expected}, found a folder");
        if (!File.Exists(path))
            throw new UserErrorException($"'{path}': {Expected}, found no such file");
        FileStream stream = File.OpenRead(path);
        if (stream.CanSeek)
            return stream;
        stream.Dispose();
        throw new UserErrorException($"'{path}': {Expected} in a file, found a pipe, which can be read only once");
    }

    private static SKCodec OpenCodec(Stream stream, string path)
    {
        SKCodec? codec = SKCodec.Create(stream, out SKCodecResult result);
        if (codec is null)
            throw new UserErrorException($"'{path}': {Expected}, found {Describe(result, result == SKCodecResult.IncompleteInput)}");
        if (codec.EncodedFormat is SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg) // Skia knows more
            return codec;
        using (codec)
            throw new UserErrorException($"'{path}': {Expected}, found {codec.EncodedFormat}");
    }

    private static string Describe(SKCodecResult result, bool isCut) => result switch
    {
        _ when isCut => "a file that ends too early",
        SKCodecResult.ErrorInInput or SKCodecResult.InvalidInput => "damaged data",
        _ => "something else",
    };

    /// <summary>Skia says of a progressive JPEG that was cut only that it is invalid; but its end marker is missing.</summary>
    private static bool IsCut(SKCodec codec, SKCodecResult result, Stream stream)
    {
        if (result != SKCodecResult.InvalidInput || codec.EncodedFormat != SKEncodedImageFormat.Jpeg)
            return result == SKCodecResult.IncompleteInput;
        stream.Seek(-2, SeekOrigin.End);
        return (stream.ReadByte(), stream.ReadByte()) != (0xFF, 0xD9);
    }
}
