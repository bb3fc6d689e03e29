using System.Buffers.Binary;
using SkiaSharp;

namespace NanoConv.Cifar.Images;

/// <summary>How a picture was taken, by EXIF's tag: which of the eight ways to turn and mirror it makes it upright.</summary>
internal static class Orientation
{
    private const int ChunkHeader = 8; // of a PNG: the data's length and the chunk's name; behind the data a checksum
    private const int LongestSegment = 65_535 - 2; // of a JPEG

    /// <summary>Reads the orientation; a file that tells none, or one that there is not, is upright.</summary>
    /// <param name="codec">What reads the picture; Skia reads a JPEG's EXIF.</param>
    /// <param name="stream">The file, from which a PNG's is read; its position changes.</param>
    public static SKEncodedOrigin Read(SKCodec codec, Stream stream) =>
        codec.EncodedFormat == SKEncodedImageFormat.Png && FindExif(stream) is { } exif ? Parse(exif) : codec.EncodedOrigin;

    /// <summary>Whether rows become columns.</summary>
    /// <param name="origin">The orientation.</param>
    public static bool IsTransposed(SKEncodedOrigin origin) => origin >= SKEncodedOrigin.LeftTop; // the last four of the eight

    /// <summary>Turns and mirrors a picture.</summary>
    /// <param name="rgb">The picture [height, width, 3] as it is stored.</param>
    /// <param name="width">Its width.</param>
    /// <param name="height">Its height.</param>
    /// <param name="origin">The orientation.</param>
    /// <returns>The picture upright; the same bytes where it was.</returns>
    public static RgbImage Upright(byte[] rgb, int width, int height, SKEncodedOrigin origin)
    {
        if (origin == SKEncodedOrigin.TopLeft)
            return new RgbImage(width, height, rgb);
        (int outWidth, int outHeight) = IsTransposed(origin) ? (height, width) : (width, height);
        var upright = new byte[rgb.Length];
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
                    _ => (width - 1 - y, x), // LeftBottom
                };
                rgb.AsSpan(3 * (fromY * width + fromX), 3).CopyTo(upright.AsSpan(3 * (y * outWidth + x)));
            }
        }
        return new RgbImage(outWidth, outHeight, upright);
    }

    /// <summary>A PNG's eXIf chunk, before or behind the pixels, or null; as much of it as a JPEG's segment holds.</summary>
    private static byte[]? FindExif(Stream stream)
    {
        stream.Position = ChunkHeader; // a PNG begins with eight bytes of its own
        Span<byte> header = stackalloc byte[ChunkHeader];
        while (stream.ReadAtLeast(header, ChunkHeader, throwOnEndOfStream: false) == ChunkHeader)
        {
            long length = BinaryPrimitives.ReadUInt32BigEndian(header);
            long rest = stream.Length - stream.Position;
            if (header[4..].SequenceEqual("eXIf"u8))
            {
                var exif = new byte[Math.Min(Math.Min(length, rest), LongestSegment - ExifName.Length)];
                stream.ReadExactly(exif);
                return exif;
            }
            if (length + 4 > rest)
                break;
            stream.Position += length + 4;
        }
        return null;
    }

    private static ReadOnlySpan<byte> ExifName => "Exif\0\0"u8;

    /// <summary>Skia reads EXIF in a JPEG alone: so it is handed to it in a JPEG of one pixel.</summary>
    private static SKEncodedOrigin Parse(byte[] exif)
    {
        using var bitmap = new SKBitmap(1, 1);
        using SKData jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 100);
        int length = 2 + ExifName.Length + exif.Length;
        byte[] file = [.. jpeg.AsSpan()[..2], 0xFF, 0xE1, (byte)(length >> 8), (byte)length, .. ExifName, .. exif, .. jpeg.AsSpan()[2..]];
        using SKData data = SKData.CreateCopy(file);
        using SKCodec? codec = SKCodec.Create(data);
        return codec?.EncodedOrigin ?? SKEncodedOrigin.TopLeft;
    }
}
