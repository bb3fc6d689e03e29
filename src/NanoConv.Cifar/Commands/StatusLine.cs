using System.Diagnostics;
using Spectre.Console;

namespace NanoConv.Cifar.Commands;

/// <summary>
/// A line that is drawn over while work goes on: a bar and some words. Where lines cannot be drawn over nothing is
/// shown of it, and only lasting lines are written.
/// </summary>
/// <param name="terminal">Where to write.</param>
internal sealed class StatusLine(Terminal terminal)
{
    private const int LongestBar = 24;
    private const int ShortestBar = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(80);

    private readonly Stopwatch sinceShown = new();

    /// <summary>Draws the line anew, a dozen times a second at most. The bar takes what the words leave.</summary>
    /// <param name="before">Words before the bar.</param>
    /// <param name="share">How much is done, from 0 to 1.</param>
    /// <param name="wordings">Words after the bar, from most to least: the first that there is room for are taken, if any.</param>
    public void Show(string before, double share, params IReadOnlyList<string> wordings)
    {
        if (!terminal.IsLive || (sinceShown.IsRunning && sinceShown.Elapsed < Pause))
            return;
        sinceShown.Restart();
        int room = terminal.Room ?? 0;
        before = LineOf.Fitting(room, before);
        string after = LineOf.Fitting(room - before.Length - 1, [.. wordings, ""]);
        int length = Math.Min(LongestBar, room - before.Length - after.Length - 2);
        terminal.Rich.Write(new ControlCode("\r"));
        if (length >= ShortestBar)
        {
            int done = (int)(Math.Clamp(share, 0, 1) * length);
            (string full, string empty) = terminal.Rich.Profile.Capabilities.Unicode ? ("━", "─") : ("#", "-");
            terminal.Rich.Write(new Text(before + " "));
            terminal.Rich.Write(new Text(Repeat(full, done), new Style(Color.Blue)));
            terminal.Rich.Write(new Text(Repeat(empty, length - done), new Style(Color.Grey)));
            terminal.Rich.Write(new Text($" {after}".TrimEnd()));
        }
        else
        {
            terminal.Rich.Write(new Text($"{before} {after}".TrimEnd()));
        }
        terminal.Rich.Write(new ControlCode("\e[K"));
    }

    /// <summary>Removes the line.</summary>
    public void Clear()
    {
        if (sinceShown.IsRunning)
            terminal.Rich.Write(new ControlCode("\r\e[K"));
        sinceShown.Reset();
    }

    /// <summary>Writes a line that stays, in the place of the moving one.</summary>
    /// <param name="wordings">The line, from most to least words: the first that there is room for is taken.</param>
    public void WriteLine(params IReadOnlyList<string> wordings)
    {
        Clear();
        terminal.Out.WriteLine(LineOf.Fitting(terminal.Room, wordings));
    }

    /// <summary>Writes a line that stays and is not to be shortened, whatever room there is.</summary>
    /// <param name="line">The line.</param>
    public void WriteWhole(string line)
    {
        Clear();
        terminal.Out.WriteLine(line);
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
