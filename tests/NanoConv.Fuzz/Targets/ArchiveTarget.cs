using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using NanoConv.Cifar.Data;
using NanoConv.Fuzz.Mutators;

namespace NanoConv.Fuzz.Targets;

/// <summary><see cref="Cifar10Reader"/> on a .tar.gz of CIFAR-10, with two images in each file.</summary>
public sealed class ArchiveTarget : FuzzTarget
{
    /// <summary>The target's name.</summary>
    public const string TargetName = "archive";

    private const string Folder = Cifar10Archive.FolderName;

    private static readonly Cifar10Archive Sizes = CifarTarget.Sizes;

    private readonly Cifar10Reader reader = new(Sizes);

    /// <inheritdoc/>
    public override string Name => TargetName;

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documented => [typeof(DataException)];

    /// <inheritdoc/>
    public override IReadOnlyList<Mutator> Mutators =>
        [ByteMutators.Any, TarMutators.Header, TarMutators.Header, TarMutators.Header, TarMutators.Blocks, TarMutators.Bytes];

    /// <summary>The images that are read, whatever the archive's size, what reads them, and the names of as many entries as there may be.</summary>
    public override long AllocationConstant => base.AllocationConstant + (6 * Sizes.FileBytes) + (1 << 20);

    /// <inheritdoc/>
    public override object Read(byte[] input) => reader.Read(new MemoryStream(input), "input", Sizes.TrainingImages);

    /// <inheritdoc/>
    public override void Check(byte[] input, object? result)
    {
        ImageData data = (ImageData)result!;
        if (data.TrainingLabels.Concat(data.TestLabels).Any(label => label > 9))
            throw new UnsoundResultException("expected labels below 10, found another");
    }

    /// <inheritdoc/>
    protected override IEnumerable<byte[]> MakeSeeds()
    {
        foreach (TarEntryFormat format in (TarEntryFormat[])[TarEntryFormat.Pax, TarEntryFormat.Ustar, TarEntryFormat.Gnu, TarEntryFormat.V7])
            yield return Archive(format);
    }

    /// <inheritdoc/>
    protected override IEnumerable<HandMade> MakeByHand()
    {
        byte[] tar = Unzipped(Archive(TarEntryFormat.Ustar));
        string longName = new('x', 1000);
        foreach (char kind in "xgLK")
        {
            foreach (string size in (string[])["77777777777", "17777777777", "7777777777", "777777777", "00000000000", "-1", "x"])
                yield return Zipped($"'{kind}' of {size} bytes, it says", [.. Header("a", size, kind), .. tar]);
            yield return Zipped($"'{kind}' of 8 MB of zeros", [.. Header("a", Convert.ToString(1 << 23, 8), kind), .. new byte[1 << 23], .. tar]);
            yield return Zipped($"'{kind}' without end", Header("a", "1000", kind));
        }

        yield return Zipped("a file of 2^63 - 1 bytes", [.. Header("a", "\x80\0\0\0\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", '0'), .. tar]);
        yield return Zipped("a file of -1 bytes in binary", [.. Header("a", new string('\xFF', 12), '0'), .. tar]);
        foreach (string pax in (string[])
            ["size=-1", "size=99999999999999999999", "size=x", "size=1e3", $"path={longName}", "path=../x", "path=", "linkpath=/x", "\0\0", "=", "size"])
        {
            string record = $"{pax.Length + 5} {pax}\n".PadLeft(0);
            yield return Zipped($"pax {pax}", [.. Header("a", Octal(record), 'x'), .. Padded(record), .. tar]);
        }

        foreach (string record in (string[])["0 a=b\n", "-5 a=b\n", "99999999999 a=b\n", "6 a=b", "a=b\n", "5", " 5 a=b\n", "2147483648 a=b\n"])
            yield return Zipped($"a pax record of {record.TrimEnd()}", [.. Header("a", Octal(record), 'x'), .. Padded(record), .. tar]);
        byte[] pathHeader = [.. Header("a", "12", 'x'), .. Padded("10 path=b\n")];
        yield return Zipped("many pax headers", [.. Enumerable.Repeat(pathHeader, 2000).SelectMany(b => b), .. tar]);
        string deep = string.Concat(Enumerable.Repeat("a/", 500));
        byte[] inDeep = [.. Header("a", Octal(deep), 'L'), .. Padded(deep), .. Header("a", "0", '0')];
        yield return Zipped("many entries deep in folders", [.. Enumerable.Repeat(inDeep, 120).SelectMany(b => b), .. tar]);
        yield return Zipped("many entries", [.. Enumerable.Repeat(Header("a", "0", '0'), 20_000).SelectMany(b => b), .. tar]);
        yield return Zipped("64 MB of zeros behind", [.. tar, .. new byte[1 << 26]]);
        yield return Zipped("64 MB in a file that is not wanted", [.. Header("a", Convert.ToString(1 << 26, 8), '0'), .. new byte[1 << 26], .. tar]);
        yield return new HandMade("two gzip members", [.. TarMutators.Zip(tar.AsSpan(0, 2000)), .. TarMutators.Zip(tar.AsSpan(2000))]);
        yield return new HandMade("a gzip without content", TarMutators.Zip([]));
        yield return new HandMade("the first bytes of gzip", [0x1F, 0x8B]);
    }

    private static byte[] Archive(TarEntryFormat format)
    {
        using MemoryStream tar = new();
        using (TarWriter writer = new(tar, format, leaveOpen: true))
        {
            foreach (string name in (string[])[Folder + "/", .. Cifar10Archive.ImageFiles, Cifar10Archive.ClassNamesFile])
                writer.WriteEntry(Entry(format, name));
        }

        return TarMutators.Zip(tar.ToArray());
    }

    private static TarEntry Entry(TarEntryFormat format, string name)
    {
        bool isFolder = name.EndsWith('/');
        TarEntryType type = isFolder ? TarEntryType.Directory : format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile;
        string path = isFolder ? name : $"{Folder}/{name}";
        TarEntry entry = format switch
        {
            TarEntryFormat.Pax => new PaxTarEntry(type, path),
            TarEntryFormat.Gnu => new GnuTarEntry(type, path),
            TarEntryFormat.V7 => new V7TarEntry(type, path),
            _ => new UstarTarEntry(type, path),
        };
        entry.ModificationTime = DateTimeOffset.UnixEpoch; // equal runs, equal inputs
        if (!isFolder)
        {
            entry.DataStream = new MemoryStream(name == Cifar10Archive.ClassNamesFile
                ? Encoding.UTF8.GetBytes(string.Join('\n', Cifar10Archive.ClassNames)) : new byte[Sizes.FileBytes]);
        }

        return entry;
    }

    private static HandMade Zipped(string name, byte[] tar) => new(name, TarMutators.Zip(tar));

    private static byte[] Header(string name, string size, char kind)
    {
        byte[] header = new byte[TarMutators.Block];
        Encoding.Latin1.GetBytes(name).CopyTo(header, 0);
        Encoding.Latin1.GetBytes("0000644\0").CopyTo(header, 100);
        Encoding.Latin1.GetBytes(size).CopyTo(header, 124);
        header[156] = (byte)kind;
        "ustar\000"u8.CopyTo(header.AsSpan(257));
        TarMutators.PutChecksum(header);
        return header;
    }

    private static string Octal(string content) => Convert.ToString(content.Length, 8);

    private static byte[] Padded(string content)
    {
        byte[] blocks = new byte[(content.Length + TarMutators.Block - 1) / TarMutators.Block * TarMutators.Block];
        Encoding.Latin1.GetBytes(content).CopyTo(blocks, 0);
        return blocks;
    }

    private static byte[] Unzipped(byte[] zipped)
    {
        using GZipStream unzipped = new(new MemoryStream(zipped), CompressionMode.Decompress);
        using MemoryStream content = new();
        unzipped.CopyTo(content);
        return content.ToArray();
    }
}
