namespace NanoConv.Files;

/// <summary>
/// What one process at a time holds, as a file that it keeps open: the system lets it go for a program that is killed, so it is never
/// left locked.
/// </summary>
public sealed class FileLock : IDisposable
{
    private readonly FileStream file;

    private FileLock(FileStream file) => this.file = file;

    /// <summary>Takes a lock, if nobody has it.</summary>
    /// <param name="path">Its file, made if it is not there; its folder exists.</param>
    /// <param name="deletes">
    /// Whether the file goes away with the lock; else it stays, empty. All who share a lock have to say the same.
    /// </param>
    /// <returns>The lock; disposing of it lets others in. Null if another has it, in this process or another.</returns>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be made.</exception>
    public static FileLock? TryTake(string path, bool deletes)
    {
        // Deleted while it is still locked, and .NET looks whether the file it has locked is still the one of that name: only so may
        // one delete it. For that it has to be OpenOrCreate, None and DeleteOnClose.
        FileOptions options = deletes ? FileOptions.DeleteOnClose : FileOptions.None;
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, options));
        }
        catch (IOException mistake) when (IsTaken(mistake))
        {
            return null;
        }
    }

    /// <summary>Lets it go.</summary>
    public void Dispose() => file.Dispose();

    private static bool IsTaken(IOException mistake) => mistake.HResult switch
    {
        unchecked((int)0x80070020) => true,          // Windows: ERROR_SHARING_VIOLATION
        11 => OperatingSystem.IsLinux(),             // EWOULDBLOCK
        35 => !OperatingSystem.IsLinux(),            // EWOULDBLOCK of macOS and the BSDs
        _ => false,
    };
}
