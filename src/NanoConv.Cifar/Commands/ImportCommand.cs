using System.CommandLine;
using System.Globalization;
using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Networks;
using NanoConv.Graphs;
using NanoConv.Layers;
using NanoConv.Models;
using NanoConv.Tensors;

namespace NanoConv.Cifar.Commands;

/// <summary><c>import</c>: makes a model of weights that PyTorch or Keras has trained.</summary>
internal static class ImportCommand
{
    /// <summary>What the command is called.</summary>
    public const string Name = "import";

    /// <summary>What it does.</summary>
    public const string Description = "Makes a model of weights from PyTorch or Keras.";

    private const int MostNames = 8;
    private const string PyTorch = "pytorch", Same = "same";

    /// <summary>The command.</summary>
    /// <param name="terminal">Where to write.</param>
    public static Command Create(Terminal terminal)
    {
        var weights = new Argument<string>("WEIGHTS") { Description = "A .safetensors file; docs/import.md says how to make one." };
        Option<string> layout = OptionOf.Choice("--layout", "Whose layout and names the file has.", PyTorch, "keras");
        Option<string> network = OptionOf.Choice("--network", "The network that the weights are of.", [.. CifarNetwork.Names]);
        Option<string> padding = OptionOf.Choice(
            "--padding", "How its convolutions pad: same as Keras does, symmetric as PyTorch's padding=1.", Same, "symmetric");
        Option<string?> classes = OptionOf.Text(
            "--classes",
            "Whose classes they are: cifar10, shapes10, or ten names with commas between. [default: class 0 to class 9]",
            "cifar10|shapes10|NAMES",
            "cifar10, shapes10 or names with commas between");
        Option<string[]> map = OptionOf.Texts(
            "--map",
            "For layers whose place the names do not tell: what the names of a layer's tensors begin with, as conv2d_1=stem.",
            "LAYER=PREFIX",
            "LAYER=PREFIX");
        map.Validators.Add(result =>
        {
            if (result.Tokens.Select(token => token.Value).FirstOrDefault(value => value.IndexOf('=', StringComparison.Ordinal) < 1) is { } found)
                result.AddError($"--map: expected LAYER=PREFIX, found '{found}'.");
        });
        Option<string[]> ignore = OptionOf.Texts(
            "--ignore",
            "Tensors to leave out, by their whole names, in which * stands for any characters: '*.num_batches_tracked'.",
            "PATTERN",
            "a pattern of names");
        Option<string?> output = OptionOf.Text("--output", "The model to write.", "FILE", "the name of a file");
        output.DefaultValueFactory = _ => "imported.safetensors";
        var command = new CommandWithExamples(
            Name,
            Description,
            "nanoconv-cifar import weights.safetensors --layout pytorch --network default --classes cifar10",
            "nanoconv-cifar import weights.safetensors --padding symmetric --map conv2d_1=stem conv2d_2=body --output model.safetensors",
            "nanoconv-cifar import checkpoint.safetensors --ignore '*.num_batches_tracked' 'optimizer.*'")
        {
            weights, layout, network, padding, classes, map, ignore, output,
        };
        command.SetAction(result => Run(
            new Order(
                result.GetRequiredValue(weights),
                result.GetRequiredValue(layout) == PyTorch ? WeightLayout.PyTorch : WeightLayout.Keras,
                result.GetRequiredValue(network),
                result.GetRequiredValue(padding) == Same ? Padding.Same : Padding.Explicit(1),
                result.GetValue(classes),
                result.GetValue(map) ?? [],
                result.GetValue(ignore) ?? [],
                result.GetRequiredValue(output)!),
            terminal.Out));
        return command;
    }

    private static void Run(Order order, TextWriter output)
    {
        using IDisposable claim = OutputFile.Claim(order.Output);
        ModelFile.RequireFile(order.Weights);
        if (OutputFile.IsSame(order.Weights, order.Output))
            throw new UserErrorException($"--output: expected another file than the weights, found '{order.Output}'");
        Model<float> model = CifarNetwork.Create(order.Network, l1: 0, order.Padding).Build<float>(CifarNetwork.InputShape);
        (IReadOnlyList<string> names, string? data) = Classes(order.Classes, model.OutputShape.Elements);
        ImportedWeights imported = model.ImportWeights(order.Weights, order.Layout, Prefixes(order.Map), order.Ignore);
        RequireFinite(model, imported, order.Weights);
        WriteTable(imported, output);
        WriteConversions(imported, output);
        WriteIgnored(imported.Ignored, output);
        new ModelFile(model, names, data).Write(order.Output, history: null);
        output.WriteLine();
        if (order is { Layout: WeightLayout.PyTorch, Padding.IsSame: true } && HasStrides(model))
        {
            output.WriteLine(
                "Convolutions of stride 2 pad as Keras does, at the end only. If yours had padding=1, which is on both sides, "
                + "say --padding symmetric.");
        }
        output.WriteLine($"Written to {order.Output}: {order.Network}, {model.ParameterCount:N0} parameters");
    }

    private static void RequireFinite(Model<float> model, IReadOnlyList<ImportedWeight> imported, string path)
    {
        if (model.FindNonFiniteWeight() is not { } weight)
            return;
        string source = imported.First(one => one.Parameter == weight.Parameter.Name).Source;
        throw new UserErrorException(string.Create(
            CultureInfo.InvariantCulture, $"'{path}': expected finite weights, found {weight.Value} in '{source}', for '{weight.Parameter.Name}'"));
    }

    private static bool HasStrides(Model<float> model) => model.Network.Layers.OfType<Conv2D>().Any(layer => layer.Strides != new Size2D(1, 1));

    private static void WriteTable(IReadOnlyList<ImportedWeight> imported, TextWriter output)
    {
        int width = imported.Max(weight => weight.Parameter.Length), shape = imported.Max(weight => $"{weight.Shape}".Length);
        foreach (ImportedWeight weight in imported)
        {
            output.WriteLine(
                $"{weight.Parameter.PadRight(width)}  {weight.Shape.ToString().PadRight(shape)}  from {weight.Source} {weight.SourceShape}");
        }
    }

    /// <summary>A model's weights are F32 here: the others are converted, and that is said.</summary>
    private static void WriteConversions(ImportedWeights imported, TextWriter output)
    {
        foreach (IGrouping<string, ImportedWeight> type in imported.GroupBy(weight => weight.SourceType).Where(type => type.Key != "F32"))
        {
            string how = type.Key == "F64" ? "rounded" : "which is exact";
            output.WriteLine($"Converted from {type.Key} to F32, {how}: {Count(type.Count())}: {List(type.Select(weight => weight.Source))}");
        }
    }

    private static void WriteIgnored(IReadOnlyList<IgnoredTensor> ignored, TextWriter output)
    {
        foreach (IGrouping<string, IgnoredTensor> pattern in ignored.GroupBy(tensor => tensor.Pattern))
            output.WriteLine($"Ignored by '{pattern.Key}': {Count(pattern.Count())}: {List(pattern.Select(tensor => tensor.Name))}");
        if (ignored.Any(tensor => tensor.DataType.Contains('F', StringComparison.Ordinal)))
            output.WriteLine("The model computes nothing with what is ignored: compare a few outputs if the original did.");
    }

    private static string Count(int tensors) => tensors == 1 ? "1 tensor" : $"{tensors} tensors";

    private static string List(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return all.Length <= MostNames ? string.Join(", ", all) : $"{string.Join(", ", all[..MostNames])}, … and {all.Length - MostNames} more";
    }

    private static (IReadOnlyList<string> Names, string? Data) Classes(string? asked, int count)
    {
        switch (asked)
        {
            case null:
                return (ModelFile.Numbered(count), null);
            case DataSelection.Cifar10:
                return (Cifar10Archive.ClassNames, "CIFAR-10");
            case DataSelection.Shapes10:
                return (Shapes10.ClassNames, "Shapes10");
            default:
                string[] names = asked.Split(',', StringSplitOptions.TrimEntries);
                if (ClassMatch.FindTwice(names) is { Length: > 0 } twice)
                    throw new UserErrorException($"--classes: expected {count} different names, found '{twice}' twice");
                return names.Length == count && !names.Contains("")
                    ? (names, null)
                    : throw new UserErrorException($"--classes: expected {count} names with commas between, found '{asked}'");
        }
    }

    private static Dictionary<string, string> Prefixes(string[] map)
    {
        Dictionary<string, string> prefixes = [];
        foreach (string[] pair in map.Select(value => value.Split('=', 2)))
        {
            if (!prefixes.TryAdd(pair[0], pair[1]))
                throw new UserErrorException($"--map: expected each layer once, found '{pair[0]}' twice");
        }
        return prefixes;
    }

    private sealed record Order(
        string Weights, WeightLayout Layout, string Network, Padding Padding, string? Classes, string[] Map, string[] Ignore, string Output);
}
