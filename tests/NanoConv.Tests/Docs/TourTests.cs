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

    // The second table; what it leaves out, vectors as .NET has them, it says.
    [Fact]
    public void The_direct_convolution_is_twelve_files_and_1800_lines_at_most()
    {
        Table direct = Tables().ElementAt(1);
        Assert.EndsWith("/Layers/Conv2D.cs", direct.Rows[0].Link, StringComparison.Ordinal);
        Assert.InRange(direct.Rows.Count, 1, 12);
        Assert.InRange(direct.Rows.Sum(row => File.ReadLines(Tour.PathOf(row.Link)).Count()), 1, 1800);
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

    private static int Number(Group digits) => int.Parse(digits.Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\|[^|]*\| \[[^\]]+\]\((?<link>[^)]+)\) \| (?<lines>[\d,]+) \|$")]
    private static partial Regex FileRow();

    [GeneratedRegex(@"^\| in all \| (?<files>\d+) files \| (?<lines>[\d,]+) \|$")]
    private static partial Regex TotalRow();

    private sealed record Table(IReadOnlyList<(string Link, int Lines)> Rows, (int Files, int Lines) Total);
}
