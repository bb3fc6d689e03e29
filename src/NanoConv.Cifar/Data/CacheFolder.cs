namespace NanoConv.Cifar.Data;

/// <summary>Where downloads are kept, by the convention of the platform.</summary>
public static class CacheFolder
{
    /// <summary>The environment variable that names another folder.</summary>
    public const string Variable = "NANOCONV_CACHE";

    /// <summary>
    /// The folder named by NANOCONV_CACHE, if set. Otherwise on Windows %LOCALAPPDATA%\nanoconv\cache, on macOS
    /// ~/Library/Caches/nanoconv, elsewhere $XDG_CACHE_HOME/nanoconv or ~/.cache/nanoconv. It need not exist.
    /// </summary>
    /// <exception cref="DataException">The user has no home folder.</exception>
    public static string Default() => Resolve(
        Environment.GetEnvironmentVariable,
        Environment.GetFolderPath,
        OperatingSystem.IsWindows() ? PlatformID.Win32NT
            : OperatingSystem.IsMacOS() ? PlatformID.MacOSX
            : PlatformID.Unix);

    /// <summary>The rule of <see cref="Default"/> for a given environment and platform.</summary>
    internal static string Resolve(
        Func<string, string?> variable,
        Func<Environment.SpecialFolder, string> specialFolder,
        PlatformID platform)
    {
        if (variable(Variable) is { Length: > 0 } chosen)
            return Path.GetFullPath(chosen);
        // The XDG specification has relative paths ignored.
        if (platform == PlatformID.Unix && variable("XDG_CACHE_HOME") is { } xdg && Path.IsPathFullyQualified(xdg))
            return Path.Combine(xdg, "nanoconv");

        string home = specialFolder(platform == PlatformID.Win32NT
            ? Environment.SpecialFolder.LocalApplicationData
            : Environment.SpecialFolder.UserProfile);
        if (home.Length == 0)
            throw new DataException($"cache folder: expected a home folder, found none; set {Variable} to a folder");
        return platform switch
        {
            PlatformID.Win32NT => Path.Combine(home, "nanoconv", "cache"),
            PlatformID.MacOSX => Path.Combine(home, "Library", "Caches", "nanoconv"),
            _ => Path.Combine(home, ".cache", "nanoconv"),
        };
    }
}
