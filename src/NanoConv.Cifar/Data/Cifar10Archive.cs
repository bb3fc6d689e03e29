using System.Text;
using NanoConv.Metrics;

namespace NanoConv.Cifar.Data;

/// <summary>
/// What the binary version of CIFAR-10 looks like, in its archive and unpacked. A record is a label byte, then
/// 1,024 red, 1,024 green and 1,024 blue bytes, each plane row by row.
/// </summary>
/// <param name="Url">Where the archive is downloaded from.</param>
/// <param name="Bytes">Size of the archive, in bytes.</param>
/// <param name="Md5">MD5 of the archive, in lower-case hexadecimal.</param>
/// <param name="RecordsPerFile">Images in each of the six files.</param>
public sealed record Cifar10Archive(Uri Url, long Bytes, string Md5, int RecordsPerFile)
{
    /// <summary>Name of the folder inside the archive.</summary>
    public const string FolderName = "cifar-10-batches-bin";

    /// <summary>Name of the archive in the cache.</summary>
    public const string ArchiveName = "cifar-10-binary.tar.gz";

    /// <summary>Name of the file with the test images.</summary>
    public const string TestFile = "test_batch.bin";

    /// <summary>Name of the text file with the class names: if it is there, it has to have <see cref="ClassNames"/>.</summary>
    public const string ClassNamesFile = "batches.meta.txt";

    private const int MostClassBytes = 500;

    /// <summary>Bytes of one record: a label and an image.</summary>
    public const int RecordBytes = 1 + ImageData.ImageBytes;

    /// <summary>The archive as its authors publish it: 50,000 training and 10,000 test images.</summary>
    public static Cifar10Archive Official { get; } = new(
        new Uri("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
        Bytes: 170_052_171,
        Md5: "c32a1d4ab5d03f1284b67883e8d87530",
        RecordsPerFile: 10_000);

    /// <summary>Names of the five files with training images, in order.</summary>
    public static IReadOnlyList<string> TrainingFiles { get; } =
        [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")];

    /// <summary>Names of all six files with images, the test images last.</summary>
    public static IReadOnlyList<string> ImageFiles { get; } = [.. TrainingFiles, TestFile];

    /// <summary>Names of the ten classes; a label is an index into it.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Size of each of the six files, in bytes.</summary>
    public long FileBytes => (long)RecordsPerFile * RecordBytes;

    /// <summary>
    /// The most bytes of an archive when it is unzipped: the six files and a mebibyte for headers and whatever small
    /// files are beside them. A gigabyte of zeros fits into a zip of a megabyte: somewhere it has to end.
    /// </summary>
    public long UnpackedBytes => (ImageFiles.Count * FileBytes) + (1 << 20);

    /// <summary>Number of training images in all.</summary>
    public int TrainingImages => RecordsPerFile * TrainingFiles.Count;

    /// <summary>Looks whether a folder holds all six files, each of the right size; reads none of them.</summary>
    /// <param name="folder">The folder with data_batch_1.bin in it.</param>
    /// <returns>One line naming the first file at fault, what was expected and found; null if all is well.</returns>
    public string? FindFault(string folder)
    {
        foreach (string name in ImageFiles)
        {
            string path = Path.GetFullPath(Path.Combine(folder, name));
            if (FindFileFault(path) is { } fault)
                return $"{path}: {fault}";
        }

        return null;
    }

    /// <summary>
    /// Compares what <see cref="ClassNamesFile"/> says with <see cref="ClassNames"/>: pictures of other classes may come in this
    /// layout, or of these in another order.
    /// </summary>
    /// <param name="stream">Its content: a name a line, blank lines at the end.</param>
    /// <returns>What was expected and found; null if they agree.</returns>
    public static string? FindClassFault(Stream stream)
    {
        byte[] content = new byte[MostClassBytes];
        string text = Encoding.UTF8.GetString(content, 0, stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false));
        string[] found = text.TrimEnd().Split('\n', StringSplitOptions.TrimEntries);
        return found.SequenceEqual(ClassNames) ? null : $"expected the classes of CIFAR-10, {string.Join(", ", ClassNames)}, found {string.Join(", ", found)}";
    }

    private string? FindFileFault(string path)
    {
        var file = new FileInfo(path);
        try
        {
            // The length of a link is its own: look at what it leads to.
            if (file.LinkTarget is not null)
                file = new FileInfo(file.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
            return file.Exists ? DescribeWrongSize(file.Length) : $"expected {SizeText}, found no such file";
        }
        catch (IOException error) // links that go round in a circle
        {
            return $"expected {SizeText}, found none that can be read: {error.Message}";
        }
    }

    /// <summary>Compares the size of one of the six files with what it has to be.</summary>
    /// <param name="found">Its size, in bytes.</param>
    /// <returns>What was expected and found; null if the size is right.</returns>
    public string? DescribeWrongSize(long found)
    {
        if (found == FileBytes)
            return null;
        string fault = found < FileBytes ? "truncated" : "too long";
        return $"expected {SizeText}, found {found:N0} bytes: the file is {fault}";
    }

    private string SizeText => $"{FileBytes:N0} bytes ({RecordsPerFile:N0} records of {RecordBytes:N0})";
}
