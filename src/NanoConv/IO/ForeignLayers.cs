using System.Text.RegularExpressions;

namespace NanoConv;

/// <summary>Layers that NanoConv does not have, as the names of their tensors show them.</summary>
internal static partial class ForeignLayers
{
    /// <summary>Takes batch normalizations out of a list of names that no layer wants; each becomes one sentence.</summary>
    /// <param name="unexpected">The names; those of batch normalizations are removed.</param>
    public static IReadOnlyList<string> TakeBatchNormalizations(List<string> unexpected)
    {
        var layers = unexpected.GroupBy(PrefixOf).Where(layer => layer.Any(name => Statistic().IsMatch(name)) || KnownName().IsMatch(layer.Key)).ToList();
        unexpected.RemoveAll(name => layers.Exists(layer => layer.Key == PrefixOf(name)));
        return [.. layers.Select(layer =>
            $"batch normalization {SafeTensorsHeader.Quote(layer.Key)} ({string.Join(", ", layer.Select(SafeTensorsHeader.Quote))}), which NanoConv "
            + "does not have: fold it into the convolution or dense layer before it, there, and import the result")];
    }

    private static string PrefixOf(string name) => Prefix().Match(name).Value;

    // all but what stands behind the last dot or slash; Keras 3's "vars/2" is one piece
    [GeneratedRegex("^.*(?=/vars/[0-9]+$)|^.*(?=[./])")]
    private static partial Regex Prefix();

    [GeneratedRegex("[./](running_mean|running_var|moving_mean|moving_variance)(:[0-9]+)?$")]
    private static partial Regex Statistic();

    [GeneratedRegex("(^|/)batch_normalization(_[0-9]+)?$")]
    private static partial Regex KnownName();
}
