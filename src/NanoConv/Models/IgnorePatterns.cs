using NanoConv.Descriptions;

namespace NanoConv.Models;

/// <summary>Finds the tensors of a file that an import leaves out.</summary>
internal static class IgnorePatterns
{
    private const int MostNamesShown = 8;

    /// <summary>The tensors whose whole names fit a pattern, in the file's order.</summary>
    /// <param name="file">The file.</param>
    /// <param name="patterns"><c>*</c> stands for any characters or none, all else for itself.</param>
    /// <exception cref="ArgumentException">A pattern is empty.</exception>
    /// <exception cref="InvalidDataException">A pattern fits no name: it was misspelt.</exception>
    public static IReadOnlyList<IgnoredTensor> Find(SafeTensorsFile file, IReadOnlyList<string> patterns)
    {
        if (patterns.Any(string.IsNullOrEmpty))
            throw new ArgumentException("expected patterns of names to ignore, found an empty one", nameof(patterns));
        if (patterns.Count == 0)
            return [];
        List<string> idle = [.. patterns.Where(pattern => !file.Tensors.Keys.Any(name => NamePattern.Fits(pattern, name)))];
        if (idle.Count > 0)
        {
            throw new InvalidDataException(
                $"expected names that fit {Quote(idle)}, to be ignored, found none among {Quote(file.Tensors.Keys)}; '*' stands for any characters");
        }

        return [.. file.Tensors
            .Select(tensor => (tensor.Key, tensor.Value.DataType, Pattern: patterns.FirstOrDefault(pattern => NamePattern.Fits(pattern, tensor.Key))))
            .Where(tensor => tensor.Pattern is not null)
            .Select(tensor => new IgnoredTensor(tensor.Key, tensor.DataType, tensor.Pattern!))];
    }

    private static string Quote(IEnumerable<string> names)
    {
        List<string> shown = [.. names.Take(MostNamesShown + 1).Select(Quoted.Of)];
        return shown.Count <= MostNamesShown ? string.Join(", ", shown) : $"{string.Join(", ", shown[..MostNamesShown])}, … ({names.Count()} in all)";
    }
}
