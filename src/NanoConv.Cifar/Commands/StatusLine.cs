using NanoConv.Training;
using Spectre.Console;

namespace NanoConv.Cifar.Commands;

/// <summary>A progress line in the terminal's colours.</summary>
/// <param name="terminal">Where to write.</param>
internal sealed class StatusLine(Terminal terminal) : ProgressLine
{
    /// <inheritdoc/>
    protected override bool IsLive => terminal.IsLive;

    /// <inheritdoc/>
    protected override int? Room => terminal.Room;

    /// <inheritdoc/>
    protected override void Draw(string before, int done, int left, string after)
    {
        terminal.Rich.Write(new ControlCode("\r"));
        if (done + left > 0)
        {
            (char full, char empty) = terminal.Rich.Profile.Capabilities.Unicode ? ('━', '─') : ('#', '-');
            terminal.Rich.Write(new Text(before + " "));
            terminal.Rich.Write(new Text(new string(full, done), new Style(Color.Blue)));
            terminal.Rich.Write(new Text(new string(empty, left), new Style(Color.Grey)));
            terminal.Rich.Write(new Text($" {after}".TrimEnd()));
        }
        else
        {
            terminal.Rich.Write(new Text($"{before} {after}".TrimEnd()));
        }

        terminal.Rich.Write(new ControlCode("\e[K"));
    }

    /// <inheritdoc/>
    protected override void Erase() => terminal.Rich.Write(new ControlCode("\r\e[K"));

    /// <inheritdoc/>
    protected override void Write(string line) => terminal.Out.WriteLine(line);
}
