namespace NanoConv.Descriptions;

/// <summary>Patterns of names, as <c>*/bias</c>.</summary>
internal static class NamePattern
{
    /// <summary>Whether a name fits.</summary>
    /// <remarks>
    /// The piece before the first star begins the name, that behind the last one ends it, and those between follow one another:
    /// each as early as it can, which leaves the most for the next.
    /// </remarks>
    /// <param name="pattern"><c>*</c> stands for any characters or none, all else for itself.</param>
    /// <param name="name">The name, the whole of it.</param>
    public static bool Fits(string pattern, string name)
    {
        string[] pieces = pattern.Split('*');
        if (pieces.Length == 1)
            return pattern == name;
        (string first, string last) = (pieces[0], pieces[^1]);
        if (name.Length < first.Length + last.Length || !name.StartsWith(first, StringComparison.Ordinal) || !name.EndsWith(last, StringComparison.Ordinal))
            return false;
        ReadOnlySpan<char> between = name.AsSpan(first.Length..^last.Length);
        foreach (string piece in pieces[1..^1])
        {
            int at = between.IndexOf(piece, StringComparison.Ordinal);
            if (at < 0)
                return false;
            between = between[(at + piece.Length)..];
        }

        return true;
    }
}
