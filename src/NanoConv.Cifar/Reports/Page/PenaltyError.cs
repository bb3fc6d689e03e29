using System.Xml.Linq;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Reproduction;
using NanoConv.Regularizers;
using static NanoConv.Cifar.Reports.Page.Html;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>Which weights the L1 penalty touches: those of the dense layer alone.</summary>
internal static class PenaltyError
{
    /// <summary>Makes the part.</summary>
    /// <param name="context">The page.</param>
    public static XElement Create(PageContext context)
    {
        IReadOnlyList<IReadOnlyList<FinishedRun>> sweeps = SmallWeights.Sweeps(context.Result.Experiments);
        return Tag(
            "article",
            Tag("h3", "What the L1 penalty touches"),
            P("The paper says that it is applied to all the network’s parameters. Only the dense layer’s kernel has it. A penalty ",
                "drives weights to 0, so it can be seen in the trained models: how many weights are nearly 0, layer by layer."),
            sweeps.Count == 0
                ? P(Class("note"), "No measurement yet: it needs runs of one network and one n with different L1.")
                : null,
            sweeps.Select(runs => Measurement(runs, context)));
    }

    private static XElement Measurement(IReadOnlyList<FinishedRun> runs, PageContext context)
    {
        SmallWeights[] small = [.. runs.Select(run => SmallWeights.Of(run, context.Result.Models.Of(run)))];
        RunSettings settings = runs[0].Record.Settings;
        string[] kernels = [.. small[0].Layers.Keys];
        double most = small.SelectMany(run => run.Layers.Values.SkipLast(1)).Max(), dense = small.Max(run => run.Layers[kernels[^1]]);
        return Tag(
            "div",
            Table(
                $"Weights below {SmallWeights.Limit} in size, {settings.Network}, n = {settings.Samples:N0}, seed {settings.Seed}",
                ["kernel", .. small.Select(run => $"L1 = {run.L1:0.####}")],
                kernels.Select(name => (object?[])[name, .. small.Select(run => Text.Percent(run.Layers[name]))])),
            P($"Up to {Text.Percent(dense)} of the dense kernel is nearly 0, and up to {Text.Percent(most)} of a convolution’s. ",
                "What changes in the convolutions follows from the dense layer behind them, not from a penalty of their own."));
    }
}
