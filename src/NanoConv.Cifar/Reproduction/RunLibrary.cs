using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;

namespace NanoConv.Cifar.Reproduction;

/// <summary>Finished runs, found again by what decides them: settings, data and the library's version.</summary>
public sealed class RunLibrary
{
    private readonly Dictionary<RunSettings, FinishedRun> runs = [];
    private readonly List<string> refused = [];

    /// <summary>Why files were not taken, each with its name.</summary>
    public IReadOnlyList<string> Refused => refused;

    /// <summary>The runs.</summary>
    public IReadOnlyCollection<FinishedRun> Runs => runs.Values;

    /// <summary>
    /// Looks through folders and all below for runs. Only completed ones of this library's version with their model are
    /// taken, and only such as have been made with the same data.
    /// </summary>
    /// <param name="folders">The folders; one that is not there has no runs.</param>
    /// <param name="data">The data they must have been made with; null for that of the first run.</param>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    public static RunLibrary In(IEnumerable<string> folders, ImageData? data)
    {
        var library = new RunLibrary();
        Func<RunRecord, bool>? isOfSameData = data is null ? null : record => IsOf(record, data);
        foreach (string path in folders.Where(Directory.Exists).SelectMany(RecordsBelow))
        {
            if (Read(path, library.refused) is not { } run)
                continue;
            string test = run.Record.Data.TestSha256!;
            isOfSameData ??= record => record.Data.TestSha256 == test;
            if (isOfSameData(run.Record))
                library.runs.TryAdd(ReproductionPlan.Essence(run.Record.Settings), run);
            else
                library.refused.Add($"{path}: made with other data");
        }

        return library;
    }

    /// <summary>A run by its settings; null if it is not there.</summary>
    /// <param name="settings">The settings.</param>
    public FinishedRun? Find(RunSettings settings) => runs.GetValueOrDefault(ReproductionPlan.Essence(settings));

    /// <summary>Takes in a run that has just been finished.</summary>
    /// <param name="run">The run.</param>
    public void Add(FinishedRun run)
    {
        lock (runs)
            runs[ReproductionPlan.Essence(run.Record.Settings)] = run;
    }

    private static IEnumerable<string> RecordsBelow(string folder) =>
        Directory.EnumerateFiles(folder, RunRecord.FileName, SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private static bool IsOf(RunRecord record, ImageData data) => record.Data.TestSha256 == data.TestSha256
        && (record.Settings.Samples > data.TrainingCount
            || record.Data.TrainingSha256 == data.First(record.Settings.Samples).TrainingSha256);

    private static FinishedRun? Read(string path, List<string> refused)
    {
        RunRecord record;
        try
        {
            record = RunRecord.Read(path);
        }
        catch (UserErrorException exception)
        {
            refused.Add(exception.Message);
            return null;
        }

        var run = new FinishedRun(Path.GetDirectoryName(path)!, record);
        string? reason = !record.Completed || record.Results is null ? $"not completed: {record.StopReason}"
            : record.Environment.NanoConv != Model.LibraryVersion
                ? $"made by version {record.Environment.NanoConv}, expected {Model.LibraryVersion}"
            : record.Data.TestSha256 is null || record.Data.TrainingSha256 is null ? "it does not say which data it was made with"
            : !File.Exists(run.ModelPath) ? $"its model {record.Model.File} is missing"
            : null;
        if (reason is null)
            return run;
        refused.Add($"{path}: {reason}");
        return null;
    }
}
