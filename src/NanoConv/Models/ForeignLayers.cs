using System.Text.RegularExpressions;
using NanoConv.Descriptions;

namespace NanoConv.Models;

/// <summary>Batch normalisations that a network has no place for, as the names of their tensors show them.</summary>
internal static partial class ForeignLayers
{
    /// <summary>Takes batch normalizations out of a list of names that no layer wants; each becomes one phrase.</summary>
    /// <param name="unexpected">The names; those of batch normalizations are removed.</param>
    public static IReadOnlyList<string> TakeBatchNormalizations(List<string> unexpected)
    {
        // Files may have any number of names that are none: they cost nothing here.
        HashSet<string> prefixes = [.. unexpected.Where(name => Sign().IsMatch(name)).Select(PrefixOf)];
        if (prefixes.Count == 0)
            return [];
        ILookup<string, string> names = unexpected.Where(name => prefixes.Contains(PrefixOf(name))).ToLookup(PrefixOf, Quoted.Of);
        unexpected.RemoveAll(name => prefixes.Contains(PrefixOf(name)));
        return [.. names.Select(layer => $"batch normalization {Quoted.Of(layer.Key)} ({string.Join(", ", layer)})")];
    }

    /// <summary>All but what stands behind the last dot or slash; Keras 3's "vars/2" is one piece.</summary>
    private static string PrefixOf(string name)
    {
        int end = Math.Max(name.LastIndexOf('.'), name.LastIndexOf('/'));
        string prefix = name[..Math.Max(end, 0)];
        return prefix.EndsWith("/vars", StringComparison.Ordinal) ? prefix[..^"/vars".Length] : prefix;
    }

    // its statistics, or the name that Keras gives it
    [GeneratedRegex("[./](running_mean|running_var|moving_mean|moving_variance)(:[0-9]+)?$|(^|/)batch_normalization(_[0-9]+)?/(vars/)?[^./]*$")]
    private static partial Regex Sign();
}
