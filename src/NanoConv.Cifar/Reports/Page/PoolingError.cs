using System.Xml.Linq;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Reproduction;
using NanoConv.Graphs;
using static NanoConv.Cifar.Reports.Page.Html;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>Why max-pooling takes longer: not for the search for the maximum.</summary>
internal static class PoolingError
{
    private const string Strides = "default", Pooling = "maxpooling";

    /// <summary>Makes the part.</summary>
    /// <param name="context">The page.</param>
    public static XElement Create(PageContext context)
    {
        double strides = NetworkFigures.Build(Strides).ForwardFlops / 1e6, pooling = NetworkFigures.Build(Pooling).ForwardFlops / 1e6;
        (Speed Strides, Speed Pooling)[] pairs = [.. Pairs(context.Result)];
        return Tag(
            "article",
            Tag("h3", "Why max-pooling takes longer"),
            P("The paper explains it by the search for the greatest value. But a convolution before a pool runs at stride 1, on four ",
                "times the pixels of one with stride 2. That alone makes ",
                Tag("strong", $"{pooling:0.0} MFLOP a picture forward instead of {strides:0.0}"), "."),
            pairs.Length == 0
                ? P(Class("note"), $"No measurement yet: it needs a run of {Strides} and one of {Pooling} with the same settings.")
                : Table(
                    "Work and speed in training, of the median epoch",
                    ["network", "n", "MFLOP forward", "MFLOP in training", "images/s", "GFLOP/s"],
                    pairs.SelectMany(pair => (object?[][])[Row(pair.Strides), Row(pair.Pooling)])),
            pairs.Select(pair => P(Compare(pair.Strides, pair.Pooling))));
    }

    // Runs are compared only with runs of the same settings but for the network.
    private static IEnumerable<(Speed, Speed)> Pairs(ReproductionResult result)
    {
        foreach (var group in result.Runs.Where(run => run.Record.Timings.ImagesPerSecond > 0)
            .GroupBy(run => run.Record.Settings with { Network = "", Seed = 0, Data = null })
            .OrderBy(group => group.Key.Samples))
        {
            RunRecord[] strides = [.. group.Select(run => run.Record).Where(run => run.Settings.Network == Strides)];
            RunRecord[] pooling = [.. group.Select(run => run.Record).Where(run => run.Settings.Network == Pooling)];
            if (strides.Length > 0 && pooling.Length > 0)
                yield return (Of(strides), Of(pooling));
        }
    }

    private static Speed Of(RunRecord[] runs) => new(
        runs[0].Settings.Network,
        runs[0].Settings.Samples,
        runs[0].Model.ForwardFlops / 1e6,
        runs[0].Model.TrainingFlops / 1e6,
        runs.Average(run => Median(run.History.Select(epoch => epoch.ImagesPerSecond))));

    private static object?[] Row(Speed speed) =>
    [
        speed.Network, $"{speed.Samples:N0}", $"{speed.Forward:0.0}", $"{speed.Training:0.0}", $"{speed.Images:N0}",
        $"{speed.Training * speed.Images / 1e3:0.0}",
    ];

    private static string Compare(Speed strides, Speed pooling)
    {
        double work = pooling.Training / strides.Training, time = strides.Images / pooling.Images;
        string verdict = time < 0.9 * work ? "A multiplication costs even less there; the search for the maximum does not show."
            : time <= 1.1 * work ? "The products explain it; the search for the maximum does not show."
            : "The products explain the greater part; what else takes time is not told apart here.";
        return $"With n = {strides.Samples:N0}, max-pooling has {work:0.00} times the work in training, and takes {time:0.00} times "
            + $"as long an image. {verdict}";
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>A network's work, in MFLOP an image, and its speed.</summary>
    private sealed record Speed(string Network, int Samples, double Forward, double Training, double Images);
}
