using System.Xml.Linq;
using NanoConv.Cifar.Images;
using NanoConv.Cifar.Networks;
using NanoConv.Cifar.Reproduction;
using NanoConv.Graphs;
using NanoConv.Layers;
using static NanoConv.Cifar.Reports.Page.Html;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>Where the paper errs, each with a measurement of ours.</summary>
internal static class ErrorsSection
{
    /// <summary>The section's id.</summary>
    public const string Section = "page-errors";

    /// <summary>Makes it.</summary>
    /// <param name="context">The page.</param>
    public static XElement Create(PageContext context) => Tag(
        "section",
        Id(Section),
        Tag("h2", "Where the paper errs"),
        P("Its experiments are one thing; some of its explanations are wrong, and that can be measured."),
        LargestLayer(),
        PoolingError.Create(context),
        PenaltyError.Create(context),
        MoreLayers(),
        SecondKernel(),
        FirstImage());

    private static XElement LargestLayer()
    {
        Model<float> model = NetworkFigures.Build("default");
        BuiltLayer<float>[] layers = [.. model.Layers.Where(layer => layer.Parameters.Count > 0)];
        BuiltLayer<float> largest = layers.MaxBy(LayerFigures.ParametersOf)!;
        return Tag(
            "article",
            Tag("h3", "The layer with most parameters"),
            P("The paper names the last convolution, with 9,248. Most parameters are in ",
                Tag("strong", $"{largest.Name}: {LayerFigures.ParametersOf(largest):N0}"),
                ", a number for each of 2,048 inputs and 10 classes, and 10 biases."),
            Table(
                "Parameters of the default network, layer by layer",
                ["layer", "parameters", "share"],
                layers.Select(layer => (object?[])
                [
                    layer.Name,
                    $"{LayerFigures.ParametersOf(layer):N0}",
                    Text.Percent((double)LayerFigures.ParametersOf(layer) / model.ParameterCount),
                ])));
    }

    private static XElement MoreLayers() => Tag(
        "article",
        Tag("h3", "More layers, more parameters"),
        P("The paper says that adding layers adds parameters. Its own deeper network has fewer of them: its third stride leaves ",
            "a quarter of the inputs to the dense layer, where most parameters are."),
        Table(
            "Layers and parameters of the three networks",
            ["network", "convolutions", "inputs of the dense layer", "parameters"],
            CifarNetwork.Names.Select(name =>
            {
                Model<float> model = NetworkFigures.Build(name);
                return (object?[])
                [
                    name,
                    $"{model.Layers.Count(layer => layer.Specification is Conv2D)}",
                    $"{model.Layers[^1].InputShape.Elements:N0}",
                    $"{model.ParameterCount:N0}",
                ];
            })));

    private static XElement SecondKernel() => Tag(
        "article",
        Tag("h3", "Two Laplacians"),
        P("The paper calls both kernels Laplacians. The first sums to ", $"{Sum(SquareKernel.Laplacian8)}, the second to ",
            Tag("strong", $"{Sum(SquareKernel.Laplacian4)}"), ", so it keeps the picture: see ",
            Link(ConvolutionSection.Section, "part (i)"), "."));

    private static XElement FirstImage() => Tag(
        "article",
        Tag("h3", "The first image"),
        P("The paper’s code takes ", Tag("code", "x_train[1:n]"), ", which leaves out image 0: it trains on n − 1 images, 4,999 where it ",
            "says 5,000. Our runs take the first n."));

    private static double Sum(SquareKernel kernel)
    {
        double sum = 0;
        foreach (double value in kernel.Values)
            sum += value;
        return sum;
    }
}
