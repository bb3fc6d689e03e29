namespace NanoConv.Files;

/// <summary>Files that are there as a whole or not at all.</summary>
/// <remarks>
/// A symbolic link stays a link: what it leads to is replaced, or made. What is replaced keeps its mode and, where the
/// system allows it, its owner and group; a new file has the usual mode. Another hard link to the file keeps the old content.
/// A pipe or a device (<c>/dev/stdout</c>, <c>/dev/null</c>) cannot be replaced: it gets the content, as far as that is written.
/// </remarks>
public static class AtomicFile
{
    private const UnixFileMode Writable = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode Permissions = (UnixFileMode)0b111_111_111;

    /// <summary>
    /// Writes a file under a temporary name beside its own, flushes it to the disk and renames it: whoever reads the
    /// path finds the old file or the new one, even if the program or the machine stops in between.
    /// </summary>
    /// <param name="path">The file; its folder must exist. An existing file is replaced, unless it is read-only.</param>
    /// <param name="write">Writes the content, from the first byte to the last.</param>
    /// <exception cref="DirectoryNotFoundException">Its folder does not exist; the message names both.</exception>
    /// <exception cref="IOException">It cannot be written; the old file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, Action<Stream> write) => Write(path, write, reached: null);

    /// <summary>The file that <see cref="Write(string, Action{Stream})"/> replaces or makes: links are followed.</summary>
    /// <param name="path">The file, which need not be there.</param>
    /// <returns>Its full path; of a pipe or a device <paramref name="path"/>'s own.</returns>
    /// <exception cref="DirectoryNotFoundException">Its folder does not exist; the message names both.</exception>
    /// <exception cref="IOException">It is a folder, or its links lead in a circle.</exception>
    public static string TargetOf(string path)
    {
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full) || Path.EndsInDirectorySeparator(full))
            throw new IOException($"cannot write '{path}': expected the name of a file, found a folder");
        if (IsStream(full))
            return full;
        string target = LinkedPath.Resolve(full) ?? throw new IOException($"cannot write '{path}': expected links that end at a file, found a circle of them");
        string folder = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"cannot write '{path}': the folder '{folder}' does not exist");
        return target;
    }

    /// <summary>Whether a path leads to a pipe or a device, which is written to and not replaced.</summary>
    /// <param name="path">The path, which need not lead anywhere.</param>
    public static bool IsStream(string path)
    {
        string full = Path.GetFullPath(path);
        return LinuxFile.Of(full) is { } file ? file.IsStream : !OperatingSystem.IsWindows() && IsBelowDevices(full) && File.Exists(full);
    }

    /// <summary>
    /// Refuses a file that is there and may not be written, as <see cref="Write(string, Action{Stream})"/> does: renaming alone
    /// would not ask.
    /// </summary>
    /// <param name="path">The file, which need not be there.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written, or it is read-only, whoever asks.</exception>
    public static void RequireWritable(string path)
    {
        string target = TargetOf(path);
        if (File.Exists(target) && !IsStream(target))
            OpenExisting(path, target).Dispose();
    }

    /// <summary>
    /// Gives a finished file that is to be moved to another one's place what <see cref="Write(string, Action{Stream})"/> keeps: that
    /// one's mode and, where the system allows it, its owner and group. Where there is none the file stays as it is.
    /// </summary>
    /// <param name="file">The finished file, of this process.</param>
    /// <param name="replaced">The file that it is to replace; links are followed.</param>
    /// <exception cref="IOException">It cannot be done.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be done.</exception>
    public static void TakeAfter(string file, string replaced)
    {
        string target = TargetOf(replaced);
        if (OperatingSystem.IsWindows() || !File.Exists(target) || IsStream(target))
            return;
        using FileStream finished = new(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        LinuxFile.Of(target)?.GiveOwner(finished.SafeFileHandle);
        File.SetUnixFileMode(finished.SafeFileHandle, File.GetUnixFileMode(target) & Permissions);
    }

    /// <inheritdoc cref="Write(string, Action{Stream})"/>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="reached">Told of how far it has come.</param>
    internal static void Write(string path, Action<Stream> write, Action<WriteStage>? reached)
    {
        ArgumentNullException.ThrowIfNull(write);
        string target = TargetOf(path);
        if (File.Exists(target) && IsWrittenStraight(path, target, write))
            return;
        string temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            WriteBeside(target, temporary, write, reached);
            File.Move(temporary, target, overwrite: true);
            reached?.Invoke(WriteStage.Renamed);
        }
        catch (Exception mistake)
        {
            TryDelete(temporary);
            if (!mistake.Message.Contains(temporary, StringComparison.Ordinal))
                throw;
            string message = mistake.Message.Replace(temporary, path, StringComparison.Ordinal); // nobody gave the temporary name
            throw mistake switch
            {
                UnauthorizedAccessException => new UnauthorizedAccessException(message, mistake),
                _ => new IOException(message, mistake) { HResult = mistake.HResult },
            };
        }
    }

    private static void WriteBeside(string target, string temporary, Action<Stream> write, Action<WriteStage>? reached)
    {
        UnixFileMode? mode = !OperatingSystem.IsWindows() && File.Exists(target) ? File.GetUnixFileMode(target) & Permissions : null;
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows() && mode is { } early)
            options.UnixCreateMode = early; // at no time can more people read it than the old one
        using FileStream stream = new(temporary, options);
        if (!OperatingSystem.IsWindows() && mode is { } kept)
        {
            LinuxFile.Of(target)?.GiveOwner(stream.SafeFileHandle);
            File.SetUnixFileMode(stream.SafeFileHandle, kept);
        }

        reached?.Invoke(WriteStage.Created);
        write(stream);
        stream.Flush();
        reached?.Invoke(WriteStage.Written);
        stream.Flush(flushToDisk: true);
        reached?.Invoke(WriteStage.Flushed);
    }

    /// <summary>Writes a pipe or a device; of a file, it only finds out whether it may be written.</summary>
    private static bool IsWrittenStraight(string path, string target, Action<Stream> write)
    {
        using FileStream existing = OpenExisting(path, target);
        if (!IsStream(target) && existing.CanSeek)
            return false;
        write(existing);
        return true;
    }

    private static FileStream OpenExisting(string path, string target)
    {
        // What nobody may write was made so on purpose; the system would let the administrator.
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(target) & Writable) == 0)
            throw new UnauthorizedAccessException($"cannot write '{path}': expected a file that may be replaced, found a read-only one");
        return new FileStream(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }

    private static bool IsBelowDevices(string path) => path.StartsWith("/dev/", StringComparison.Ordinal);

    private static void TryDelete(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception mistake) when (mistake is IOException or UnauthorizedAccessException)
        {
            // What went wrong before says more.
        }
    }
}
