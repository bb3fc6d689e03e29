namespace NanoConv.Cifar.Files;

/// <summary>
/// The folder of a run, made and tried out before the work whose results it will hold. Results are written beside
/// their final places first and moved there together, the one that vouches for the others last. If nothing comes to
/// be written, the folders made go away again.
/// </summary>
public sealed class RunFolder : IDisposable
{
    private const int MostRefusals = 100;

    private readonly IReadOnlyList<string> files;
    private readonly List<string> made;

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

    /// <summary>
    /// As <see cref="Prepare"/>, for a folder that was not there, whoever else does so at the same time.
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
                RunFolder folder = Prepare(candidate, files);
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

    /// <summary>Replaces the results of an earlier run, whole: of its files none stays.</summary>
    /// <param name="write">Writes the files it wants to, of those announced, into a folder for the time being.</param>
    /// <exception cref="UserErrorException">
    /// They cannot be written. Then the old ones are as they were or, if some are replaced already, no last file
    /// vouches for what is there.
    /// </exception>
    public void Replace(Action<string> write)
    {
        string staging = PathOf($".{System.IO.Path.GetRandomFileName()}.tmp");
        try
        {
            Directory.CreateDirectory(staging);
            write(staging);
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

    /// <summary>Removes the folders that were made, as far as they are empty.</summary>
    public void Dispose() => RemoveEmpty(made);

    private static void RequireNoFileOnTheWay(string path)
    {
        for (string? part = System.IO.Path.GetFullPath(path); part is not null; part = System.IO.Path.GetDirectoryName(part))
        {
            if (File.Exists(part))
                throw new UserErrorException($"cannot write in '{path}': expected a folder, found a file: '{part}'");
        }
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
