using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace NanoConv.Cifar.Tests.Images;

/// <summary>PNG files byte by byte, of every colour type and bit depth: Skia writes only some.</summary>
internal static class PngFile
{
    internal const int Grey = 0, Rgb = 2, Palette = 3, GreyAlpha = 4, Rgba = 6;

    /// <summary>A file of any size whose pixels are missing.</summary>
    internal static byte[] WithoutPixels(int width, int height, int colourType, int depth, bool isInterlaced) =>
        Make(Header(width, height, colourType, depth, isInterlaced), [], ZLib(stream => stream.WriteByte(0)), []);

    /// <summary>A whole file.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="colourType">One of the constants.</param>
    /// <param name="depth">Bits a channel.</param>
    /// <param name="rows">Its rows, each with as many bytes.</param>
    /// <param name="before">Chunks before the pixels.</param>
    /// <param name="after">Chunks behind them.</param>
    internal static byte[] Make(int width, int colourType, int depth, byte[][] rows, byte[]? before = null, byte[]? after = null)
    {
        byte[] pixels = ZLib(stream =>
        {
            foreach (byte[] row in rows)
            {
                stream.WriteByte(0); // no filter
                stream.Write(row);
            }
        });
        return Make(Header(width, rows.Length, colourType, depth, isInterlaced: false), before ?? [], pixels, after ?? []);
    }

    /// <summary>A chunk: length, name, data, checksum.</summary>
    internal static byte[] Chunk(string name, params byte[] data)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(name), .. data];
        return [.. BigEndian((uint)data.Length), .. named, .. BigEndian(Checksum(named))];
    }

    /// <summary>An eXIf chunk with nothing but the orientation.</summary>
    internal static byte[] Orientation(byte orientation, bool isBigEndian = false) =>
        Chunk("eXIf", isBigEndian ? BigEndianExif(orientation) : Exif(orientation));

    /// <summary>EXIF data with nothing but the orientation, little endian.</summary>
    internal static byte[] Exif(byte orientation) =>
    [
        .. "II*\0"u8, 8, 0, 0, 0, // the directory is at offset 8
        1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0,
    ];

    private static byte[] BigEndianExif(byte orientation) =>
        [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];

    private static byte[] Header(int width, int height, int colourType, int depth, bool isInterlaced) => Chunk(
        "IHDR",
        [
            .. BigEndian((uint)width), .. BigEndian((uint)height),
            (byte)depth, (byte)colourType, 0, 0, (byte)(isInterlaced ? 1 : 0),
        ]);

    private static byte[] Make(byte[] header, byte[] before, byte[] pixels, byte[] after)
    {
        bool needsPalette = header[17] == Palette && before.AsSpan().IndexOf("PLTE"u8) < 0;
        byte[] palette = needsPalette ? Chunk("PLTE", 0, 0, 0, 255, 255, 255) : [];
        return [0x89, .. "PNG\r\n\u001a\n"u8, .. header, .. palette, .. before, .. Chunk("IDAT", pixels), .. after, .. Chunk("IEND")];
    }

    private static byte[] ZLib(Action<Stream> write)
    {
        using MemoryStream result = new();
        using (ZLibStream stream = new(result, CompressionLevel.Fastest))
            write(stream);
        return result.ToArray();
    }

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }
}
