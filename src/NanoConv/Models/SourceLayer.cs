using System.Text.RegularExpressions;

namespace NanoConv.Models;

/// <summary>A layer of another framework, as the names of its tensors show it.</summary>
/// <param name="prefix">What their names begin with, as <c>features.3</c> or <c>conv2d_1</c>; empty for a module alone.</param>
/// <param name="layout">Whose names they are.</param>
internal sealed partial class SourceLayer(string prefix, WeightLayout layout)
{
    /// <summary>What the names of the layer's tensors begin with.</summary>
    public string Prefix => prefix;

    /// <summary>The layer's own name, without those of the modules or models around it.</summary>
    public string Name => prefix[(prefix.LastIndexOf(layout == WeightLayout.PyTorch ? '.' : '/') + 1)..];

    /// <summary>The name of its kernel; null if it has none.</summary>
    public string? Kernel { get; private set; }

    /// <summary>The name of its bias; null if it has none.</summary>
    public string? Bias { get; private set; }

    /// <summary>
    /// The prefix without its numbers. Where those of several layers are equal, their numbers tell the order; Keras's
    /// first layer of a kind has none: conv2d, conv2d_1, …
    /// </summary>
    public string Pattern => Digits().Replace(layout == WeightLayout.Keras ? KerasNumbers().Replace(prefix, "") : prefix, "#");

    /// <summary>The layers that names tell of, in natural order (2 before 10), and the names of anything else.</summary>
    public static (List<SourceLayer> Layers, List<string> Others) Of(IEnumerable<string> names, WeightLayout layout)
    {
        SortedDictionary<string, SourceLayer> layers = new(Comparer<string>.Create(NaturalOrder));
        List<string> others = [];
        foreach (string name in names)
        {
            (string prefix, bool? isKernel) = layout == WeightLayout.PyTorch ? SplitPyTorch(name) : SplitKeras(name);
            SourceLayer? layer = null;
            if (isKernel is not null && !layers.TryGetValue(prefix, out layer))
                layers.Add(prefix, layer = new SourceLayer(prefix, layout));
            if (isKernel == true && layer!.Kernel is null)
                layer.Kernel = name;
            else if (isKernel == false && layer!.Bias is null)
                layer.Bias = name;
            else
                others.Add(name);
        }

        return ([.. layers.Values], others);
    }

    /// <summary>Runs of digits compare as numbers, all else by its characters' codes.</summary>
    public static int NaturalOrder(string left, string right)
    {
        int i = 0, j = 0;
        while (i < left.Length && j < right.Length)
        {
            if (!char.IsAsciiDigit(left[i]) || !char.IsAsciiDigit(right[j]))
            {
                if (left[i] != right[j])
                    return left[i].CompareTo(right[j]);
                (i, j) = (i + 1, j + 1);
                continue;
            }

            ReadOnlySpan<char> number = Number(left, ref i), other = Number(right, ref j);
            int order = number.Length != other.Length ? number.Length.CompareTo(other.Length) : number.CompareTo(other, StringComparison.Ordinal);
            if (order != 0)
                return order;
        }

        int rest = (left.Length - i).CompareTo(right.Length - j);
        return rest != 0 ? rest : string.CompareOrdinal(left, right); // "1" and "01" differ
    }

    /// <summary>A run of digits, without leading zeros; the index moves behind it.</summary>
    private static ReadOnlySpan<char> Number(string text, ref int index)
    {
        int start = index;
        while (index < text.Length && char.IsAsciiDigit(text[index]))
            index++;
        return text.AsSpan(start, index - start).TrimStart('0');
    }

    private static (string Prefix, bool? IsKernel) SplitPyTorch(string name)
    {
        int dot = name.LastIndexOf('.');
        return (dot < 0 ? "" : name[..dot], name[(dot + 1)..] switch { "weight" => true, "bias" => false, _ => null });
    }

    // conv2d/kernel, conv2d/kernel:0 as TensorFlow writes it, layers/conv2d/vars/0 as in Keras 3's own files
    private static (string Prefix, bool? IsKernel) SplitKeras(string name)
    {
        string[] parts = TensorFlowIndex().Replace(name, "").Split('/');
        return parts switch
        {
            [.. var prefix, "vars", "0"] => (string.Join('/', prefix), true),
            [.. var prefix, "vars", "1"] => (string.Join('/', prefix), false),
            [.. var prefix, "kernel"] => (string.Join('/', prefix), true),
            [.. var prefix, "bias"] => (string.Join('/', prefix), false),
            _ => ("", null),
        };
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();

    [GeneratedRegex("_[0-9]+(?=/|$)")]
    private static partial Regex KerasNumbers();

    [GeneratedRegex(":[0-9]+$")]
    private static partial Regex TensorFlowIndex();
}
