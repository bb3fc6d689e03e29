using System.Globalization;
using System.Text.RegularExpressions;

namespace NanoConv.Tests.Docs;

/// <summary>The tour's tables of files: each is there, and has about as many lines as the tour says.</summary>
public sealed partial class TourTests
{
    private const double Tolerance = 0.1;

    private static readonly DocFile Tour = DocFile.Read("docs/tour.md");

    [Fact]
    public void Every_file_has_as_many_lines_as_the_tour_says_to_a_tenth()
    {
        (string Link, int Lines)[] rows = [.. Tables().SelectMany(table => table.Rows)];
        Assert.True(rows.Length >= 12, $"the tour's tables have {rows.Length} files");
        Assert.All(rows, row =>
        {
            string path = Tour.PathOf(row.Link);
            Assert.True(File.Exists(path), $"{row.Link}: there is no such file");
            int lines = File.ReadLines(path).Count();
            Assert.True(Math.Abs(lines - row.Lines) <= Tolerance * lines, $"{row.Link}: the tour says {row.Lines} lines, it has {lines}");
        });
    }

    [Fact]
    public void Every_table_adds_up()
    {
        Table[] tables = [.. Tables()];
        Assert.NotEmpty(tables);
        Assert.All(tables, table => Assert.Equal((table.Rows.Count, table.Rows.Sum(row => row.Lines)), table.Total));
    }

    // The first table.
    [Fact]
    public void The_tour_is_fifteen_files_and_2400_lines_at_most()
    {
        Table tour = Tables().First();
        Assert.EndsWith("/Data/ByteImageDataset.cs", tour.Rows[0].Link, StringComparison.Ordinal);
        Assert.InRange(tour.Rows.Count, 1, 15);
        Assert.InRange(Lines(tour), 1, 2400);
    }

    [Fact]
    public void The_first_page_says_how_long_the_tour_is_to_a_tenth()
    {
        Table tour = Tables().First();
        string paragraph = DocFile.Read("README.md").Text.Split("\n\n")[1];
        Match said = FilesAndLines().Match(paragraph);
        Assert.True(said.Success, $"README.md: expected the tour's files and lines in the first paragraph, found none in: {paragraph}");
        Assert.Equal(tour.Rows.Count, Number(said.Groups["files"]));
        int lines = Lines(tour), claimed = Number(said.Groups["lines"]);
        Assert.True(Math.Abs(lines - claimed) <= Tolerance * lines, $"README.md says {claimed} lines, the tour has {lines}");
    }

    // With the words of SIMD, which the third table has.
    [Fact]
    public void The_direct_convolution_with_its_vectors_is_as_long_as_the_tour_says()
    {
        Table[] tables = [.. Tables().Skip(1).Take(2)];
        Assert.EndsWith("/Simd/ISimd.cs", tables[1].Rows[0].Link, StringComparison.Ordinal);
        Match said = FilesAndLines().Matches(Tour.Text).Single();
        Assert.Equal(tables.Sum(table => table.Total.Files), Number(said.Groups["files"]));
        Assert.Equal(tables.Sum(table => table.Total.Lines), Number(said.Groups["lines"]));
    }

    // The second table; what it leaves out, vectors as .NET has them, it says.
    [Fact]
    public void The_direct_convolution_is_twelve_files_and_1800_lines_at_most()
    {
        Table direct = Tables().ElementAt(1);
        Assert.EndsWith("/Layers/Conv2D.cs", direct.Rows[0].Link, StringComparison.Ordinal);
        Assert.InRange(direct.Rows.Count, 1, 12);
        Assert.InRange(Lines(direct), 1, 1800);
    }

    /// <summary>Rows <c>| … | [Name.cs](path) | lines |</c> up to a row <c>| in all | files | lines |</c>.</summary>
    private static IEnumerable<Table> Tables()
    {
        List<(string Link, int Lines)> rows = [];
        foreach (string line in Tour.Text.Split('\n'))
        {
            if (FileRow().Match(line) is { Success: true } file)
            {
                rows.Add((file.Groups["link"].Value, Number(file.Groups["lines"])));
            }
            else if (TotalRow().Match(line) is { Success: true } total)
            {
                yield return new Table([.. rows], (Number(total.Groups["files"]), Number(total.Groups["lines"])));
                rows.Clear();
            }
        }

        Assert.Empty(rows);
    }

    // As they are, not as the tour says.
    private static int Lines(Table table) => table.Rows.Sum(row => File.ReadLines(Tour.PathOf(row.Link)).Count());

    private static int Number(Group digits) => int.Parse(digits.Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\|[^|]*\| \[[^\]]+\]\((?<link>[^)]+)\) \| (?<lines>[\d,]+) \|$")]
    private static partial Regex FileRow();

    [GeneratedRegex(@"^\| in all \| (?<files>\d+) files \| (?<lines>[\d,]+) \|$")]
    private static partial Regex TotalRow();

    [GeneratedRegex(@"(?<files>\d+)\s+files\s+and\s+(?<lines>[\d,]+)\s+lines")]
    private static partial Regex FilesAndLines();

    private sealed record Table(IReadOnlyList<(string Link, int Lines)> Rows, (int Files, int Lines) Total);
}
