using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Reproduction;

namespace NanoConv.Cifar.Tests.Reproduction;

/// <summary>Runs on a handful of images, and records of runs that never were.</summary>
internal static class FakeRuns
{
    public const int Samples = 40;

    private const int TestImages = 20;

    public static readonly string[] FileNames = ["model.safetensors", "run.json"];

    public static SelectedData Data(int seed = 1, int samples = Samples)
    {
        string[] names = [.. "abcdefghij".Select(letter => $"{letter}")];
        return new SelectedData(new ImageData("Fake", "nowhere", isCifar10: false, names, Noise(samples, seed), Noise(TestImages, seed + 1)), null);
    }

    public static RunRecord Save(TrainingRun run, RunFolder folder)
    {
        RunRecord record = run.ToRecord(FileNames[0]);
        folder.Replace(staging =>
        {
            run.SaveModel(Path.Combine(staging, FileNames[0]));
            record.Write(Path.Combine(staging, FileNames[1]));
        });
        return record;
    }

    public static RunSettings Settings(int epochs, int seed = 1) =>
        new() { Network = "thinner_deeper", Samples = Samples, Epochs = epochs, BatchSize = 16, Seed = seed };

    /// <summary>A row whose only run has these figures and this gap between training and validation from some epoch on.</summary>
    public static RowResult Row(
        double test = 0.5, double train = 0.6, double seconds = 10, int? parts = null, double gap = 0.1, params PaperFigure[] figures)
    {
        RunRecord real = Template.Value;
        RunRecord record = real with
        {
            History =
            [
                .. Enumerable.Range(1, 20).Select(epoch => new EpochRecord(
                    epoch, 1, 0.5 + (epoch >= parts ? gap : 0), 1, 0.5, 1, 1)),
            ],
            Timings = real.Timings with { FitSeconds = seconds },
            Results = real.Results! with
            {
                Test = real.Results.Test with { Accuracy = test, Images = 10000 },
                Train = real.Results.Train with { Accuracy = train },
                Baseline = new BaselineResult("a", 0.1),
            },
            Settings = real.Settings with { Epochs = 20 },
            Model = real.Model with { Parameters = 37146 },
            Data = real.Data with { IsCifar10 = true },
        };
        return new RowResult(new PaperRow("row", record.Settings, figures), [new FinishedRun("nowhere", record)]);
    }

    private static readonly Lazy<RunRecord> Template = new(() =>
    {
        var run = new TrainingRun(Settings(1), Data());
        run.Execute(new Silent(), null, CancellationToken.None);
        return run.ToRecord("m");
    });

    private static (byte[] Pixels, byte[] Labels) Noise(int count, int seed)
    {
        var pixels = new byte[count * ImageData.ImageBytes];
        new Random(seed).NextBytes(pixels);
        return (pixels, [.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))]);
    }

    private sealed class Silent : Callback;
}
