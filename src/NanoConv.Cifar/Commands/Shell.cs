namespace NanoConv.Cifar.Commands;

/// <summary>Words as a shell takes them.</summary>
internal static class Shell
{
    /// <summary>A word, in quotation marks if it needs them.</summary>
    /// <param name="text">The word.</param>
    public static string Quote(string text) =>
        text.Length > 0 && text.All(character => char.IsAsciiLetterOrDigit(character) || "/._-:".Contains(character, StringComparison.Ordinal))
            ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
