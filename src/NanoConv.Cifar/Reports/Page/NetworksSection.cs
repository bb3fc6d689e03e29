using System.Xml.Linq;
using NanoConv.Cifar.Networks;
using NanoConv.Cifar.Reproduction;
using NanoConv.Graphs;
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
            NetworkDiagram.Create(model, algorithms),
            P(
                Class("totals"),
                Tag("strong", $"{model.ParameterCount:N0}"), " parameters; ",
                Tag("strong", $"{model.ForwardFlops / 1e6:0.0} MFLOP"), " a picture forward, ",
                $"{model.TrainingFlops / 1e6:0.0} in training."));
    }
}
