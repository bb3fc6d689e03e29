namespace NanoConv.Browser.Tests;

/// <summary>The browser of this machine; none is downloaded.</summary>
internal static class Chromium
{
    public const string Missing =
        "There is no Chromium: set NANOCONV_CHROMIUM to one, or install it (Debian: apt-get install chromium).";

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    /// <summary>The program; null if there is none.</summary>
    public static string? Path { get; } = Find();

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("NANOCONV_CHROMIUM") is { Length: > 0 } given)
            return given;
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator);
        return folders.SelectMany(folder => Names, System.IO.Path.Combine).FirstOrDefault(File.Exists);
    }
}
