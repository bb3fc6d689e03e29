using System.Globalization;
using System.Xml.Linq;
using NanoConv.Cifar.Networks;
using NanoConv.Cifar.Reproduction;
using NanoConv.Graphs;
using NanoConv.Layers;
using NanoConv.Regularizers;
using NanoConv.Tensors;
using static NanoConv.Cifar.Reports.Page.Html;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>The networks, layer by layer.</summary>
internal static class NetworksSection
{
    /// <summary>The section's id.</summary>
    public const string Section = "page-networks";

    /// <summary>Makes it.</summary>
    /// <param name="context">The page.</param>
    public static XElement Create(PageContext context) => Tag(
        "section",
        Id(Section),
        Tag("h2", "The networks"),
        P("The paper’s three networks. Each box is a layer: what it does, the shape of its output, its parameters, and the ",
            "multiplications and additions of one picture forward (MFLOP: a million of them); the bar is its share of the network’s. ",
            "In italics the algorithm by which the first run worked a convolution out."),
        CifarNetwork.Names.Select(name => Network(name, AlgorithmsOf(name, context.Result))));

    private static IReadOnlyDictionary<string, string> AlgorithmsOf(string network, ReproductionResult result) => result.Runs
        .Select(run => run.Record)
        .Where(run => run.Settings.Network == network)
        .Select(run => run.Model.Algorithms)
        .FirstOrDefault(algorithms => algorithms is not null) ?? new Dictionary<string, string>();

    private static XElement Network(string name, IReadOnlyDictionary<string, string> algorithms)
    {
        Model<float> model = NetworkFigures.Build(name);
        return Tag(
            "article",
            Tag("h3", Tag("code", name)),
            Tag(
                "ol",
                Class("network"),
                Tag("li", Class("layer input"), Tag("strong", "picture"), Tag("span", Class("shape"), Shape(model.InputShape))),
                model.Layers.Select(layer => Layer(layer, model.ForwardFlops, algorithms.GetValueOrDefault(layer.Name)))),
            P(
                Class("totals"),
                Tag("strong", $"{model.ParameterCount:N0}"), " parameters; ",
                Tag("strong", $"{model.ForwardFlops / 1e6:0.0} MFLOP"), " a picture forward, ",
                $"{model.TrainingFlops / 1e6:0.0} in training."));
    }

    private static XElement Layer(BuiltLayer<float> layer, long total, string? algorithm)
    {
        int parameters = LayerFigures.ParametersOf(layer);
        double share = (double)layer.ForwardFlops / total;
        return Tag(
            "li",
            Class("layer"),
            Tag("strong", layer.Specification.TypeName),
            Tag("span", Class("name"), layer.Name),
            Tag("span", Describe(layer.Specification)),
            algorithm is null ? null : Tag("em", algorithm),
            Tag("span", Class("shape"), Shape(layer.OutputShape)),
            parameters == 0 ? null : Tag("span", $"{parameters:N0} parameters"),
            layer.ForwardFlops == 0 ? null : Tag("span", $"{layer.ForwardFlops / 1e6:0.00} MFLOP, {100 * share:0} %"),
            layer.ForwardFlops == 0 ? null : Tag(
                "span",
                Class("bar"),
                Tag("span", Attribute("style", string.Create(CultureInfo.InvariantCulture, $"width:{100 * share:0.#}%")))));
    }

    private static string Describe(Layer layer) => layer switch
    {
        Conv2D conv => $"{conv.Filters} filters {conv.KernelSize}, {(conv.Strides == 1 ? "" : $"stride {conv.Strides.Height}, ")}"
            + $"{(conv.Padding.IsSame ? "same" : "valid")}, {conv.Activation}",
        MaxPooling2D pool => $"greatest of {pool.PoolSize}",
        Dropout dropout => $"drops {100 * dropout.Rate:0} % in training",
        Dense dense => $"{dense.Units} units, {dense.Activation.ToString().ToLowerInvariant()}"
            + (dense.KernelRegularizer is L1 penalty ? $", L1 {penalty.Strength:0.####}" : ""),
        Flatten => "all in one row",
        _ => layer.Kind,
    };

    private static string Shape(Shape shape) => string.Join(" × ", shape.Axes.ToArray());
}
