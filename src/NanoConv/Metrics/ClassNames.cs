using System.Globalization;

namespace NanoConv.Metrics;

/// <summary>Names for the rows of the reports.</summary>
internal static class ClassNames
{
    /// <summary>The names given, or "0", "1", … in their absence.</summary>
    public static string[] OrNumbers(IReadOnlyList<string>? names, int classes)
    {
        if (names is null)
            return [.. Enumerable.Range(0, classes).Select(c => c.ToString(CultureInfo.InvariantCulture))];
        return names.Count == classes
            ? [.. names]
            : throw new ArgumentException($"Expected {classes} class names, received {names.Count}.", nameof(names));
    }
}
