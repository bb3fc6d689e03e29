using System.Globalization;
using System.Xml.Linq;
using NanoConv.Cifar.Reproduction;
using NanoConv.Graphs;
using NanoConv.Layers;
using NanoConv.Regularizers;
using NanoConv.Tensors;
using static NanoConv.Cifar.Reports.Page.Html;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>A network as boxes: in a row where layers follow one another, else one below another, with lines from layer to layer.</summary>
internal static class NetworkDiagram
{
    private const string Input = "picture";

    /// <summary>Makes it.</summary>
    /// <param name="model">The network.</param>
    /// <param name="algorithms">By which algorithm a layer was worked out, as far as that is known.</param>
    public static XElement Create(Model<float> model, IReadOnlyDictionary<string, string> algorithms)
    {
        if (!model.Topology.IsChain)
            return Branches(model, algorithms);
        return Tag(
            "ol",
            Class("network"),
            Tag("li", Class("layer input"), InputFigures(model)),
            model.Layers.Select(layer => Tag("li", Class("layer"), Figures(layer, model.ForwardFlops, algorithms.GetValueOrDefault(layer.Name)))));
    }

    private static XElement Branches(Model<float> model, IReadOnlyDictionary<string, string> algorithms)
    {
        NetworkLanes lanes = new(model.Topology);
        return Tag(
            "ol",
            Class("network branches"),
            Attribute("style", $"--lanes:{lanes.Count}"),
            Row(lanes, 0, Tag("div", Class("layer input"), InputFigures(model))),
            model.Layers.Select((layer, index) => Row(
                lanes,
                index + 1,
                Tag(
                    "div",
                    Class("layer"),
                    Figures(layer, model.ForwardFlops, algorithms.GetValueOrDefault(layer.Name), Sources(model, index)),
                    model.Topology.Outputs.Contains(index + 1) ? Tag("span", Class("end"), "output") : null))));
    }

    /// <summary>What a layer reads, where that is not the row above it alone.</summary>
    private static string? Sources(Model<float> model, int index)
    {
        string[] names = [.. model.Topology.Inputs(index).ToArray().Select(value => value == 0 ? Input : model.Layers[value - 1].Name)];
        if (names.Length > 1)
            return $"of {string.Join(", ", names[..^1])} and {names[^1]}";
        return model.Topology.Inputs(index)[0] == index ? null : $"of {names[0]}";
    }

    private static XElement Row(NetworkLanes lanes, int row, XElement box) =>
        Tag("li", Lines(lanes, row), Tag("span", Class("node"), Attribute("style", $"--lane:{lanes.Rows[row].Lane}")), box);

    // As high as the row, whatever that is: a unit is a lane, and half the height.
    private static XElement Lines(NetworkLanes lanes, int row)
    {
        NetworkLanes.Row at = lanes.Rows[row];
        IEnumerable<string> paths = at.Passes.Select(lane => $"M{Middle(lane)} 0V2")
            .Concat(at.Reads.Select(lane => $"M{Middle(lane)} 0C{Middle(lane)} 0.7 {Middle(at.Lane)} 0.3 {Middle(at.Lane)} 1"));
        if (at.GoesOn)
            paths = paths.Append($"M{Middle(at.Lane)} 1V2");
        return Tag(
            "svg",
            Attribute("aria-hidden", "true"),
            Attribute("viewBox", $"0 0 {lanes.Count} 2"),
            Attribute("preserveAspectRatio", "none"),
            paths.Select(path => Tag("path", Attribute("d", path))));
    }

    private static string Middle(int lane) => string.Create(CultureInfo.InvariantCulture, $"{lane + 0.5}");

    private static object[] InputFigures(Model<float> model) => [Tag("strong", Input), Tag("span", Class("shape"), Shape(model.InputShape))];

    private static object?[] Figures(BuiltLayer<float> layer, long total, string? algorithm, string? sources = null)
    {
        int parameters = LayerFigures.ParametersOf(layer);
        double share = (double)layer.ForwardFlops / total;
        return
        [
            Tag("strong", layer.Specification.TypeName),
            Tag("span", Class("name"), layer.Name),
            sources is null ? null : Tag("span", Class("sources"), sources),
            Tag("span", Describe(layer.Specification)),
            algorithm is null ? null : Tag("em", algorithm),
            Tag("span", Class("shape"), Shape(layer.OutputShape)),
            parameters == 0 ? null : Tag("span", $"{parameters:N0} parameters"),
            layer.ForwardFlops == 0 ? null : Tag("span", $"{layer.ForwardFlops / 1e6:0.00} MFLOP, {100 * share:0} %"),
            layer.ForwardFlops == 0 ? null : Tag(
                "span",
                Class("bar"),
                Tag("span", Attribute("style", string.Create(CultureInfo.InvariantCulture, $"width:{100 * share:0.#}%")))),
        ];
    }

    private static string Describe(Layer layer) => layer switch
    {
        Conv2D conv => $"{conv.Filters} filters {conv.KernelSize}, {(conv.Strides == 1 ? "" : $"stride {Stride(conv.Strides)}, ")}"
            + $"{conv.Padding}, {conv.Activation}",
        MaxPooling2D pool => $"greatest of {pool.PoolSize}",
        Dropout dropout => $"drops {100 * dropout.Rate:0} % in training",
        Dense dense => $"{dense.Units} units, {dense.Activation.ToString().ToLowerInvariant()}"
            + (dense.KernelRegularizer is L1 penalty ? $", L1 {penalty.Strength:0.####}" : ""),
        Flatten => "all in one row",
        BatchNormalization => "each channel to mean 0 and variance 1",
        Add => "sum",
        Multiply => "product, number by number",
        Concatenate => "one behind another, along the channels",
        ActivationLayer activation => $"{activation.Activation}",
        _ => layer.Kind,
    };

    private static string Stride(Size2D strides) => strides.Height == strides.Width ? $"{strides.Height}" : $"{strides}";

    private static string Shape(Shape shape) => string.Join(" × ", shape.Axes.ToArray());
}
