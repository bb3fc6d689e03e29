namespace NanoConv.Graphs;

/// <summary>Cells in columns, two spaces apart.</summary>
internal static class TextTable
{
    /// <summary>A line for each row, and one to rule it off.</summary>
    /// <param name="rows">The cells, the heads first; as many in each row.</param>
    /// <param name="numbers">The columns whose cells end below each other.</param>
    public static (string[] Lines, string Rule) Of(IReadOnlyList<string[]> rows, params int[] numbers)
    {
        int[] widths = [.. rows[0].Select((_, column) => rows.Max(row => row[column].Length))];
        string[] lines = [.. rows.Select(row => string.Join("  ", row.Select(Cell)).TrimEnd())];
        return (lines, new string('─', widths.Sum() + (2 * (widths.Length - 1))));

        string Cell(string text, int column) => numbers.Contains(column) ? text.PadLeft(widths[column]) : text.PadRight(widths[column]);
    }
}
