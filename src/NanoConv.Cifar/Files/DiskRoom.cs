namespace NanoConv.Cifar.Files;

/// <summary>How much room there is on the disk of a folder.</summary>
internal static class DiskRoom
{
    /// <summary>Bytes that this user may still write there; null where the system does not tell.</summary>
    /// <param name="folder">The folder.</param>
    public static long? Free(string folder)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Finds out whether there is room, before work is done that would be in vain.</summary>
    /// <param name="folder">The folder, as the user calls it.</param>
    /// <param name="bytes">How much at least.</param>
    /// <param name="what">What for.</param>
    /// <exception cref="UserErrorException">There is not.</exception>
    public static void Require(string folder, long bytes, string what)
    {
        if (Free(folder) is { } free && free < bytes)
            throw Missing(folder, bytes, what, $"{free:N0}");
    }

    /// <summary>That there is no room.</summary>
    /// <param name="folder">The folder, as the user calls it.</param>
    /// <param name="bytes">How much was wanted.</param>
    /// <param name="what">What for.</param>
    /// <param name="found">What is there.</param>
    public static UserErrorException Missing(string folder, long bytes, string what, string found) =>
        new($"cannot write in '{folder}': expected room for {what}, about {bytes:N0} bytes, found {found}");
}
