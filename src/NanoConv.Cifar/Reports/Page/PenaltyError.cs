using System.Xml.Linq;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Reproduction;
using static NanoConv.Cifar.Reports.Page.Html;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>Which weights the L1 penalty touches: those of the dense layer alone.</summary>
internal static class PenaltyError
{
    private const float Small = 1e-3f;

    /// <summary>Makes the part.</summary>
    /// <param name="context">The page.</param>
    public static XElement Create(PageContext context)
    {
        FinishedRun[][] sweeps = [.. context.Result.Experiments.Select(Sweep).Where(runs => runs.Length > 1)
            .DistinctBy(runs => string.Join('|', runs.Select(run => run.Folder)))];
        return Tag(
            "article",
            Tag("h3", "What the L1 penalty touches"),
            P("The paper says that it is applied to all the network’s parameters. Only the dense layer’s kernel has it. A penalty ",
                "drives weights to 0, so it can be seen in the trained models: how many weights are nearly 0, layer by layer."),
            sweeps.Length == 0
                ? P(Class("note"), "No measurement yet: it needs runs of one network and one n with different L1.")
                : null,
            sweeps.Select(runs => Measurement(runs, context)));
    }

    // An experiment's runs that differ in L1 alone, the first of each row.
    private static FinishedRun[] Sweep(ExperimentResult experiment) => experiment.Rows
        .Where(row => row.Runs.Count > 0)
        .Select(row => row.Runs[0])
        .DistinctBy(run => PageContext.WithoutSeed(run.Record.Settings))
        .GroupBy(run => PageContext.WithoutSeed(run.Record.Settings) with { L1 = 0 })
        .Select(group => group.OrderBy(run => run.Record.Settings.L1).ToArray())
        .MaxBy(runs => runs.Length) ?? [];

    private static XElement Measurement(FinishedRun[] runs, PageContext context)
    {
        Model<float>[] models = [.. runs.Select(context.Models.Of)];
        RunSettings settings = runs[0].Record.Settings;
        string[] kernels = [.. models[0].Parameters.Where(parameter => parameter.Shape.Rank > 1).Select(parameter => parameter.Name)];
        double[][] shares = [.. kernels.Select(name => models.Select(model => Share(model, name)).ToArray())];
        double most = shares.SkipLast(1).SelectMany(row => row).Max(), dense = shares[^1].Max();
        return Tag(
            "div",
            Table(
                $"Weights below {Small} in size, {settings.Network}, n = {settings.Samples:N0}, seed {settings.Seed}",
                ["kernel", .. runs.Select(run => $"L1 = {run.Record.Settings.L1:0.####}")],
                kernels.Select((name, k) => (object?[])[name, .. shares[k].Select(Text.Percent)])),
            P($"At most {Text.Percent(dense)} of the dense kernel is nearly 0, and at most {Text.Percent(most)} of any convolution’s. ",
                "What changes in the convolutions follows from the dense layer behind them, not from a penalty of their own."));
    }

    private static double Share(Model<float> model, string name)
    {
        ReadOnlySpan<float> weights = model.Parameters.First(parameter => parameter.Name == name).Value;
        int small = 0;
        foreach (float weight in weights)
            small += Math.Abs(weight) < Small ? 1 : 0;
        return (double)small / weights.Length;
    }
}
