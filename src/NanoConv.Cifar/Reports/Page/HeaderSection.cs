using System.Xml.Linq;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Reproduction;
using static NanoConv.Cifar.Reports.Page.Html;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>The page's head: what it is, of which data, on which machine.</summary>
internal static class HeaderSection
{
    /// <summary>The page's title.</summary>
    public const string Title = "A ConvNet assignment of 2020, repeated with NanoConv";

    /// <summary>Makes it.</summary>
    /// <param name="context">The page.</param>
    public static XElement Create(PageContext context)
    {
        ReproductionResult result = context.Result;
        return Tag(
            "header",
            Tag("h1", Title),
            P(
                Class("lead"),
                "In 2020 a university assignment asked for experiments with ConvNets: convolution by hand, and networks trained in ",
                "Keras on CIFAR-10. One student’s report on it is “the paper” here. This page repeats its experiments with NanoConv, ",
                "a ConvNet framework written from scratch in C#, and puts each of its claims beside our own measurement."),
            DataStatement(result),
            context.IsOtherData ? Banner(
                $"The paper’s figures are of CIFAR-10; ours are of {result.Data!.Name}, another data set: ",
                "they stand beside ours as context only.") : null,
            result.IsQuick ? Banner(
                "This is a quick run: fewer samples and epochs than the paper, in smaller batches; verdicts are of the quick run.", "") : null,
            Tag("dl", Class("facts"), Facts(result)));
    }

    private static XElement Banner(string bold, string rest) =>
        P(Class("banner"), Attribute("role", "note"), Tag("strong", bold + rest));

    private static XElement DataStatement(ReproductionResult result)
    {
        if (result.Data is not { } data)
            return P(Class("data"), Tag("strong", "Data: none yet."), " Not one run is there.");
        int[] samples = [.. result.Runs.Select(run => run.Record.Data)
            .Select(used => used.TrainingImages + used.ValidationImages).Distinct().Order()];
        string training = samples.Length == 1 ? $"{samples[0]:N0}" : $"{samples[0]:N0} to {samples[^1]:N0}";
        return P(
            Class("data"),
            Tag("strong", $"Data: {data.Name}."),
            data.IsCifar10 ? " It is the paper’s data set." : " It is not CIFAR-10, the paper’s data set.",
            $" {training} training images a run, the last tenth of them held out to validate; {data.TestImages:N0} test images; ",
            $"{data.ClassNames.Count} classes: {Text.Listed(data.ClassNames)}.");
    }

    private static IEnumerable<XElement> Facts(ReproductionResult result)
    {
        yield return Fact("Runs", result.Seeds == 1
            ? "One run of each setting, seed 1; where a deviation would stand there is none."
            : $"{result.Seeds} runs of each setting, seeds 1 to {result.Seeds}; figures are means ± sample deviations over the seeds.");
        foreach (RunEnvironment environment in result.Environments)
        {
            yield return Fact("Programs", $"NanoConv {environment.NanoConv}, {environment.DotNet}");
            string vectors = environment.VectorBits == 0 ? "no vector unit" : $"vectors of up to {environment.VectorBits} bits";
            yield return Fact(
                "Machine",
                $"{environment.Processor ?? environment.Architecture}, {Text.Count(environment.Cores, "core")}, {vectors}; "
                + $"{environment.OperatingSystem}, {environment.Architecture}");
        }
        if (result.Runs.Count > 0)
            yield return Fact("Time", Time(result));
    }

    private static XElement Fact(string term, string description) => Tag("div", Tag("dt", term), Tag("dd", description));

    private static string Time(ReproductionResult result)
    {
        // Runs that are one run's earlier epochs have its beginning; their seconds are in its own.
        double all = result.Runs.Select(run => run.Record)
            .GroupBy(run => (run.Timings.StartedAt, run.Settings with { Epochs = 0 }))
            .Sum(group => group.Max(run => run.Timings.FitSeconds));
        int[] threads = [.. result.Runs.Select(run => run.Record.Settings.Threads).Distinct()];
        string each = threads is [> 0] ? $", each on {Text.Count(threads[0], "thread")}" : "";
        string text = $"{Text.Seconds(all)} for the fits of {Text.Count(result.Runs.Count, "run")}{each}, added up.";
        (double Paper, double Ours)[] compared = [.. result.Experiments.SelectMany(experiment => experiment.Rows)
            .Where(row => row.Runs.Count > 0)
            .Select(row => (Settings: PageContext.WithoutSeed(row.Paper.Settings), Row: row, Paper: row.Paper.Figures
                .FirstOrDefault(figure => figure.Quantity == PaperQuantity.FitSeconds)?.Value))
            .Where(item => item.Paper is not null)
            .DistinctBy(item => item.Settings)
            .Select(item => (item.Paper!.Value, item.Row.Of(run => run.Timings.FitSeconds)!.Mean))];
        if (compared.Length == 0)
            return text;
        string settings = compared.Length == 1
            ? "The one setting whose seconds the paper gives"
            : $"The {compared.Length} settings whose seconds the paper gives, a run each";
        return $"{text} {settings}: {Text.Seconds(compared.Sum(item => item.Paper))} in the paper, on its author’s machine, "
            + $"{Text.Seconds(compared.Sum(item => item.Ours))} here{(result.IsQuick ? ", with fewer samples and epochs" : "")}.";
    }
}
