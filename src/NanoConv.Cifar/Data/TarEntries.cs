using System.Buffers.Text;
using System.Formats.Tar;
using System.Text;

namespace NanoConv.Cifar.Data;

/// <summary>
/// Goes through a tar archive, entry by entry, in all four formats that are in use: V7, ustar, GNU (long names, binary
/// sizes) and pax (of which it knows <c>path</c> and <c>size</c>).
/// </summary>
/// <remarks>
/// Why not .NET's TarReader: it takes memory for an extended header of whatever size a header claims, up to 2 GiB for a
/// file of a kilobyte, and throws seven kinds of exceptions for damaged ones. Here memory is a few kilobytes and a name.
/// </remarks>
/// <param name="tar">The archive, unzipped; read forward only.</param>
internal sealed class TarEntries(Stream tar)
{
    /// <summary>Headers of all kinds in one archive; that of CIFAR-10 has nine.</summary>
    internal const int MostHeaders = 256;

    /// <summary>Bytes of a name.</summary>
    internal const int LongestName = 1024;

    /// <summary>Bytes of an extended header.</summary>
    internal const int LongestExtension = 1 << 16;

    private const int Block = 512;
    private const byte ExtendedHeader = (byte)'x', LongName = (byte)'L', LongLink = (byte)'K', GlobalHeader = (byte)'g';

    private readonly byte[] header = new byte[Block];
    private byte[] extension = [];
    private BoundedStream content = new(tar, 0);
    private long contentLength;
    private int headers;

    /// <summary>The current entry's name, as the archive has it.</summary>
    public string Name { get; private set; } = "";

    /// <summary>What it is.</summary>
    public TarEntryType Type { get; private set; }

    /// <summary>The size of its content, in bytes.</summary>
    public long Length { get; private set; }

    /// <summary>Its content, until the next entry is asked for.</summary>
    public Stream Content => content;

    /// <summary>Goes to the next entry.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="InvalidDataException">The archive is damaged, or larger than one of CIFAR-10 can be.</exception>
    /// <exception cref="EndOfStreamException">It ends too early.</exception>
    public bool Next()
    {
        string? name = null;
        long? length = null;
        while (NextHeader())
        {
            byte kind = header[156];
            switch (kind)
            {
                case ExtendedHeader:
                    (name, length) = ReadExtendedHeader(name, length);
                    break;
                case LongName:
                    ReadOnlySpan<byte> text = ReadExtension();
                    name = Text(text[..UntilNul(text)]);
                    break;
                case LongLink or GlobalHeader:
                    break; // links are refused, and what holds for all entries is no name or size
                default:
                    SetContent(length ?? contentLength);
                    (Name, Length) = (name ?? NameInHeader(), contentLength);
                    Type = (TarEntryType)kind;
                    return true;
            }
        }

        return name is null && length is null ? false : throw new EndOfStreamException("it ends behind an extended header");
    }

    /// <summary>Reads the next header of any kind; false at the end.</summary>
    private bool NextHeader()
    {
        content.Finish(header);
        new BoundedStream(tar, (Block - (contentLength % Block)) % Block).Finish(header);
        int count = tar.ReadAtLeast(header, Block, throwOnEndOfStream: false);
        if (count == 0 || !header.AsSpan(0, count).ContainsAnyExcept((byte)0))
            return false;
        if (count < Block)
            throw new EndOfStreamException("it ends within a header");
        if (++headers > MostHeaders)
            throw new InvalidDataException($"expected at most {MostHeaders} headers, found more");
        int sum = 8 * ' ';
        foreach (byte value in header)
            sum += value;
        foreach (byte value in header.AsSpan(148, 8))
            sum -= value;
        if (Number(148, 8) is var expected && expected != sum)
            throw new InvalidDataException($"expected a header whose bytes add up to {expected}, found {sum}");
        SetContent(Number(124, 12));
        return true;
    }

    private void SetContent(long length)
    {
        contentLength = length;
        content = new BoundedStream(tar, length);
    }

    private string NameInHeader()
    {
        string name = Text(header.AsSpan(0, UntilNul(header.AsSpan(0, 100))));
        bool hasPrefix = header.AsSpan(257, 6).SequenceEqual("ustar\0"u8) && header[345] != 0; // GNU has other things there
        return hasPrefix ? $"{Text(header.AsSpan(345, UntilNul(header.AsSpan(345, 155))))}/{name}" : name;
    }

    /// <summary>A number in a header: octal digits among blanks and NULs, or, after a first byte of 128, binary.</summary>
    private long Number(int offset, int length)
    {
        ReadOnlySpan<byte> field = header.AsSpan(offset, length);
        long number = 0;
        if (field[0] == 0x80)
        {
            foreach (byte value in field[1..])
                number = number > long.MaxValue >> 8 ? throw BadNumber(field) : (number << 8) | value;
            return number;
        }

        foreach (byte digit in field.Trim(" \0"u8))
            number = digit is < (byte)'0' or > (byte)'7' ? throw BadNumber(field) : (number << 3) | (uint)(digit - '0');
        return number;
    }

    private static InvalidDataException BadNumber(ReadOnlySpan<byte> field) =>
        new($"expected a size or checksum in octal digits, found bytes '{Convert.ToHexString(field)}'");

    /// <summary>What a pax header says of the entry behind it: records of a length, a name, = and a value.</summary>
    private (string? Name, long? Length) ReadExtendedHeader(string? name, long? length)
    {
        for (ReadOnlySpan<byte> records = ReadExtension(); !records.IsEmpty && records[0] != 0;)
        {
            if (!TryDigits(records, out long size, out int digits) || digits + 2 > size || size > records.Length
                || records[digits] != (byte)' ' || records[(int)size - 1] != (byte)'\n' || records[..(int)size].IndexOf((byte)'=') is var equals && equals < 0)
            {
                throw new InvalidDataException("expected records like '12 path=abc' in an extended header, found something else");
            }

            ReadOnlySpan<byte> key = records[(digits + 1)..equals], value = records[(equals + 1)..((int)size - 1)];
            if (key.SequenceEqual("path"u8))
                name = Text(value);
            else if (key.SequenceEqual("size"u8))
            {
                length = TryDigits(value, out long number, out int used) && used == value.Length
                    ? number
                    : throw new InvalidDataException("expected a size of at least 0 in an extended header, found something else");
            }

            records = records[(int)size..];
        }

        return (name, length);
    }

    // The parser would take a sign as well.
    private static bool TryDigits(ReadOnlySpan<byte> text, out long number, out int used)
    {
        (number, used) = (0, 0);
        return text.IndexOfAnyInRange((byte)'0', (byte)'9') == 0 && Utf8Parser.TryParse(text, out number, out used);
    }

    private ReadOnlySpan<byte> ReadExtension()
    {
        if (contentLength > LongestExtension)
            throw new InvalidDataException($"expected extended headers of at most {LongestExtension:N0} bytes, found {contentLength:N0}");
        if (extension.Length == 0)
            extension = new byte[LongestExtension];
        Span<byte> bytes = extension.AsSpan(0, (int)contentLength);
        content.ReadExactly(bytes);
        return bytes;
    }

    private static int UntilNul(ReadOnlySpan<byte> text) => text.IndexOf((byte)0) is var end && end < 0 ? text.Length : end;

    private static string Text(ReadOnlySpan<byte> name) => name.Length <= LongestName
        ? Encoding.UTF8.GetString(name)
        : throw new InvalidDataException($"expected names of at most {LongestName:N0} bytes, found {name.Length:N0}");
}
