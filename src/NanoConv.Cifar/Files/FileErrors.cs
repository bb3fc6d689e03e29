namespace NanoConv.Cifar.Files;

/// <summary>Says in a few words what the system reports as exceptions and error numbers.</summary>
internal static class FileErrors
{
    /// <summary>Whether an exception comes from the file system rather than from a mistake in the program.</summary>
    internal static bool IsFileError(Exception error) => error is IOException or UnauthorizedAccessException;

    /// <summary>What went wrong, in a few words and without the name of any file.</summary>
    /// <param name="error">What the system reported.</param>
    internal static string Reason(Exception error)
    {
        int name = error.Message.IndexOf(" : '", StringComparison.Ordinal); // "Read-only file system : '/a/b'"
        return error switch
        {
            UnauthorizedAccessException => "permission denied",
            FileNotFoundException or DirectoryNotFoundException => "no such file or folder",
            _ when IsDiskFull(error) => "the disk is full",
            _ => name < 0 ? error.Message : error.Message[..name],
        };
    }

    /// <summary>Whether there is no room on the disk.</summary>
    internal static bool IsDiskFull(Exception error) => error.HResult switch
    {
        unchecked((int)0x80070070) => true,          // Windows: ERROR_DISK_FULL
        unchecked((int)0x80070027) => true,          // Windows: ERROR_HANDLE_DISK_FULL
        28 => !OperatingSystem.IsWindows(),          // ENOSPC
        _ => false,
    };
}
