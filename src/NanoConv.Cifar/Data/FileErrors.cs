namespace NanoConv.Cifar.Data;

/// <summary>Says in a few words what the system reports as exceptions and error numbers.</summary>
internal static class FileErrors
{
    /// <summary>Whether an exception comes from the file system rather than from a mistake in the program.</summary>
    internal static bool IsFileError(Exception error) => error is IOException or UnauthorizedAccessException;

    /// <summary>A one-line error for the user about a file or folder.</summary>
    /// <param name="action">What was tried and with what: "cannot read X".</param>
    /// <param name="error">What the system reported.</param>
    internal static DataException Describe(string action, Exception error)
    {
        string reason = error switch
        {
            UnauthorizedAccessException => "permission denied",
            _ when IsDiskFull(error) => "the disk is full",
            _ => error.Message,
        };
        return new DataException($"{action}: {reason}", error);
    }

    /// <summary>Whether the file is open elsewhere and locked, which is worth waiting for.</summary>
    internal static bool IsLocked(IOException error) => error.HResult switch
    {
        unchecked((int)0x80070020) => true,          // Windows: ERROR_SHARING_VIOLATION
        11 => OperatingSystem.IsLinux(),             // EWOULDBLOCK
        35 => !OperatingSystem.IsLinux(),            // EWOULDBLOCK of macOS and the BSDs
        _ => false,
    };

    private static bool IsDiskFull(Exception error) => error.HResult switch
    {
        unchecked((int)0x80070070) => true,          // Windows: ERROR_DISK_FULL
        unchecked((int)0x80070027) => true,          // Windows: ERROR_HANDLE_DISK_FULL
        28 => !OperatingSystem.IsWindows(),          // ENOSPC
        _ => false,
    };
}
