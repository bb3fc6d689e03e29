namespace NanoConv;

/// <summary>Files that are there as a whole or not at all.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes a file under a temporary name beside its own, flushes it to the disk and renames it: whoever reads the
    /// path finds the old file or the new one, even if the program or the machine stops in between.
    /// </summary>
    /// <param name="path">The file; its folder must exist. An existing file is replaced.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">It cannot be written; the old file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, Action<Stream> write) => Write(path, write, reached: null);

    /// <inheritdoc cref="Write(string, Action{Stream})"/>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="reached">Told of how far it has come.</param>
    internal static void Write(string path, Action<Stream> write, Action<WriteStage>? reached)
    {
        ArgumentNullException.ThrowIfNull(write);
        string full = Path.GetFullPath(path);
        string temporary = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                reached?.Invoke(WriteStage.Created);
                write(stream);
                stream.Flush();
                reached?.Invoke(WriteStage.Written);
                stream.Flush(flushToDisk: true);
                reached?.Invoke(WriteStage.Flushed);
            }

            File.Move(temporary, full, overwrite: true);
            reached?.Invoke(WriteStage.Renamed);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
