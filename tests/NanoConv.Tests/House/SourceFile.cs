using System.Text.RegularExpressions;

namespace NanoConv.Tests.House;

/// <summary>A file of the library's source, as text.</summary>
internal sealed partial class SourceFile
{
    private SourceFile(string path, string text) => (Path, Text) = (path, text);

    /// <summary>The folder that the solution lies in.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Its place below src/NanoConv, with slashes.</summary>
    public string Path { get; }

    /// <summary>What is in it.</summary>
    public string Text { get; }

    /// <summary>The folder below src/NanoConv that it lies in, at whatever depth.</summary>
    public string Folder => Path[..Path.IndexOf('/')];

    /// <summary>Its text without comments and plain strings: what the compiler makes of it.</summary>
    public string Code => Strings().Replace(Comments().Replace(Text, string.Empty), "\"\"");

    /// <summary>All of the library's.</summary>
    public static IReadOnlyList<SourceFile> Library()
    {
        string library = System.IO.Path.Combine(Root, "src", "NanoConv");
        return [.. Directory.EnumerateFiles(library, "*.cs", SearchOption.AllDirectories)
            .Select(path => (path, name: System.IO.Path.GetRelativePath(library, path).Replace('\\', '/')))
            .Where(file => !file.name.StartsWith("obj/", StringComparison.Ordinal) && !file.name.StartsWith("bin/", StringComparison.Ordinal))
            .OrderBy(file => file.name, StringComparer.Ordinal)
            .Select(file => new SourceFile(file.name, File.ReadAllText(file.path)))];
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "NanoConv.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"expected NanoConv.sln in a folder around '{AppContext.BaseDirectory}', found none");
    }

    [GeneratedRegex("//.*")]
    private static partial Regex Comments();

    [GeneratedRegex("""(?<!\$)"(?:\\.|[^"\\\n])*["]""")]
    private static partial Regex Strings();
}
