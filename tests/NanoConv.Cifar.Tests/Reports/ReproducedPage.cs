using System.Xml;
using System.Xml.Linq;
using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Reports;
using NanoConv.Cifar.Reproduction;
using NanoConv.Cifar.Tests.Data;

namespace NanoConv.Cifar.Tests.Reports;

/// <summary>A page of tiny but real runs on Shapes10, made once for all tests.</summary>
public sealed class ReproducedPage : IDisposable
{
    internal const string Title = "Two & <b>three</b>";
    private const int Samples = 60;
    private const int TestImages = 40;

    private readonly TemporaryFolder folder = new();

    public ReproducedPage()
    {
        Images = new ImageData(
            "Shapes10", "/nowhere/at/all", isCifar10: false, Shapes10.ClassNames,
            Shapes10.Generate(Shapes10Split.Train, Samples), Shapes10.Generate(Shapes10Split.Test, TestImages));
        FinishedRun[] strides = [Run("default", 1e-4, 1), Run("default", 1e-4, 2)];
        FinishedRun[] penalty = [Run("default", 0.5, 1), Run("default", 0.5, 2)];
        FinishedRun[] pooling = [Run("maxpooling", 1e-4, 1), Run("maxpooling", 1e-4, 2)];
        PaperRow plain = Row("plain", strides, new(PaperQuantity.TestAccuracy, 0.48), new(PaperQuantity.FitSeconds, 39),
            new(PaperQuantity.Parameters, 37146));
        PaperRow strong = Row("L1 = 0.5", penalty);
        PaperRow pool = Row("pool", pooling, new PaperFigure(PaperQuantity.FitSeconds, 71));
        PaperRow none = Row("nothing", pooling, new PaperFigure(PaperQuantity.TrainAccuracy, 0.6));
        First = Experiment("first", "One", [(plain, strides), (strong, penalty)]);
        Second = Experiment("second", Title, [(pool, pooling), (none, [])]);
        Third = Experiment("third", "One again", [(plain, strides)]);
        Result = new ReproductionResult(
            IsQuick: true, Seeds: 2, [First, Second, Third], Images);
        Folder = folder["page"];
        Page = Write(Result, "page");
    }

    internal ImageData Images { get; }

    internal ExperimentResult First { get; }

    internal ExperimentResult Second { get; }

    internal ExperimentResult Third { get; }

    internal ReproductionResult Result { get; }

    internal string Folder { get; }

    internal XDocument Page { get; }

    internal string Runs => folder.Path;

    public void Dispose() => folder.Dispose();

    /// <summary>Writes another page and reads it.</summary>
    internal XDocument Write(ReproductionResult result, string name)
    {
        ReproductionPage.Write(folder[name], result);
        using var reader = XmlReader.Create(
            Path.Combine(folder[name], ReproductionPage.FileName), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }

    /// <summary>The same experiments as if on other data.</summary>
    internal ReproductionResult On(RunData data) => Result with
    {
        Experiments = [.. Result.Experiments.Select(experiment => experiment with
        {
            Rows = [.. experiment.Rows.Select(row => row with
            {
                Runs = [.. row.Runs.Select(run => run with { Record = run.Record with { Data = data } })],
            })],
        })],
    };

    private static PaperRow Row(string label, FinishedRun[] runs, params PaperFigure[] figures) =>
        new(label, runs[0].Record.Settings, figures) { Learns = false };

    private static ExperimentResult Experiment(string name, string title, (PaperRow Row, FinishedRun[] Runs)[] rows) => new(
        new PaperExperiment(
            name, "(z)", title, $"The claim of {name}: 1 < 2.", [.. rows.Select(row => row.Row)], 0,
            _ => new Verdict(VerdictKind.Confirmed, "It holds & stands.")),
        [.. rows.Select(row => new RowResult(row.Row, row.Runs))],
        Seeds: 2);

    private FinishedRun Run(string network, double l1, int seed)
    {
        var settings = new RunSettings
        {
            Network = network,
            Samples = Samples,
            Epochs = 2,
            BatchSize = 16,
            L1 = l1,
            Seed = seed,
            Threads = 1,
        };
        var run = new TrainingRun(settings, new SelectedData(Images, "not the real thing"));
        run.Execute(new Silent(), null, CancellationToken.None);
        string path = folder[$"{network}-{l1}-{seed}"];
        Directory.CreateDirectory(path);
        run.SaveModel(Path.Combine(path, "m.safetensors"));
        run.ToRecord("m.safetensors").Write(Path.Combine(path, RunRecord.FileName));
        return new FinishedRun(path, RunRecord.Read(Path.Combine(path, RunRecord.FileName)));
    }

    private sealed class Silent : Callback;
}
