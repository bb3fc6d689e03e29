using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Layers;
using NanoConv.Models;

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
        string? test = data?.TestSha256;
        IReadOnlyList<string>? classes = data?.ClassNames;
        var training = new Dictionary<int, string>(); // by n
        foreach (string path in folders.Where(Directory.Exists).SelectMany(RecordsBelow))
        {
            if (Read(path, library.refused) is not { } run)
                continue;
            (RunData found, int samples) = (run.Record.Data, run.Record.Settings.Samples);
            test ??= found.TestSha256!;
            classes ??= found.ClassNames;
            if (!training.TryGetValue(samples, out string? expected))
            {
                expected = data is null || samples > data.TrainingCount ? found.TrainingSha256! : data.First(samples).TrainingSha256;
                training.Add(samples, expected);
            }

            if (found.TestSha256 != test)
                library.refused.Add($"{path}: made with other data: expected test images of SHA-256 {test}, found {found.TestSha256}");
            else if (found.TrainingSha256 != expected)
                library.refused.Add($"{path}: made with other data: expected training images of SHA-256 {expected}, found {found.TrainingSha256}");
            else if (!found.ClassNames.SequenceEqual(classes))
                library.refused.Add($"{path}: made with other classes: expected {string.Join(", ", classes)}, found {string.Join(", ", found.ClassNames)}");
            else
                library.runs.TryAdd(ReproductionPlan.Essence(run.Record.Settings), run);
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

    // Folders that begin with a dot hold what a run that was killed had not finished writing.
    private static IEnumerable<string> RecordsBelow(string folder) =>
        Directory.EnumerateFiles(folder, RunRecord.FileName, SearchOption.AllDirectories)
            .Where(path => !Path.GetFileName(Path.GetDirectoryName(path)!).StartsWith('.'))
            .Order(StringComparer.Ordinal);

    private static FinishedRun? Read(string path, List<string> refused)
    {
        try
        {
            RunRecord record = RunRecord.Read(path);
            var run = new FinishedRun(Path.GetDirectoryName(path)!, record);
            string? reason = !record.Completed || record.Results is null ? $"not completed: {record.StopReason}"
                : record.Environment.NanoConv != Model.LibraryVersion
                    ? $"made by version {record.Environment.NanoConv}, expected {Model.LibraryVersion}"
                : record.Data.TestSha256 is null || record.Data.TrainingSha256 is null ? "it does not say which data it was made with"
                : !File.Exists(run.ModelPath) ? $"its model {record.Model.File} is missing"
                : null;
            if (reason is null)
            {
                ModelFile model = ModelFile.Read(run.ModelPath); // a damaged one is found here, not when the report is nearly made
                if (model.ClassNames.SequenceEqual(record.Data.ClassNames))
                    return run;
                reason = $"expected its model to have the run's classes ({string.Join(", ", record.Data.ClassNames)}), "
                    + $"found {string.Join(", ", model.ClassNames)}";
            }

            refused.Add($"{path}: {reason}");
        }
        catch (Exception exception) when
            (exception is UserErrorException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            refused.Add($"{path}: {exception.Message}");
        }

        return null;
    }
}
