using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Reports;

namespace NanoConv.Cifar.Commands;

/// <summary>The files that a training run leaves in its folder.</summary>
internal static class RunFiles
{
    /// <summary>The weights.</summary>
    public const string Model = "model.safetensors";

    private const string Curves = "curves.png";

    /// <summary>All of them; the last one vouches for the others.</summary>
    public static IReadOnlyList<string> Names { get; } = [Model, Curves, RunRecord.FileName];

    /// <summary>Writes all of them, or none.</summary>
    /// <param name="run">The run, as it stands.</param>
    /// <param name="folder">Where to.</param>
    /// <returns>The record that was written.</returns>
    public static RunRecord Save(TrainingRun run, RunFolder folder)
    {
        RunRecord record = run.ToRecord(Model);
        folder.Replace(staging =>
        {
            run.SaveModel(Path.Combine(staging, Model));
            if (record.History.Count > 0)
                WriteCurves(Path.Combine(staging, Curves), record);
            record.Write(Path.Combine(staging, RunRecord.FileName));
        });
        return record;
    }

    private static void WriteCurves(string path, RunRecord record)
    {
        var curve = LearningCurve.Of(record.Settings.Network, record.History);
        string data = DataSource.Describe(record.Data.Name, record.Data.IsCifar10);
        LearningCurvePlot.WritePng(path, $"{record.Settings.Network}, n = {record.Settings.Samples}, {data}", [curve]);
    }
}
