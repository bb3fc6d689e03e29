namespace NanoConv.Training;

/// <summary>A progress line of plain text. It is drawn over by a carriage return and blanks alone, which every terminal knows.</summary>
/// <param name="output">Where to write.</param>
/// <param name="columns">The terminal's columns now; null if it is none.</param>
internal sealed class ConsoleLine(TextWriter output, Func<int?> columns) : ProgressLine
{
    private int shown;

    /// <inheritdoc/>
    protected override bool IsLive => columns() is not null;

    /// <inheritdoc/>
    protected override int? Room => columns() is { } width ? Math.Max(0, width - 1) : null; // a full line wraps on some terminals

    private bool IsUnicode => output.Encoding.WebName.StartsWith("utf", StringComparison.OrdinalIgnoreCase);

    /// <summary>The process's standard output: a terminal, or a file or pipe that gets lasting lines alone.</summary>
    public static ConsoleLine OfProcess() => new(Console.Out, ColumnsOfConsole);

    /// <inheritdoc/>
    protected override void Draw(string before, int done, int left, string after)
    {
        (char full, char empty) = IsUnicode ? ('━', '─') : ('#', '-');
        string bar = done + left > 0 ? $" {new string(full, done)}{new string(empty, left)}" : "";
        string line = $"{before}{bar} {after}".TrimEnd();
        int width = Math.Min(Math.Max(line.Length, shown), Math.Max(line.Length, Room ?? 0)); // the terminal may have become narrower
        output.Write('\r' + line.PadRight(width));
        output.Flush();
        shown = line.Length;
    }

    /// <inheritdoc/>
    protected override void Erase()
    {
        output.Write($"\r{new string(' ', Math.Min(shown, Room ?? 0))}\r");
        shown = 0;
    }

    /// <inheritdoc/>
    protected override void Write(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }

    private static int? ColumnsOfConsole()
    {
        if (Console.IsOutputRedirected || Environment.GetEnvironmentVariable("TERM") == "dumb")
            return null;
        try
        {
            return Console.WindowWidth is > 0 and int width ? width : null;
        }
        catch (Exception mistake) when (mistake is IOException or PlatformNotSupportedException)
        {
            return null; // it has no width, so it is no terminal
        }
    }
}
