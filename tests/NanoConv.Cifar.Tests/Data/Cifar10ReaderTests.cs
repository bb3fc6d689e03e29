using System.Formats.Tar;
using System.IO.Compression;
using NanoConv.Cifar.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Data;

public sealed class Cifar10ReaderTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();
    private readonly Cifar10Reader reader = new(FakeCifar10.Sizes);

    public void Dispose() => temporary.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(50)]
    public void A_folder_gives_the_first_training_images_and_all_test_images(int count)
    {
        RequireImages(reader.Read(FakeCifar10.WriteFolder(temporary["data"]), count), count);
    }

    [Fact]
    public void The_folder_above_will_do_and_the_source_tells_what_was_read()
    {
        string folder = FakeCifar10.WriteFolder(temporary[Cifar10Archive.FolderName]);

        ImageData data = reader.Read(temporary.Path, 20);

        RequireImages(data, 20);
        Assert.Equal(folder, data.Source);
        Assert.True(data.IsCifar10);
        Assert.Equal("CIFAR-10", data.Name);
        Assert.Equal("truck", data.ClassNames[9]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(25)]
    [InlineData(50)]
    public void An_archive_gives_the_same_images_whatever_the_order_of_its_files(int count)
    {
        RequireImages(reader.Read(WriteArchive(FakeCifar10.TarGz()), count), count);
    }

    [Fact]
    public void Reading_allocates_little_more_than_the_images()
    {
        const int records = 400;
        const int count = 3 * records;
        string folder = FakeCifar10.WriteFolder(temporary["data"], FakeCifar10.Files(records));
        var larger = new Cifar10Reader(FakeCifar10.Sizes with { RecordsPerFile = records });
        larger.Read(folder, 1);

        long before = GC.GetAllocatedBytesForCurrentThread();
        ImageData data = larger.Read(folder, count);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(records, data.TestCount);
        long images = (long)(count + records) * Cifar10Archive.RecordBytes;
        Assert.InRange(allocated, images, images * 5 / 4);
    }

    [Theory]
    [InlineData(0, "expected at least 1 training image, found 0")]
    [InlineData(-1, "expected at least 1 training image, found -1")]
    [InlineData(51, "expected at most 50 training images, as many as CIFAR-10 has, found 51")]
    public void As_many_training_images_as_there_are(int count, string expected)
    {
        RequireError(FakeCifar10.WriteFolder(temporary["data"]), count, "--samples", expected);
    }

    [Fact]
    public void Links_to_files_are_followed()
    {
        if (OperatingSystem.IsWindows())
            return; // links need a privilege there
        FakeCifar10.WriteFolder(temporary["data"]);
        Directory.CreateDirectory(temporary["links"]);
        foreach (string name in Cifar10Archive.ImageFiles)
        {
            File.CreateSymbolicLink(temporary[$"data/{name}.link"], name);
            File.CreateSymbolicLink(temporary[$"links/{name}"], temporary[$"data/{name}.link"]);
        }
        RequireImages(reader.Read(temporary["links"], 50), 50);

        File.WriteAllBytes(temporary["data/data_batch_2.bin"], new byte[5]);
        RequireError(temporary["links"], 1, "data_batch_2.bin", "found 5 bytes: the file is truncated");
        File.Delete(temporary["data/data_batch_2.bin"]);
        RequireError(temporary["links"], 1, "data_batch_2.bin", "found no such file");
        File.CreateSymbolicLink(temporary["data/data_batch_2.bin"], "data_batch_2.bin.link");
        RequireError(temporary["links"], 1, "data_batch_2.bin");
    }

    [Fact]
    public void A_path_that_does_not_exist_is_named()
    {
        RequireError(temporary["nowhere"], 1, temporary["nowhere"], "found no such file or folder");
    }

    [Fact]
    public void A_folder_with_something_else_is_named()
    {
        RequireError(temporary.Path, 1, temporary.Path, "expected data_batch_1.bin or a folder cifar-10-batches-bin");
    }

    [Theory]
    [InlineData("data_batch_1.bin")]
    [InlineData("data_batch_4.bin")]
    [InlineData("test_batch.bin")]
    public void A_missing_file_is_named_even_if_it_need_not_be_read(string name)
    {
        string folder = FakeCifar10.WriteFolder(temporary["data"]);
        File.Delete(Path.Combine(folder, name));

        RequireError(folder, 1, Path.Combine(folder, name), "expected 30,730 bytes", "found no such file");
    }

    [Theory]
    [InlineData("data_batch_1.bin", -1, "found 30,729 bytes: the file is truncated")]
    [InlineData("data_batch_5.bin", -30_730, "found 0 bytes: the file is truncated")]
    [InlineData("test_batch.bin", 1, "found 30,731 bytes: the file is too long")]
    public void A_file_of_another_size_is_named(string name, int change, string found)
    {
        string folder = FakeCifar10.WriteFolder(temporary["data"]);
        using (FileStream file = File.OpenWrite(Path.Combine(folder, name)))
            file.SetLength(file.Length + change);

        RequireError(folder, 1, Path.Combine(folder, name), "expected 30,730 bytes (10 records of 3,073)", found);
    }

    [Theory]
    [InlineData("data_batch_2.bin", 10)]
    [InlineData("test_batch.bin", 255)]
    public void A_label_above_9_is_named_with_its_record_in_a_folder_and_in_an_archive(string name, byte label)
    {
        Dictionary<string, byte[]> files = FakeCifar10.Files();
        files[name][3 * Cifar10Archive.RecordBytes] = label;
        string[] expected = [name, "record 4 of 10", "expected a label from 0 to 9", $"found {label}"];

        RequireError(FakeCifar10.WriteFolder(temporary["data"], files), 50, expected);
        RequireError(WriteArchive(FakeCifar10.TarGz(files)), 50, expected);
    }

    [Fact]
    public void An_archive_cut_short_anywhere_is_an_error()
    {
        byte[] whole = FakeCifar10.TarGz();
        for (int part = 0; part < 40; part++)
            RequireError(WriteArchive(whole[..(whole.Length * part / 40)]), 50, "archive.tar.gz");
    }

    [Fact]
    public void An_archive_cut_short_by_a_few_bytes_is_an_error_unless_every_image_is_in_it()
    {
        byte[] whole = FakeCifar10.TarGz();
        for (int missing = 1; missing < 200; missing++)
        {
            string path = WriteArchive(whole[..^missing]);
            if (Record.Exception(() => RequireImages(reader.Read(path, 50), 50)) is { } error)
                Assert.IsType<DataException>(error);
        }
    }

    // Now and then a flipped byte changes nothing: it points a repetition at another place with the same bytes.
    [Fact]
    public void An_archive_with_a_flipped_byte_is_an_error_unless_it_unzips_to_the_same()
    {
        byte[] whole = FakeCifar10.TarGz();
        int errors = 0;
        for (int part = 1; part < 40; part++)
        {
            byte[] flipped = [.. whole];
            flipped[whole.Length * part / 40] ^= 0x55;
            string path = WriteArchive(flipped);
            if (Record.Exception(() => RequireImages(reader.Read(path, 50), 50)) is not { } error)
                continue;
            Assert.Contains("archive.tar.gz", Assert.IsType<DataException>(error).Message, StringComparison.Ordinal);
            errors++;
        }

        Assert.InRange(errors, 35, 39);
    }

    [Fact]
    public void Other_kinds_of_file_are_errors()
    {
        RequireError(WriteArchive("not an archive"u8.ToArray()), 1, "found a file that is neither");
        RequireError(WriteArchive([]), 1, "found a file that is neither");
        RequireError(WriteArchive(FakeCifar10.Files()["test_batch.bin"]), 1, "found a file that is neither");
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
            zip.Write(Enumerable.Repeat((byte)'x', 5000).ToArray());
        RequireError(WriteArchive(zipped.ToArray()), 1, "expected a whole .tar.gz archive");
    }

    [Fact]
    public void An_archive_without_a_file_or_with_two_of_it_or_with_a_short_one_is_an_error()
    {
        Dictionary<string, byte[]> files = FakeCifar10.Files();
        files.Remove("data_batch_5.bin");
        RequireError(WriteArchive(FakeCifar10.TarGz(files)), 1, "data_batch_5.bin", "found no such entry");

        files["data_batch_5.bin"] = new byte[100];
        RequireError(WriteArchive(FakeCifar10.TarGz(files)), 1, "data_batch_5.bin", "found 100 bytes");

        TarEntry again = FakeCifar10.PlainFile("./cifar-10-batches-bin/test_batch.bin", new byte[30_730]);
        RequireError(WriteArchive(FakeCifar10.TarGz(null, again)), 1, "test_batch.bin once", "found it twice");
    }

    [Theory]
    [InlineData("../data_batch_1.bin")]
    [InlineData("/tmp/data_batch_1.bin")]
    [InlineData("cifar-10-batches-bin/../../data_batch_1.bin")]
    [InlineData("..\\data_batch_1.bin")]
    [InlineData("C:\\data_batch_1.bin")]
    public void An_entry_that_points_outside_is_refused(string name)
    {
        byte[] archive = FakeCifar10.TarGz(null, FakeCifar10.PlainFile(name, [1]));

        RequireError(WriteArchive(archive), 1, name, "points outside the folder");
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Fifo)]
    public void Links_and_devices_are_refused(TarEntryType type)
    {
        var entry = new PaxTarEntry(type, "cifar-10-batches-bin/data_batch_6.bin");
        if (type != TarEntryType.Fifo)
            entry.LinkName = "/etc/passwd";

        RequireError(WriteArchive(FakeCifar10.TarGz(null, entry)), 1, "data_batch_6.bin", type.ToString());
    }

    [Theory]
    [InlineData(TarEntryFormat.V7, "")]
    [InlineData(TarEntryFormat.Ustar, "")]
    [InlineData(TarEntryFormat.Ustar, "a folder with a name of forty characters!/and/another/one/of/them/in/which/there/are/the/files")]
    [InlineData(TarEntryFormat.Gnu, "")]
    [InlineData(TarEntryFormat.Gnu, "a folder with a name of forty characters!/and/another/one/of/them/in/which/there/are/the/files/é")]
    [InlineData(TarEntryFormat.Pax, "a folder with a name of forty characters!/and/another/one/of/them/in/which/there/are/the/files/é")]
    public void An_archive_may_be_of_any_format(TarEntryFormat format, string above)
    {
        RequireImages(reader.Read(WriteArchive(FakeCifar10.TarGz(format, above)), 50), 50);
    }

    /// <summary>Headers that say more than there is, as someone would write them who means harm.</summary>
    [Theory]
    [InlineData('x', "77777777777", "extended headers of at most 65,536 bytes, found 8,589,934,591")]
    [InlineData('L', "7777777777", "extended headers of at most 65,536 bytes, found 1,073,741,823")]
    [InlineData('0', "-1", "octal digits")]
    [InlineData('0', "77777777777", "it ends")]
    [InlineData('S', "0", "'a' of type SparseFile")]
    [InlineData('x', "1000", "expected records")]
    [InlineData('\x7F', "0", "of type 127")]
    public void A_header_that_claims_what_is_not_there_is_refused_before_memory_is_taken(char kind, string size, string expected)
    {
        string path = WriteArchive(FakeCifar10.Zip([.. FakeCifar10.TarHeader("a", size, kind), .. Enumerable.Repeat((byte)'?', 5000)]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        RequireError(path, 1, expected);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData("0 a=b\n")]
    [InlineData("-1 a=b\n")]
    [InlineData("99999999999 a=b\n")]
    [InlineData("6 a=b\n7")]
    [InlineData("5 ab\n")]
    [InlineData("9 size=x\n")]
    [InlineData("11 size=-1\n")]
    [InlineData("30 size=99999999999999999999\n")]
    public void A_pax_header_that_is_none_is_refused(string records)
    {
        byte[] content = new byte[512];
        System.Text.Encoding.ASCII.GetBytes(records).CopyTo(content, 0);
        byte[] header = FakeCifar10.TarHeader("a", Convert.ToString(records.Length, 8), 'x');
        RequireError(WriteArchive(FakeCifar10.Zip([.. header, .. content])), 1, "extended header");
    }

    /// <summary>All else is well: only the number's sign is not.</summary>
    [Theory]
    [InlineData("10 size=1\n", null)]
    [InlineData("11 size=+1\n", "expected a size")]
    [InlineData("11 size=-0\n", "expected a size")]
    [InlineData("+11 size=1\n", "expected records like")]
    public void Numbers_of_a_pax_header_have_no_sign(string records, string? expected)
    {
        byte[] content = new byte[512];
        System.Text.Encoding.ASCII.GetBytes(records).CopyTo(content, 0);
        byte[] header = FakeCifar10.TarHeader("a", Convert.ToString(records.Length, 8), 'x');
        string path = WriteArchive(FakeCifar10.Zip([.. header, .. content, .. FakeCifar10.TarHeader("a", "1", '0'), .. new byte[512], .. FakeCifar10.Tar()]));
        if (expected is null)
            RequireImages(reader.Read(path, 1), 1);
        else
            RequireError(path, 1, expected, "in an extended header");
    }

    [Fact]
    public void A_header_of_another_checksum_is_refused()
    {
        byte[] header = FakeCifar10.TarHeader("a", "0", '0');
        header[0]++;
        RequireError(WriteArchive(FakeCifar10.Zip(header)), 1, "add up to");
    }

    [Fact]
    public void A_bomb_is_refused_as_soon_as_it_is_larger_than_the_images()
    {
        byte[] whole = FakeCifar10.Tar();
        byte[] header = FakeCifar10.TarHeader("large", "77777777", '0');
        string most = $"at most {FakeCifar10.Sizes.UnpackedBytes:N0} bytes when unzipped";
        RequireError(WriteArchive(FakeCifar10.Zip([.. whole, .. new byte[2 << 20]])), 1, most);
        RequireError(WriteArchive(FakeCifar10.Zip([.. header, .. new byte[2 << 20]])), 1, most);
        byte[] many = [.. Enumerable.Repeat(FakeCifar10.TarHeader("a", "0", '0'), 300).SelectMany(bytes => bytes)];
        RequireError(WriteArchive(FakeCifar10.Zip([.. many, .. whole])), 1, "at most 256 headers");
        byte[] name = [.. FakeCifar10.TarHeader("a", "4000", 'L'), .. Enumerable.Repeat((byte)'n', 2048)];
        RequireError(WriteArchive(FakeCifar10.Zip([.. name, .. whole])), 1, "names of at most 1,024 bytes, found 2,048");
    }

    [Fact]
    public void Reading_can_be_cancelled()
    {
        string folder = FakeCifar10.WriteFolder(temporary["data"]);

        Assert.Throws<OperationCanceledException>(() => reader.Read(folder, 1, new CancellationToken(canceled: true)));
    }

    private string WriteArchive(byte[] content)
    {
        File.WriteAllBytes(temporary["archive.tar.gz"], content);
        return temporary["archive.tar.gz"];
    }

    private void RequireError(string path, int count, params string[] parts)
    {
        string message = Assert.Throws<DataException>(() => reader.Read(path, count)).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', message);
    }

    private static void RequireImages(ImageData data, int trainingCount)
    {
        Assert.Equal(trainingCount, data.TrainingCount);
        Assert.Equal(FakeCifar10.RecordsPerFile, data.TestCount);
        RequireImages(data.TrainingPixels, data.TrainingLabels, firstImage: 0);
        RequireImages(data.TestPixels, data.TestLabels, firstImage: 5 * FakeCifar10.RecordsPerFile);
    }

    private static void RequireImages(byte[] pixels, byte[] labels, int firstImage)
    {
        Assert.Equal(labels.Length * ImageData.ImageBytes, pixels.Length);
        for (int i = 0; i < labels.Length; i++)
        {
            Assert.Equal(FakeCifar10.Label(firstImage + i), labels[i]);
            for (int k = 0; k < ImageData.ImageBytes; k++)
                if (FakeCifar10.Value(firstImage + i, k % 3, k / 3) != pixels[i * ImageData.ImageBytes + k])
                    Assert.Fail($"image {i}, byte {k}");
        }
    }
}
