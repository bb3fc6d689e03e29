namespace NanoConv.Files;

/// <summary>Where symbolic links lead.</summary>
internal static class LinkedPath
{
    private const int MostLinks = 40; // Linux's own limit

    /// <summary>
    /// Follows a path that may be a link, part by part as the system does; null if its links lead in a circle. .NET's
    /// ResolveLinkTarget takes <c>..</c> for the part written before it, even where that is a link to somewhere else.
    /// </summary>
    /// <param name="full">A full path, which need not lead anywhere. One that is no link itself is returned as it is.</param>
    public static string? Resolve(string full)
    {
        if (TextOf(full) is null)
            return full;
        string at = Path.GetPathRoot(full)!;
        Stack<string> ahead = new();
        Push(full[at.Length..]);
        int links = 0;
        while (ahead.TryPop(out string? part))
        {
            string next = part == ".." ? Path.GetDirectoryName(at) ?? at : Path.Join(at, part);
            if (part == ".." || TextOf(next) is not { } text)
            {
                at = next;
                continue;
            }

            if (++links > MostLinks)
                return null;
            string root = Path.GetPathRoot(text)!;
            if (root.Length > 0)
                at = Path.GetFullPath(root);
            Push(text[root.Length..]);
        }

        return at;

        void Push(string relative)
        {
            foreach (string part in relative.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar]).Reverse())
            {
                if (part is not ("" or "."))
                    ahead.Push(part);
            }
        }
    }

    /// <summary>What a link says; null of all else.</summary>
    private static string? TextOf(string path) => new FileInfo(path).LinkTarget;
}
