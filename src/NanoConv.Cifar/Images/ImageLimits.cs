using SkiaSharp;

namespace NanoConv.Cifar.Images;

/// <summary>
/// How large a picture may be, in pixels and in memory. A picture is compressed: a file of a megabyte may hold a
/// billion pixels, so its header is asked before anything is decoded.
/// </summary>
internal static class ImageLimits
{
    private const int LargestSide = 20_000;
    private const long LargestArea = 100_000_000;
    private const long MostBytes = 1L << 30;

    private const int DecodedBytes = 4; // a pixel: red, green, blue, alpha
    private const int BitDepthAt = 24;  // in a PNG, whose first chunk has its place and length
    private const int ColourTypeAt = 25;
    private const int InterlaceAt = 28;

    /// <summary>Refuses a picture that is too large.</summary>
    /// <param name="codec">What will decode it.</param>
    /// <param name="stream">Its file; the position changes.</param>
    /// <param name="resultBytes">What is made of it, in bytes, while it is there decoded.</param>
    /// <param name="bytesPerPixel">Bytes that are taken afterwards for each of its pixels.</param>
    /// <param name="path">What the error calls it.</param>
    /// <exception cref="UserErrorException">It has too many pixels, or takes too much memory.</exception>
    public static void Check(SKCodec codec, Stream stream, long resultBytes, int bytesPerPixel, string path)
    {
        (int width, int height) = (codec.Info.Width, codec.Info.Height);
        long area = (long)width * height;
        if (width > LargestSide || height > LargestSide || area > LargestArea)
        {
            throw new UserErrorException(
                $"'{path}': expected a picture of at most {LargestArea / 1_000_000} million pixels and " +
                $"{LargestSide} a side, found {width} x {height}");
        }
        long bytes = Math.Max(area * (DecodedBytes + DecoderBytes(codec, stream)) + resultBytes, area * bytesPerPixel);
        if (bytes > MostBytes)
        {
            throw new UserErrorException(
                $"'{path}': expected a picture that takes at most {MostBytes >> 20} MiB of memory, "
                + $"found {width} x {height} pixels, which take {bytes >> 20} MiB");
        }
    }

    /// <summary>
    /// What the decoder itself holds, in bytes a pixel: of a PNG that comes in several passes all its channels at once, and
    /// of a JPEG that does, two bytes for each of up to four coefficients. Otherwise it holds a few rows.
    /// </summary>
    private static int DecoderBytes(SKCodec codec, Stream stream)
    {
        if (codec.EncodedFormat == SKEncodedImageFormat.Jpeg) // only its scans tell how many there are: the worst
            return codec.Info.ColorType == SKColorType.Gray8 ? 2 : 8;
        Span<byte> header = stackalloc byte[InterlaceAt + 1];
        stream.Position = 0;
        stream.ReadExactly(header);
        int channels = header[ColourTypeAt] switch
        {
            0 or 4 => 2, // grey, whose alpha may be one colour that is transparent
            3 => 1,      // a palette
            _ => 4,
        };
        return header[InterlaceAt] == 0 ? 0 : channels * (header[BitDepthAt] == 16 ? 2 : 1);
    }
}
