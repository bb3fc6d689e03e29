using NanoConv.Files;

namespace NanoConv.Cifar.Files;

/// <summary>A file a command writes: whole or not at all, with errors that name what the user asked for.</summary>
public static class OutputFile
{
    /// <summary>Writes a file as <see cref="AtomicFile"/> does; a link is followed, not replaced.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="UserErrorException">It cannot be written; an older file is as it was.</exception>
    public static void Write(string path, Action<Stream> write) =>
        WriteAt(path, target => AtomicFile.Write(target, write));

    /// <summary>Has a file written by something that takes a path; a link is followed, not replaced.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="write">Writes the file whose path it receives, whole or not at all.</param>
    /// <exception cref="UserErrorException">It cannot be written.</exception>
    public static void WriteAt(string path, Action<string> write)
    {
        string target = CheckTarget(path);
        try
        {
            write(target);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"cannot write '{path}': {FileErrors.Reason(exception)}", exception);
        }
    }

    /// <summary>Finds out early whether a file can be written: its folder exists and takes new files.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UserErrorException">It cannot.</exception>
    public static void Probe(string path)
    {
        string target = CheckTarget(path);
        if (AtomicFile.IsStream(target))
            return; // opening it would already tell its reader something
        RequireWritable(path);
        string probe = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetRandomFileName()}.tmp");
        try
        {
            using var stream = new FileStream(
                probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            stream.WriteByte(0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            string reason = FileErrors.Reason(exception);
            throw new UserErrorException($"cannot write '{path}': expected a folder that takes new files, found: {reason}", exception);
        }
    }

    /// <summary>As <see cref="Probe"/>; and no other process that does so writes the file until this one is done with it.</summary>
    /// <param name="path">The file.</param>
    /// <returns>What to dispose of then.</returns>
    /// <exception cref="UserErrorException">It cannot be written, or another process is about to.</exception>
    public static IDisposable Claim(string path)
    {
        Probe(path);
        string target = CheckTarget(path);
        try
        {
            return FileLock.TryTake(Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.lock"), deletes: true)
                ?? throw new UserErrorException($"cannot write '{path}': expected a file that no other process writes, found one that does");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"cannot write '{path}': {FileErrors.Reason(exception)}", exception);
        }
    }

    /// <summary>Whether two paths lead to the same file, through links or not.</summary>
    /// <param name="path">A path.</param>
    /// <param name="other">A path that can be written.</param>
    public static bool IsSame(string path, string other)
    {
        StringComparison comparison = OperatingSystem.IsLinux()
            ? StringComparison.Ordinal
            : StringComparison.OrdinalIgnoreCase;
        return File.Exists(path) && string.Equals(CheckTarget(path), CheckTarget(other), comparison);
    }

    private static void RequireWritable(string path)
    {
        try
        {
            AtomicFile.RequireWritable(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            string reason = FileErrors.Reason(exception);
            throw new UserErrorException($"cannot write '{path}': expected a file that may be replaced, found: {reason}", exception);
        }
    }

    private static string CheckTarget(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new UserErrorException("--output: expected the name of a file, found nothing");
        if (IsTerminal(path))
            throw new UserErrorException($"cannot write '{path}': expected the name of a file, found where messages go");
        try
        {
            return AtomicFile.TargetOf(path);
        }
        catch (IOException exception)
        {
            throw new UserErrorException(exception.Message, exception); // it is made for the user
        }
    }

    /// <summary>A command's messages go to standard output and error: a file there would be mixed with them.</summary>
    private static bool IsTerminal(string path) =>
        Path.GetFullPath(path) is "/dev/stdout" or "/dev/stderr" or "/dev/fd/1" or "/dev/fd/2" or "/proc/self/fd/1" or "/proc/self/fd/2";
}
