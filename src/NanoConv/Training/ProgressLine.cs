using System.Diagnostics;

namespace NanoConv.Training;

/// <summary>
/// A line that is drawn over while work goes on: a bar and some words. Where lines cannot be drawn over nothing is shown of
/// it, and only lasting lines are written.
/// </summary>
/// <remarks>Here is what is shown; where and how it is drawn is said by those that derive from it.</remarks>
public abstract class ProgressLine
{
    private const int LongestBar = 24;
    private const int ShortestBar = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(80);

    private readonly Stopwatch sinceShown = new();

    /// <summary>Whether a line can be drawn over: false for files and pipes.</summary>
    protected abstract bool IsLive { get; }

    /// <summary>Columns that a line may have; null where any length will do.</summary>
    protected abstract int? Room { get; }

    /// <summary>Draws the line anew, a dozen times a second at most. The bar takes what the words leave.</summary>
    /// <param name="before">Words before the bar.</param>
    /// <param name="share">How much is done, from 0 to 1.</param>
    /// <param name="wordings">Words after the bar, from most to least: the first that there is room for are taken, if any.</param>
    public void Show(string before, double share, params IReadOnlyList<string> wordings)
    {
        if (!IsLive || (sinceShown.IsRunning && sinceShown.Elapsed < Pause))
            return;
        sinceShown.Restart();
        int room = Room ?? 0;
        before = LineOf.Fitting(room, before);
        string after = LineOf.Fitting(room - before.Length - 1, [.. wordings, ""]);
        int length = Math.Min(LongestBar, room - before.Length - after.Length - 2);
        if (length < ShortestBar)
            length = 0;
        int done = (int)(Math.Clamp(share, 0, 1) * length);
        Draw(before, done, length - done, after);
    }

    /// <summary>Removes the line.</summary>
    public void Clear()
    {
        if (sinceShown.IsRunning)
            Erase();
        sinceShown.Reset();
    }

    /// <summary>Writes a line that stays, in the place of the moving one.</summary>
    /// <param name="wordings">The line, from most to least words: the first that there is room for is taken.</param>
    public void WriteLine(params IReadOnlyList<string> wordings) => WriteWhole(LineOf.Fitting(Room, wordings));

    /// <summary>Writes a line that stays and is not to be shortened, whatever room there is.</summary>
    /// <param name="line">The line.</param>
    public void WriteWhole(string line)
    {
        Clear();
        Write(line);
    }

    /// <summary>Puts the line where the cursor's is, and removes what was there.</summary>
    /// <param name="before">Words before the bar.</param>
    /// <param name="done">The bar's full part, in columns.</param>
    /// <param name="left">Its empty part; there is no bar where both are 0.</param>
    /// <param name="after">Words behind the bar, or behind the others if there is none; empty for none.</param>
    protected abstract void Draw(string before, int done, int left, string after);

    /// <summary>Removes the line that was drawn last; the cursor is at its beginning.</summary>
    protected abstract void Erase();

    /// <summary>Writes a line that stays.</summary>
    /// <param name="line">The line, without its end.</param>
    protected abstract void Write(string line);
}
