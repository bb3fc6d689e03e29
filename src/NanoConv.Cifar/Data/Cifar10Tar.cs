using System.Formats.Tar;
using System.IO.Compression;

namespace NanoConv.Cifar.Data;

/// <summary>
/// Goes once through a .tar.gz of CIFAR-10, without unpacking it. It trusts nothing: names that lead out of the
/// folder, links and devices are refused, the six files have to be there once and with their size, and what comes out
/// of the zip may not be much more than they are.
/// </summary>
internal static class Cifar10Tar
{
    /// <summary>Hands each wanted file of the archive to a function, in the archive's order.</summary>
    /// <param name="path">The .tar.gz.</param>
    /// <param name="archive">The file sizes to expect.</param>
    /// <param name="take">
    /// Receives the file's bare name, one of <see cref="Cifar10Archive.ImageFiles"/> or
    /// <see cref="Cifar10Archive.ClassNamesFile"/>, and its content, of which it may read as much as it likes.
    /// </param>
    /// <param name="cancellation">Stops between two files.</param>
    /// <exception cref="DataException">The archive is damaged, incomplete, or holds what it should not.</exception>
    /// <exception cref="IOException">The archive cannot be read, or <paramref name="take"/> failed so.</exception>
    internal static void ForEachFile(
        string path, Cifar10Archive archive, Action<string, Stream> take, CancellationToken cancellation)
    {
        using FileStream file = File.OpenRead(path);
        ForEachFile(file, path, archive, take, cancellation);
    }

    /// <summary>As <see cref="ForEachFile(string, Cifar10Archive, Action{string, Stream}, CancellationToken)"/>, of a file that is open.</summary>
    /// <param name="file">The .tar.gz, at its beginning; it can seek.</param>
    /// <param name="path">What errors call it.</param>
    /// <param name="archive">The file sizes to expect.</param>
    /// <param name="take">Receives a file's bare name and its content.</param>
    /// <param name="cancellation">Stops between two files.</param>
    internal static void ForEachFile(
        Stream file, string path, Cifar10Archive archive, Action<string, Stream> take, CancellationToken cancellation)
    {
        var seen = new HashSet<string>();
        try
        {
            RequireGZip(path, file);
            using var unzipped = new GZipStream(file, CompressionMode.Decompress);
            long most = archive.UnpackedBytes;
            using var bounded = new BoundedStream(
                unzipped, most, () => new InvalidDataException($"expected at most {most:N0} bytes when unzipped, found more"));
            var entry = new TarEntries(bounded);
            while (entry.Next())
            {
                cancellation.ThrowIfCancellationRequested();
                if (WantedName(path, entry) is not { } name)
                    continue;
                if (!seen.Add(name))
                    throw new DataException($"{path}: expected {name} once in the archive, found it twice");
                if (name != Cifar10Archive.ClassNamesFile && archive.DescribeWrongSize(entry.Length) is { } fault)
                    throw new DataException($"{path}: {name}: {fault}");
                take(name, entry.Content);
            }

            bounded.CopyTo(Stream.Null);   // to the checksum, at the very end
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            throw new DataException(
                $"{path}: expected a whole .tar.gz archive, " +
                $"found another kind of file or a damaged one ({error.Message})",
                error);
        }

        if (Cifar10Archive.ImageFiles.FirstOrDefault(name => !seen.Contains(name)) is { } missing)
            throw new DataException(
                $"{path}: expected {Cifar10Archive.FolderName}/{missing} in the archive, found no such entry " +
                "(is it the binary version of CIFAR-10?)");
    }

    /// <summary>Looks at the first two bytes, for a clearer error than the one of unzipping.</summary>
    private static void RequireGZip(string path, Stream file)
    {
        if (file.ReadByte() != 0x1f || file.ReadByte() != 0x8b)
            throw new DataException(
                $"{path}: expected a folder with CIFAR-10 in its binary version, or its .tar.gz, " +
                "found a file that is neither");
        file.Position = 0;
    }

    /// <summary>The bare name of an entry if it is wanted, null if it is harmless but not needed.</summary>
    private static string? WantedName(string path, TarEntries entry)
    {
        (int Depth, Range Folder, Range File) place = SafePlace(path, entry.Name);
        if (entry.Type is TarEntryType.Directory)
            return null;
        if (entry.Type is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
            throw new DataException(
                $"{path}: expected plain files and folders in the archive, found '{entry.Name}' of type " +
                $"{entry.Type}");
        string file = entry.Name[place.File];
        bool isInPlace = place.Depth == 1 || (place.Depth > 1 && entry.Name[place.Folder] == Cifar10Archive.FolderName);
        bool isWanted = isInPlace && (Cifar10Archive.ImageFiles.Contains(file) || file == Cifar10Archive.ClassNamesFile);
        return isWanted ? file : null;
    }

    /// <summary>How deep a name leads, and the last two of its segments; without copies, as names are many or long on purpose.</summary>
    private static (int Depth, Range Folder, Range File) SafePlace(string path, string entryName)
    {
        (int depth, Range folder, Range file) = (0, default, default);
        bool isFirst = true;
        foreach (Range range in entryName.AsSpan().SplitAny('/', '\\'))
        {
            ReadOnlySpan<char> segment = entryName.AsSpan()[range];
            bool isRooted = isFirst && (segment.IsEmpty || segment.Contains(':'));
            if (isRooted || segment is "..")
                throw new DataException(
                    $"{path}: expected only entries inside {Cifar10Archive.FolderName}, found '{entryName}', " +
                    "which points outside the folder");
            isFirst = false;
            if (segment is not ("" or "."))
                (depth, folder, file) = (depth + 1, file, range);
        }

        return (depth, folder, file);
    }
}
