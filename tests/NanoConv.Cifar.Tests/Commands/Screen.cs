using System.Text;
using System.Text.RegularExpressions;
using NanoConv.Cifar.Commands;
using Spectre.Console;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

/// <summary>A terminal of some width that can draw over its lines, and what was to be seen on it.</summary>
internal sealed class Screen
{
    private readonly StringWriter written = new();

    public Screen(int width)
    {
        Width = width;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(written),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        console.Profile.Width = width;
        Terminal = new Terminal(written, TextWriter.Null, () => console);
    }

    public int Width { get; }

    public Terminal Terminal { get; }

    /// <summary>The lines that were drawn over, each as it was seen.</summary>
    public IReadOnlyList<string> Moving => [.. Lines().Where(line => !line.Stays).Select(line => line.Text)];

    /// <summary>The lines that stayed.</summary>
    public IReadOnlyList<string> Lasting => [.. Lines().Where(line => line.Stays).Select(line => line.Text)];

    /// <summary>No line of either kind is as wide as the screen: one that fills it wraps on some terminals.</summary>
    public void ShouldFit() => Assert.All(Lines(), line => Assert.InRange(line.Text.Length, 0, Width - 1));

    private IEnumerable<(string Text, bool Stays)> Lines()
    {
        var line = new StringBuilder();
        foreach (char character in Regex.Replace(written.ToString(), @"\e\[[0-9;]*[A-Za-z]", ""))
        {
            if (character is not ('\r' or '\n'))
            {
                line.Append(character);
                continue;
            }

            if (line.Length > 0)
                yield return (line.ToString(), character == '\n');
            line.Clear();
        }

        if (line.Length > 0)
            yield return (line.ToString(), false);
    }
}
