using NanoConv.Cifar.Data;
using NanoConv.Fuzz.Mutators;

namespace NanoConv.Fuzz.Targets;

/// <summary>
/// <see cref="Cifar10Reader"/> on a folder with CIFAR-10's six files, of two images each. An input is the number of a
/// file and its content, or 255 and the number for a file that is missing; the other files are as they should be.
/// </summary>
public sealed class CifarTarget : FuzzTarget
{
    /// <summary>The target's name.</summary>
    public const string TargetName = "cifar";

    private const int Records = 2;
    private const byte Missing = 255;

    private static int targets;

    // In memory, where the system has such a folder: a million files are written.
    private readonly string folder = Directory.CreateDirectory(Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(),
        $"nanoconv-fuzz-{Environment.ProcessId}-{Interlocked.Increment(ref targets)}")).FullName;

    private readonly byte[] valid = new byte[Records * Cifar10Archive.RecordBytes];
    private readonly Cifar10Reader reader = new(Sizes);

    /// <summary>Six small files.</summary>
    public CifarTarget()
    {
        for (int i = 0; i < Records; i++)
            valid[i * Cifar10Archive.RecordBytes] = (byte)i;
        foreach (string name in Cifar10Archive.ImageFiles)
            File.WriteAllBytes(Path.Combine(folder, name), valid);
    }

    /// <inheritdoc/>
    public override string Name => TargetName;

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documented => [typeof(DataException)];

    /// <inheritdoc/>
    public override IReadOnlyList<Mutator> Mutators => [ByteMutators.Any, WholeRecords, Label];

    /// <summary>The images that are read, and what reads them.</summary>
    public override long AllocationConstant => base.AllocationConstant + (6 * Records * Cifar10Archive.RecordBytes);

    /// <summary>What the files should be.</summary>
    internal static Cifar10Archive Sizes { get; } = new(new Uri("http://127.0.0.1:1/none"), 1, "none", Records);

    /// <inheritdoc/>
    public override object Read(byte[] input)
    {
        byte file = input.Length > 0 ? input[0] : (byte)0;
        bool isMissing = file == Missing && input.Length > 1;
        string path = Path.Combine(folder, Cifar10Archive.ImageFiles[(isMissing ? input[1] : file) % Cifar10Archive.ImageFiles.Count]);
        try
        {
            if (isMissing)
                File.Delete(path);
            else
                Put(path, input.AsSpan(Math.Min(1, input.Length)));
            return reader.Read(folder, 5 * Records);
        }
        finally
        {
            Put(path, valid);
        }
    }

    /// <inheritdoc/>
    public override void Check(byte[] input, object? result)
    {
        ImageData data = (ImageData)result!;
        if (data.TrainingCount != 5 * Records || data.TestCount != Records || data.TrainingLabels.Concat(data.TestLabels).Any(label => label > 9))
            throw new UnsoundResultException($"expected {5 * Records} and {Records} images with labels below 10, found others");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool isDisposing) => Directory.Delete(folder, recursive: true);

    /// <inheritdoc/>
    protected override IEnumerable<byte[]> MakeSeeds() => Enumerable.Range(0, Cifar10Archive.ImageFiles.Count).Select(file => (byte[])[(byte)file, .. valid]);

    /// <inheritdoc/>
    protected override IEnumerable<HandMade> MakeByHand()
    {
        yield return new HandMade("an empty file", [0]);
        yield return new HandMade("a missing file", [Missing, 3]);
        yield return new HandMade("half a record", [1, .. valid[..(Cifar10Archive.RecordBytes / 2)]]);
        yield return new HandMade("a record less", [5, .. valid[Cifar10Archive.RecordBytes..]]);
        yield return new HandMade("a byte more", [5, .. valid, 0]);
        yield return new HandMade("label 10", [2, 10, .. valid[1..]]);
        yield return new HandMade("label 255", [2, 255, .. valid[1..]]);
        yield return new HandMade("a megabyte", [4, .. new byte[1 << 20]]);
    }

    private static void Put(string path, ReadOnlySpan<byte> content)
    {
        using FileStream stream = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        stream.Write(content);
    }

    private static byte[] WholeRecords(byte[] input, IReadOnlyList<byte[]> corpus, Random random) =>
        input.Length < 2 ? input : [input[0], .. ByteMutators.Blocks(input[1..], random, Cifar10Archive.RecordBytes)];

    private static byte[] Label(byte[] input, IReadOnlyList<byte[]> corpus, Random random)
    {
        int record = random.Next(Records), place = 1 + (record * Cifar10Archive.RecordBytes);
        if (place >= input.Length)
            return input;
        byte[] changed = [.. input];
        changed[place] = (byte)random.Next(random.Next(2) == 0 ? 12 : 256);
        return changed;
    }
}
