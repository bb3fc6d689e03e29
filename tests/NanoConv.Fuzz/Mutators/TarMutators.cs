using System.IO.Compression;
using System.Text;

namespace NanoConv.Fuzz.Mutators;

/// <summary>Spoils .tar.gz archives inside: unzips, changes the tar, zips again.</summary>
public static class TarMutators
{
    /// <summary>Bytes of a block: headers are one, contents are filled up to whole ones.</summary>
    public const int Block = 512;

    private const int MostUnzipped = 1 << 20;

    private static readonly (int Offset, int Length)[] Fields =
    [
        (0, 100), (100, 8), (108, 8), (116, 8), (124, 12), (124, 12), (124, 12), (136, 12), (148, 8), (156, 1), (156, 1), (157, 100), (257, 8), (345, 155),
    ];

    private static readonly string[] Texts =
    [
        "", "0", "7", "777777777777", "77777777777", "-1", "+1", "0x10", "9", "8", " 6001", "6001", "6000 ", "00000006001", "00000006002", "1e3", "../x",
        "/x", "a/../../x", "C:\\x", "cifar-10-batches-bin/test_batch.bin", "cifar-10-batches-bin/data_batch_1.bin", "data_batch_2.bin", "././@PaxHeader",
    ];

    private static readonly string Kinds = "\00123456789gxLKSVMND\x7F";

    /// <summary>A field of a header, with the checksum put right mostly.</summary>
    public static byte[] Header(byte[] input, IReadOnlyList<byte[]> corpus, Random random) => Inside(input, corpus, random, static (tar, _, random) =>
    {
        int header = HeaderFrom(tar, random.Next(Math.Max(1, tar.Length / Block)));
        if (header < 0)
            return tar;
        byte[] changed = [.. tar];
        (int offset, int length) = Fields[random.Next(Fields.Length)];
        Span<byte> field = changed.AsSpan(header + offset, length);
        if (length == 1)
            field[0] = (byte)Kinds[random.Next(Kinds.Length)];
        else
            Fill(field, random);
        if (random.Next(16) > 0)
            PutChecksum(changed.AsSpan(header, Block));
        return changed;
    });

    /// <summary>Whole blocks, taken out, twice or in another order.</summary>
    public static byte[] Blocks(byte[] input, IReadOnlyList<byte[]> corpus, Random random) =>
        Inside(input, corpus, random, static (tar, _, random) => ByteMutators.Blocks(tar, random, Block));

    /// <summary>Bytes anywhere in the tar.</summary>
    public static byte[] Bytes(byte[] input, IReadOnlyList<byte[]> corpus, Random random) => Inside(input, corpus, random, ByteMutators.Any);

    /// <summary>Zips, fast.</summary>
    /// <param name="tar">What is to be zipped.</param>
    public static byte[] Zip(ReadOnlySpan<byte> tar)
    {
        using MemoryStream zipped = new();
        using (GZipStream zip = new(zipped, CompressionLevel.Fastest, leaveOpen: true))
            zip.Write(tar);
        return zipped.ToArray();
    }

    /// <summary>Writes the checksum that a header's bytes have.</summary>
    /// <param name="header">The header.</param>
    public static void PutChecksum(Span<byte> header)
    {
        Span<byte> field = header.Slice(148, 8);
        field.Fill((byte)' ');
        int sum = 0;
        foreach (byte value in header)
            sum += value;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0')).CopyTo(field);
        field[6] = 0;
    }

    private static void Fill(Span<byte> field, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                random.NextBytes(field);
                break;
            case 1: // a number in binary, as GNU has it
                field.Clear();
                field[0] = (byte)(random.Next(2) == 0 ? 0x80 : 0xFF);
                for (int i = field.Length - 1; i > 0 && random.Next(8) > 0; i--)
                    field[i] = (byte)random.Next(256);
                break;
            default:
                field.Clear();
                byte[] text = Encoding.ASCII.GetBytes(Texts[random.Next(Texts.Length)]);
                text.AsSpan(0, Math.Min(text.Length, field.Length)).CopyTo(field);
                break;
        }
    }

    // The first block from a given one on that looks like a header.
    private static int HeaderFrom(byte[] tar, int block)
    {
        for (int start = block * Block; start + Block <= tar.Length; start += Block)
        {
            if (tar.AsSpan(start + 257, 5).SequenceEqual("ustar"u8))
                return start;
        }

        return -1;
    }

    private static byte[] Inside(byte[] input, IReadOnlyList<byte[]> corpus, Random random, Mutator change)
    {
        byte[] tar;
        try
        {
            using GZipStream unzipped = new(new MemoryStream(input), CompressionMode.Decompress);
            using MemoryStream content = new();
            byte[] buffer = new byte[1 << 14];
            for (int count; content.Length < MostUnzipped && (count = unzipped.Read(buffer)) > 0;)
                content.Write(buffer, 0, count);
            tar = content.ToArray();
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            return ByteMutators.Any(input, corpus, random);
        }

        return Zip(change(tar, corpus, random));
    }
}
