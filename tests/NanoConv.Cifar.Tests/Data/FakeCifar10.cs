using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using NanoConv.Cifar.Data;

namespace NanoConv.Cifar.Tests.Data;

/// <summary>Files in CIFAR-10's layout with made-up content: a few records each, every byte known.</summary>
internal static class FakeCifar10
{
    internal const int RecordsPerFile = 10;

    /// <summary>Sizes of the small files; the address, size and MD5 are of no archive.</summary>
    internal static Cifar10Archive Sizes { get; } = new(new Uri("http://127.0.0.1:1/none"), 1, "none", RecordsPerFile);

    /// <summary>The files of the archive, in the order of the official one rather than that of their numbers.</summary>
    internal static Dictionary<string, byte[]> Files(int recordsPerFile = RecordsPerFile) => new()
    {
        ["data_batch_1.bin"] = Records(0, recordsPerFile),
        ["batches.meta.txt"] = System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Cifar10Archive.ClassNames) + "\n\n"),
        ["data_batch_3.bin"] = Records(2 * recordsPerFile, recordsPerFile),
        ["data_batch_4.bin"] = Records(3 * recordsPerFile, recordsPerFile),
        ["test_batch.bin"] = Records(5 * recordsPerFile, recordsPerFile),
        ["readme.html"] = "<html>"u8.ToArray(),
        ["data_batch_5.bin"] = Records(4 * recordsPerFile, recordsPerFile),
        ["data_batch_2.bin"] = Records(recordsPerFile, recordsPerFile),
    };

    /// <summary>The label of an image; test images are numbered on after the training images.</summary>
    internal static byte Label(int image) => (byte)(image * 7 % 10);

    /// <summary>The value of one channel of one pixel of an image.</summary>
    internal static byte Value(int image, int channel, int pixel) =>
        (byte)((image * 31 + channel * 101 + pixel * 3 + pixel / 32) % 251);

    internal static string WriteFolder(string folder, Dictionary<string, byte[]>? files = null)
    {
        Directory.CreateDirectory(folder);
        foreach ((string name, byte[] content) in files ?? Files())
            File.WriteAllBytes(Path.Combine(folder, name), content);
        return folder;
    }

    /// <summary>The archive, with more entries of any kind after the files if wanted.</summary>
    internal static byte[] TarGz(Dictionary<string, byte[]>? files = null, params TarEntry[] more) => Zip(Tar(files, more));

    /// <summary>The archive, not zipped.</summary>
    internal static byte[] Tar(Dictionary<string, byte[]>? files = null, params TarEntry[] more)
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, leaveOpen: true))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "cifar-10-batches-bin/") { ModificationTime = DateTimeOffset.UnixEpoch });
            foreach ((string name, byte[] content) in files ?? Files())
                tar.WriteEntry(PlainFile("cifar-10-batches-bin/" + name, content));
            foreach (TarEntry entry in more)
                tar.WriteEntry(entry);
        }

        return archive.ToArray();
    }

    /// <summary>The archive in one of tar's formats, its folder below others.</summary>
    internal static byte[] TarGz(TarEntryFormat format, string above)
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, format, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in Files())
            {
                string path = (above == "" ? "" : above + "/") + "cifar-10-batches-bin/" + name;
                TarEntry entry = format switch
                {
                    TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, path),
                    TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, path),
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, path),
                    _ => new PaxTarEntry(TarEntryType.RegularFile, path),
                };
                entry.DataStream = new MemoryStream(content);
                tar.WriteEntry(entry);
            }
        }

        return Zip(archive.ToArray());
    }

    internal static byte[] Zip(byte[] content)
    {
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
            zip.Write(content);
        return zipped.ToArray();
    }

    /// <summary>A header of any content, with its checksum.</summary>
    internal static byte[] TarHeader(string name, string size, char kind)
    {
        byte[] header = new byte[512];
        System.Text.Encoding.ASCII.GetBytes(name).CopyTo(header, 0);
        System.Text.Encoding.ASCII.GetBytes(size).CopyTo(header, 124);
        header[156] = (byte)kind;
        "ustar\000"u8.CopyTo(header.AsSpan(257));
        int sum = 8 * ' ' + header.Sum(value => value);
        System.Text.Encoding.ASCII.GetBytes(Convert.ToString(sum, 8)).CopyTo(header, 148);
        return header;
    }

    internal static TarEntry PlainFile(string name, byte[] content) =>
        new PaxTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = new MemoryStream(content),
            ModificationTime = DateTimeOffset.UnixEpoch, // equal runs, equal archives
        };

    /// <summary>What a client is told about an archive.</summary>
    internal static Cifar10Archive Describe(byte[] archive, Uri url) =>
        new(url, archive.Length, Convert.ToHexStringLower(MD5.HashData(archive)), RecordsPerFile);

    private static byte[] Records(int firstImage, int count)
    {
        byte[] bytes = new byte[count * Cifar10Archive.RecordBytes];
        for (int i = 0; i < count; i++)
        {
            Span<byte> record = bytes.AsSpan(i * Cifar10Archive.RecordBytes, Cifar10Archive.RecordBytes);
            record[0] = Label(firstImage + i);
            for (int k = 0; k < ImageData.ImageBytes; k++)
                record[1 + k] = Value(firstImage + i, k / 1024, k % 1024);
        }

        return bytes;
    }
}
