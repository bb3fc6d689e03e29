using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace NanoConv.Tests.Docs;

/// <summary>Links between pages, and from pages to code: each leads somewhere, to a heading too if it names one.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Pages { get; } = [.. DocFile.All()];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_relative_link_leads_to_a_file_and_a_heading_of_it(string page)
    {
        DocFile doc = DocFile.Read(page);
        string[] broken = [.. Links(doc.Text).Where(link => !IsExternal(link) && !Leads(doc, link))];
        Assert.True(broken.Length == 0, $"{page}: {string.Join(", ", broken)}");
    }

    [Fact]
    public void Every_page_that_code_names_is_there()
    {
        string[] missing = [.. DocFile.Code().SelectMany(name => PageName().Matches(DocFile.Read(name).Text).Select(page => (name, page.Value)))
            .Where(mention => !File.Exists(new DocFile("README.md", "").PathOf(mention.Value)))
            .Select(mention => $"{mention.name}: {mention.Value}")];
        Assert.True(missing.Length == 0, string.Join(", ", missing));
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_noticed()
    {
        DocFile page = new("docs/tour.md", "");
        Assert.Equal(["a.md#b-c", "d.png", "e.svg"], Links("[x `y`](a.md#b-c) ![p](d.png) <img src=\"e.svg\" alt=\"\"> `[n](o.md)`\n```\n[n](o.md)\n```\n"));
        Assert.True(Leads(page, "kernels.md"));
        Assert.True(Leads(page, "../src/NanoConv/Kernels"));
        Assert.True(Leads(page, "kernels.md#packed-panels"));
        Assert.False(Leads(page, "kernels.md#unpacked-panels"));
        Assert.False(Leads(page, "colonels.md"));
        Assert.Equal("winograd-f44-33-fewer-multiplications", Anchor("Winograd F(4×4, 3×3): fewer multiplications"));
        Assert.Equal("bi-the-default-network", Anchor("(b)(i) The `default` network"));
    }

    private static bool IsExternal(string link) => link.Contains("://", StringComparison.Ordinal) || link.StartsWith("mailto:", StringComparison.Ordinal);

    private static bool Leads(DocFile page, string link)
    {
        string[] parts = link.Split('#', 2);
        string path = parts[0].Length == 0 ? page.PathOf(Path.GetFileName(page.Name)) : page.PathOf(parts[0]);
        if (!File.Exists(path) && !Directory.Exists(path))
            return false;
        return parts.Length == 1 || !path.EndsWith(".md", StringComparison.Ordinal)
            || WithoutCode(File.ReadAllText(path)).Split('\n').Where(line => line.StartsWith('#')).Any(line => Anchor(line.TrimStart('#')) == parts[1]);
    }

    private static IEnumerable<string> Links(string text) => Link().Matches(Code().Replace(WithoutCode(text), "")).Select(link => link.Groups["to"].Value);

    // Blocks of code have no links and no headings.
    private static string WithoutCode(string text)
    {
        StringBuilder outside = new();
        bool isInside = false;
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            bool isFence = line.StartsWith("```", StringComparison.Ordinal);
            if (!isFence && !isInside)
                outside.Append(line).Append('\n');
            isInside ^= isFence;
        }

        return outside.ToString();
    }

    // As GitHub makes them: small letters, digits, - and _; other signs go, and spaces become -.
    private static string Anchor(string heading) => string.Concat(heading.Trim().ToLower(CultureInfo.InvariantCulture)
        .Where(sign => char.IsLetterOrDigit(sign) || sign is ' ' or '-' or '_')).Replace(' ', '-');

    [GeneratedRegex(@"(?<![\w/-])docs/[\w/-]+\.md")]
    private static partial Regex PageName();

    [GeneratedRegex(@"`[^`\n]*`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)|src=""(?<to>[^""]+)""")]
    private static partial Regex Link();
}
