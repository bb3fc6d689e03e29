using NanoConv.Files;

namespace NanoConv.Cifar.Files;

/// <summary>
/// The folder of a run, made and tried out before the work whose results it will hold. Results are written beside
/// their final places first and moved there together, the one that vouches for the others last. If nothing comes to
/// be written, the folders made go away again.
/// </summary>
public sealed class RunFolder : IDisposable
{
    private const int MostRefusals = 100;
    private const string LockName = ".nanoconv-lock", RoomName = ".nanoconv-room";

    private readonly IReadOnlyList<string> files;
    private readonly List<string> made;
    private FileLock? alone;
    private FileStream? room;

    private RunFolder(string path, IReadOnlyList<string> files, List<string> made) =>
        (Path, this.files, this.made) = (path, files, made);

    /// <summary>The folder, as the user calls it.</summary>
    public string Path { get; }

    /// <summary>Makes a folder if need be and finds out whether its files can be written.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="files">The names of all files that may be written; the last one vouches for the others.</param>
    /// <exception cref="UserErrorException">
    /// It cannot be made or written in, or holds a folder of such a name.
    /// </exception>
    public static RunFolder Prepare(string path, params IReadOnlyList<string> files)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new UserErrorException("--output: expected the name of a folder, found nothing");
        RequireNoFileOnTheWay(path);
        var folder = new RunFolder(path, files, []);
        try
        {
            folder.Make(System.IO.Path.GetFullPath(path));
            foreach (string file in files)
                OutputFile.Probe(folder.PathOf(file));
            return folder;
        }
        catch (Exception exception)
        {
            folder.Dispose();
            if (exception is IOException or UnauthorizedAccessException)
                throw new UserErrorException($"cannot make the folder '{path}': {FileErrors.Reason(exception)}", exception);
            throw;
        }
    }

    /// <summary>As <see cref="Prepare"/>, and no other process that does so has the folder until this one is disposed of.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="files">The names of all files that may be written; the last one vouches for the others.</param>
    /// <exception cref="UserErrorException">It cannot be made or written in, or another process has it.</exception>
    public static RunFolder PrepareAlone(string path, params IReadOnlyList<string> files)
    {
        RunFolder folder = Prepare(path, files);
        try
        {
            folder.alone = FileLock.TryTake(folder.PathOf(LockName), deletes: true)
                ?? throw new UserErrorException($"--output: expected a folder that no other run writes to, found '{path}' in use by one");
            return folder;
        }
        catch (Exception exception)
        {
            folder.Dispose();
            if (exception is IOException or UnauthorizedAccessException)
                throw new UserErrorException($"cannot write in '{path}': {FileErrors.Reason(exception)}", exception);
            throw;
        }
    }

    /// <summary>
    /// As <see cref="PrepareAlone"/>, for a folder that was not there, whoever else does so at the same time.
    /// </summary>
    /// <param name="path">The folder wanted; if it is there, "-2" is added, and so on.</param>
    /// <param name="files">The names of all files that may be written; the last one vouches for the others.</param>
    /// <exception cref="UserErrorException">It cannot be made.</exception>
    public static RunFolder PrepareNew(string path, params IReadOnlyList<string> files)
    {
        List<string> parents = [];
        int refusals = 0;
        RequireNoFileOnTheWay(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        for (int i = 1; ; i++)
        {
            string candidate = i == 1 ? path : $"{path}-{i}";
            if (Directory.Exists(candidate) || File.Exists(candidate))
                continue;
            // Whoever makes this file makes the folder; the system alone cannot tell who made a folder.
            string claim = $"{candidate}.claim";
            try
            {
                Make(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, parents);
                using var exclusive = new FileStream(
                    claim, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
                if (Directory.Exists(candidate))
                    continue;
                RunFolder folder = PrepareAlone(candidate, files);
                folder.made.InsertRange(0, parents);
                return folder;
            }
            catch (Exception exception) when
                (exception is IOException or UnauthorizedAccessException && (File.Exists(claim) || ++refusals < MostRefusals))
            {
                // Another run is about to make it, or has just done so and dropped its claim: on to the next name. The
                // error alone does not tell this from a folder one cannot write in, which refuses every name.
            }
            catch (Exception exception)
            {
                RemoveEmpty(parents);
                if (exception is IOException or UnauthorizedAccessException)
                    throw new UserErrorException($"cannot make the folder '{path}': {FileErrors.Reason(exception)}", exception);
                throw;
            }
        }
    }

    /// <summary>The place of a file in the folder.</summary>
    /// <param name="file">Its name.</param>
    public string PathOf(string file) => System.IO.Path.Combine(Path, file);

    /// <summary>
    /// Sets room aside for what is to be written, so that a disk that fills meanwhile takes no result: better no room now than after
    /// hours of work.
    /// </summary>
    /// <param name="bytes">About how much that will be.</param>
    /// <exception cref="UserErrorException">There is no such room.</exception>
    public void Reserve(long bytes)
    {
        DiskRoom.Require(Path, bytes, "the results");
        try
        {
            // Zeros that are written: a length alone takes no room on most file systems.
            room = new FileStream(PathOf(RoomName), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            byte[] zeros = new byte[1 << 16];
            for (long left = bytes; left > 0; left -= zeros.Length)
                room.Write(zeros, 0, (int)Math.Min(left, zeros.Length));
            room.Flush(flushToDisk: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            GiveRoom();
            throw FileErrors.IsDiskFull(exception)
                ? DiskRoom.Missing(Path, bytes, "the results", DiskRoom.Free(Path) is { } free ? $"{free:N0}" : "less")
                : new UserErrorException($"cannot write in '{Path}': {FileErrors.Reason(exception)}", exception);
        }
    }

    /// <summary>Replaces the results of an earlier run, whole: of its files none stays.</summary>
    /// <param name="write">Writes the files it wants to, of those announced, into a folder for the time being.</param>
    /// <exception cref="UserErrorException">
    /// They cannot be written. Then the old ones are as they were or, if some are replaced already, no last file
    /// vouches for what is there.
    /// </exception>
    public void Replace(Action<string> write)
    {
        string staging = PathOf($".{System.IO.Path.GetRandomFileName()}.tmp");
        GiveRoom();
        try
        {
            MakePrivate(staging); // a file in it may have to become one that only its owner reads
            write(staging);
            foreach (string file in files)
                TakeAfter(System.IO.Path.Combine(staging, file), file);
            foreach (string file in files) // again: much time has passed
                OutputFile.Probe(PathOf(file));
            OutputFile.WriteAt(PathOf(files[^1]), File.Delete);
            foreach (string file in files)
                Move(System.IO.Path.Combine(staging, file), file);
        }
        catch (UserErrorException exception)
        {
            // The user knows nothing of the folder for the time being.
            string folder = System.IO.Path.TrimEndingDirectorySeparator(Path);
            string message = exception.Message.Replace(staging, folder, StringComparison.Ordinal);
            throw new UserErrorException(message, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"cannot write in '{Path}': {FileErrors.Reason(exception)}", exception);
        }
        finally
        {
            if (Directory.Exists(staging))
                Directory.Delete(staging, recursive: true);
        }
    }

    /// <summary>Lets others have the folder, and removes the folders that were made, as far as they are empty.</summary>
    public void Dispose()
    {
        GiveRoom();
        alone?.Dispose();
        RemoveEmpty(made);
    }

    private void GiveRoom()
    {
        room?.Dispose();
        room = null;
    }

    private static void RequireNoFileOnTheWay(string path)
    {
        for (string? part = System.IO.Path.GetFullPath(path); part is not null; part = System.IO.Path.GetDirectoryName(part))
        {
            if (File.Exists(part))
                throw new UserErrorException($"cannot write in '{path}': expected a folder, found a file: '{part}'");
        }
    }

    private static void MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>A file that is replaced keeps its mode and owner, as wherever else one is written.</summary>
    private void TakeAfter(string from, string file)
    {
        if (File.Exists(from))
            OutputFile.WriteAt(PathOf(file), target => AtomicFile.TakeAfter(from, target));
    }

    private void Move(string from, string file)
    {
        if (File.Exists(from))
            OutputFile.WriteAt(PathOf(file), target => File.Move(from, target, overwrite: true));
        else
            OutputFile.WriteAt(PathOf(file), File.Delete);
    }

    private void Make(string folder) => Make(folder, made);

    /// <summary>Makes a folder and those above it, and notes the ones that were not there, the topmost first.</summary>
    private static void Make(string folder, List<string> made)
    {
        int first = made.Count;
        for (string? missing = folder;
            missing is not null && !Directory.Exists(missing);
            missing = System.IO.Path.GetDirectoryName(missing))
        {
            made.Insert(first, missing);
        }
        Directory.CreateDirectory(folder);
    }

    private static void RemoveEmpty(List<string> folders)
    {
        try
        {
            foreach (string folder in Enumerable.Reverse(folders).Where(Directory.Exists))
                Directory.Delete(folder); // throws unless it is empty
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It holds something, and so do those above.
        }
    }
}
