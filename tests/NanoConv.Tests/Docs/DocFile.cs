using NanoConv.Tests.House;

namespace NanoConv.Tests.Docs;

/// <summary>A page of the repository that this program was built in.</summary>
internal sealed record DocFile(string Name, string Text)
{
    private static readonly string Root = SourceFile.Root;

    /// <summary>A page by its path from the repository's root, with slashes.</summary>
    public static DocFile Read(string name) => new(name, File.ReadAllText(Path.Combine(Root, name)).ReplaceLineEndings("\n"));

    /// <summary>All pages for readers: those in the root and below docs, bench, samples and tests.</summary>
    public static IEnumerable<string> All() => Below("*.md", "docs", "bench", "samples", "tests")
        .Concat(Directory.EnumerateFiles(Root, "*.md").Select(path => Path.GetFileName(path)))
        .Order(StringComparer.Ordinal);

    /// <summary>All files of C#.</summary>
    public static IEnumerable<string> Code() => Below("*.cs", "src", "bench", "samples", "tests");

    /// <summary>The file or folder that a relative link of this page leads to.</summary>
    public string PathOf(string link) => Path.GetFullPath(Path.Combine(Root, Path.GetDirectoryName(Name)!, Uri.UnescapeDataString(link)));

    private static IEnumerable<string> Below(string pattern, params string[] folders) => folders
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories))
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(name => !name.Split('/').Any(part => part is "bin" or "obj"));
}
