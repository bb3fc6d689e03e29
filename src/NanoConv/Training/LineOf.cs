namespace NanoConv.Training;

/// <summary>Lines that say as much as there is room for.</summary>
public static class LineOf
{
    /// <summary>The first of some wordings that fits; the last, cut, if none does.</summary>
    /// <param name="room">Columns; null if any length will do.</param>
    /// <param name="wordings">From most to least words.</param>
    public static string Fitting(int? room, params IReadOnlyList<string> wordings)
    {
        ArgumentNullException.ThrowIfNull(wordings);
        return wordings.FirstOrDefault(wording => room is null || wording.Length <= room) ?? wordings[^1][..Math.Max(0, room!.Value)];
    }

    /// <summary>Parts with two blanks between; those that are null are left out.</summary>
    /// <param name="parts">The parts.</param>
    public static string Joined(params IEnumerable<string?> parts) => string.Join("  ", parts.Where(part => part is not null));

    /// <summary>All parts, then one less and one less, down to the first alone; those that are null are left out.</summary>
    /// <param name="parts">The most important first.</param>
    public static IReadOnlyList<string> Shorter(params IEnumerable<string?> parts)
    {
        string[] given = [.. parts.OfType<string>()];
        return [.. Enumerable.Range(0, given.Length).Select(less => Joined(given.Take(given.Length - less)))];
    }
}
