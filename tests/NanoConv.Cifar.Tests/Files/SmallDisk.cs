using System.Diagnostics;
using NanoConv.Cifar.Tests.Data;

namespace NanoConv.Cifar.Tests.Files;

/// <summary>A file system of its own in memory, which a test may fill.</summary>
internal sealed class SmallDisk : IDisposable
{
    private static readonly Lazy<string?> Trial = new(() =>
    {
        if (!OperatingSystem.IsLinux())
            return "small file systems in memory are Linux's";
        using var folder = new TemporaryFolder();
        if (Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.Path) is { } mistake)
            return $"no file system can be mounted here: {mistake}";
        Run("umount", folder.Path);
        return null;
    });

    private readonly TemporaryFolder folder = new();

    /// <summary>Mounts it.</summary>
    /// <param name="kilobytes">Its size.</param>
    public SmallDisk(int kilobytes)
    {
        if (Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", folder.Path) is { } mistake)
            throw new IOException(mistake);
    }

    /// <summary>Why there can be none; null if there can.</summary>
    public static string? Missing => Trial.Value;

    public string Path => folder.Path;

    public string this[string relative] => folder[relative];

    /// <summary>Writes a file until there is no room for a byte more, or for as many as are to be left.</summary>
    public void Fill(int leaveKilobytes = 0)
    {
        using FileStream file = new(folder["filler"], FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 1);
        byte[] page = new byte[4096];
        try
        {
            while (new DriveInfo(folder.Path).AvailableFreeSpace >= (leaveKilobytes << 10) + page.Length)
                file.Write(page);
        }
        catch (IOException)
        {
            // full
        }
    }

    /// <summary>Makes room again.</summary>
    public void Empty() => File.Delete(folder["filler"]);

    public void Dispose()
    {
        Run("umount", "-l", folder.Path);
        folder.Dispose();
    }

    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error.Trim();
        }
        catch (System.ComponentModel.Win32Exception mistake)
        {
            return mistake.Message;
        }
    }
}
