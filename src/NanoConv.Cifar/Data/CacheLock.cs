using NanoConv.Files;

namespace NanoConv.Cifar.Data;

/// <summary>
/// Lets one process at a time change the cache. The lock file stays behind, empty, as earlier versions left theirs: if one process
/// deleted it and another did not, two could hold locks on two files of the same name.
/// </summary>
internal static class CacheLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until no other process holds the lock, and takes it.</summary>
    /// <param name="path">The lock file; its folder has to exist.</param>
    /// <param name="waiting">Called about ten times a second while another process holds the lock.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <returns>The lock; disposing of it lets others in, and so does the end of the process.</returns>
    /// <exception cref="IOException">The lock file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The lock file may not be made.</exception>
    internal static async Task<IDisposable> AcquireAsync(string path, Action waiting, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (FileLock.TryTake(path, deletes: false) is { } taken)
                return taken;
            waiting();
            await Task.Delay(Pause, cancellation);
        }
    }
}
