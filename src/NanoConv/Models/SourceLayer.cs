using System.Text.RegularExpressions;

namespace NanoConv.Models;

/// <summary>A layer of another framework, as the names of its tensors show it.</summary>
/// <param name="prefix">What their names begin with, as <c>features.3</c> or <c>conv2d_1</c>; empty for a module alone.</param>
/// <param name="layout">Whose names they are.</param>
internal sealed partial class SourceLayer(string prefix, WeightLayout layout)
{
    private readonly string?[] tensors = new string?[(int)SourceRole.Counter + 1]; // by their roles; files may have any number of layers
    private bool isNumbered;

    /// <summary>What the names of the layer's tensors begin with.</summary>
    public string Prefix => prefix;

    /// <summary>The layer's own name, without those of the modules or models around it.</summary>
    public string Name => prefix[(prefix.LastIndexOf(layout == WeightLayout.PyTorch ? '.' : '/') + 1)..];

    /// <summary>The names of its tensors, in the order of their roles.</summary>
    public IEnumerable<string> Tensors => tensors.OfType<string>();

    /// <summary>The name of its kernel, of a normalisation's γ, or of slopes; null if it has none.</summary>
    public string? Kernel => tensors[(int)SourceRole.Weight];

    /// <summary>Whether it is a batch normalisation: it has moving averages, or the name of one with numbers for its tensors.</summary>
    public bool IsNormalization => isNumbered
        ? NormalizationsName().IsMatch(prefix)
        : (tensors[(int)SourceRole.Mean] ?? tensors[(int)SourceRole.Variance]) is not null;

    /// <summary>Whether it has one tensor alone, as a PReLU has its slopes.</summary>
    public bool IsKernelAlone => Kernel is not null && Tensors.Count() == 1;

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
            (string prefix, SourceRole? role, bool isNumbered) = layout == WeightLayout.PyTorch ? SplitPyTorch(name) : SplitKeras(name);
            SourceLayer? layer = null;
            if (role is not null && !layers.TryGetValue(prefix, out layer))
                layers.Add(prefix, layer = new SourceLayer(prefix, layout) { isNumbered = isNumbered });
            if (layer is null || layer.isNumbered != isNumbered || layer.tensors[(int)role!.Value] is not null)
                others.Add(name);
            else
                layer.tensors[(int)role!.Value] = name;
        }

        return ([.. layers.Values], others);
    }

    /// <summary>The name of a tensor; null if there is none.</summary>
    /// <param name="role">Its role.</param>
    /// <param name="roles">Those of all tensors of the layer that it is wanted for, in order: what numbers count.</param>
    public string? NameOf(SourceRole role, SourceRole[] roles) =>
        (isNumbered ? Array.IndexOf(roles, role) : (int)role) is >= 0 and int place ? tensors[place] : null;

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

    // what modules call them; what ONNX calls the inputs of its operator
    private static (string Prefix, SourceRole? Role, bool IsNumbered) SplitPyTorch(string name)
    {
        int dot = name.LastIndexOf('.');
        SourceRole? role = name.AsSpan(dot + 1) switch
        {
            "weight" or "scale" => SourceRole.Weight,
            "bias" or "B" => SourceRole.Bias,
            "running_mean" or "mean" => SourceRole.Mean,
            "running_var" or "var" => SourceRole.Variance,
            "num_batches_tracked" => SourceRole.Counter,
            _ => null,
        };
        return (dot < 0 ? "" : name[..dot], role, false);
    }

    // conv2d/kernel, conv2d/kernel:0 as TensorFlow writes it, layers/conv2d/vars/0 as in Keras 3's own files
    private static (string Prefix, SourceRole? Role, bool IsNumbered) SplitKeras(string name)
    {
        string[] parts = TensorFlowIndex().Replace(name, "").Split('/');
        if (parts is [.. var first, "vars", [>= '0' and <= '3' and var digit]])
            return (string.Join('/', first), (SourceRole)(digit - '0'), true);
        SourceRole? role = parts[^1] switch
        {
            "kernel" or "gamma" or "alpha" => SourceRole.Weight,
            "bias" or "beta" => SourceRole.Bias,
            "moving_mean" => SourceRole.Mean,
            "moving_variance" => SourceRole.Variance,
            _ => null,
        };
        return (string.Join('/', parts[..^1]), role, false);
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();

    [GeneratedRegex("_[0-9]+(?=/|$)")]
    private static partial Regex KerasNumbers();

    [GeneratedRegex("(^|/)batch_normalization(_[0-9]+)?$")]
    private static partial Regex NormalizationsName();

    [GeneratedRegex(":[0-9]+$")]
    private static partial Regex TensorFlowIndex();
}
