using NanoConv.Descriptions;

namespace NanoConv.Cifar.Images;

/// <summary>
/// A square convolution kernel, written by hand: "laplacian8", or rows like "0 -1 0; -1 8 -1; 0 -1 0".
/// </summary>
public sealed class SquareKernel
{
    private const int LargestSize = 101;

    private readonly double[] values;

    private SquareKernel(string name, int size, double[] values) => (Name, Size, this.values) = (name, size, values);

    /// <summary>The first kernel of the paper: 8 in the middle, −1 at all eight neighbours. It sums to 0.</summary>
    public static SquareKernel Laplacian8 { get; } =
        new("laplacian8", 3, [-1, -1, -1, -1, 8, -1, -1, -1, -1]);

    /// <summary>
    /// The second kernel of the paper as printed there: 8 in the middle, −1 at four neighbours. It sums to 4, so
    /// it is no Laplacian: flat areas stay bright.
    /// </summary>
    public static SquareKernel Laplacian4 { get; } =
        new("laplacian4", 3, [0, -1, 0, -1, 8, -1, 0, -1, 0]);

    /// <summary>The name, or the text it was read from.</summary>
    public string Name { get; }

    /// <summary>Rows, and columns.</summary>
    public int Size { get; }

    /// <summary>The values, row after row.</summary>
    public ReadOnlySpan<double> Values => values;

    /// <summary>One value.</summary>
    /// <param name="r">Its row.</param>
    /// <param name="s">Its column.</param>
    public double this[int r, int s] => values[r * Size + s];

    /// <summary>Reads a kernel's name or its rows.</summary>
    /// <param name="text">A name, or numbers: spaces or commas between columns, semicolons between rows.</param>
    /// <exception cref="FormatException">It is neither; the message says what was expected and found.</exception>
    public static SquareKernel Parse(string text)
    {
        if (text == Laplacian8.Name)
            return Laplacian8;
        if (text == Laplacian4.Name)
            return Laplacian4;
        string[] lines = text.Trim().TrimEnd(';').Split(';');
        double[][] rows = Array.ConvertAll(lines, line => Array.ConvertAll(
            line.Split([' ', ',', '\t'], StringSplitOptions.RemoveEmptyEntries), token => Number(token, text)));
        if (rows.Length > LargestSize)
            throw new FormatException($"expected at most {LargestSize} rows, found {rows.Length}");
        int odd = Array.FindIndex(rows, row => row.Length != rows.Length);
        if (odd >= 0)
        {
            throw new FormatException(
                $"expected a square, but row {odd + 1} of {rows.Length} has {rows[odd].Length} values, in '{text}'");
        }
        return new SquareKernel(text.Trim(), rows.Length, [.. rows.SelectMany(row => row)]);
    }

    private static double Number(string token, string text)
    {
        if (PlainNumber.TryReal(token, out double value))
            return value;
        throw new FormatException(token == text.Trim()
            ? $"expected laplacian8, laplacian4 or rows of numbers such as \"0 -1 0; -1 8 -1; 0 -1 0\", found '{text}'"
            : $"expected a finite number, found '{token}' in '{text}'");
    }
}
