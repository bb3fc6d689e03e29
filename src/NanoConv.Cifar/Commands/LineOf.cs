namespace NanoConv.Cifar.Commands;

/// <summary>Lines that say as much as there is room for.</summary>
internal static class LineOf
{
    /// <summary>The first of some wordings that fits; the last, cut, if none does.</summary>
    /// <param name="room">Columns; null if any length will do.</param>
    /// <param name="wordings">From most to least words.</param>
    public static string Fitting(int? room, params IReadOnlyList<string> wordings) =>
        wordings.FirstOrDefault(wording => room is null || wording.Length <= room) ?? wordings[^1][..Math.Max(0, room!.Value)];

    /// <summary>Parts with two blanks between; those that are null are left out.</summary>
    public static string Joined(params IEnumerable<string?> parts) => string.Join("  ", parts.Where(part => part is not null));

    /// <summary>All parts, then one less and one less, down to the first alone.</summary>
    /// <param name="parts">The most important first.</param>
    public static IReadOnlyList<string> Shorter(params IReadOnlyList<string> parts) =>
        [.. Enumerable.Range(0, parts.Count).Select(less => Joined(parts.Take(parts.Count - less)))];
}
