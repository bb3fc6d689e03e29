using System.Text.Json;
using NanoConv.Cifar.Files;
using NanoConv.Training;

namespace NanoConv.Cifar.Experiments;

/// <summary>All that is known of a training run: the content of <c>run.json</c>, see docs/run-json.md.</summary>
/// <param name="Schema">Always <see cref="SchemaName"/>.</param>
/// <param name="SchemaVersion">The schema's version; <see cref="CurrentVersion"/> when written by this program.</param>
/// <param name="Completed">False if the run ended before its time; then there are no results.</param>
/// <param name="StopReason">Why it did; null if it did not.</param>
/// <param name="Settings">What was asked for.</param>
/// <param name="Data">The images.</param>
/// <param name="Environment">The machine.</param>
/// <param name="Model">The model left.</param>
/// <param name="History">The finished epochs.</param>
/// <param name="Timings">What it took.</param>
/// <param name="Results">How well the model does; null if it did not come to that.</param>
/// <param name="EarlyStop">Why training, though finished, took fewer epochs than were asked for; null if it took all. Missing in old files.</param>
public sealed record RunRecord(
    string Schema,
    int SchemaVersion,
    bool Completed,
    string? StopReason,
    RunSettings Settings,
    RunData Data,
    RunEnvironment Environment,
    RunModel Model,
    IReadOnlyList<EpochRecord> History,
    RunTimings Timings,
    RunResults? Results,
    string? EarlyStop = null)
{
    /// <summary>Says what kind of file it is.</summary>
    public const string SchemaName = "nanoconv-run";

    /// <summary>Grows when a field changes its meaning or goes; new fields alone do not change it.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The file's name in the output folder.</summary>
    public const string FileName = "run.json";

    /// <summary>Reads a run.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The run, without gaps: what has to be there is, and there is one of each for each class.</returns>
    /// <exception cref="UserErrorException">It is no such file, or of a later version.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static RunRecord Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Read(stream, path);
    }

    /// <inheritdoc cref="Read(string)"/>
    /// <param name="stream">Its content.</param>
    /// <param name="path">What errors call it.</param>
    internal static RunRecord Read(Stream stream, string path)
    {
        try
        {
            RunRecord run = JsonSerializer.Deserialize(stream, RunJson.Default.RunRecord)
                ?? throw new JsonException("nothing");
            if (run.Schema != SchemaName || run.SchemaVersion is < 1 or > CurrentVersion)
            {
                throw new UserErrorException(
                    $"'{path}': expected schema {SchemaName}, version 1 to {CurrentVersion}, "
                    + $"found {run.Schema}, version {run.SchemaVersion}");
            }

            return run.FindFault() is { } fault ? throw new UserErrorException($"'{path}': {fault}") : run;
        }
        catch (JsonException exception)
        {
            throw new UserErrorException($"'{path}': expected a {FileName}, found: {exception.Message}", exception);
        }
    }

    // What the types do not say: arrays without nulls, and of the right length.
    private string? FindFault()
    {
        if (Data.ClassNames.Contains(null!))
            return "expected a name for each class, found null";
        if (History.Contains(null!))
            return "expected the finished epochs as history, found null among them";
        if (Path.GetFileName(Model.File) != Model.File)
            return $"expected the model's file beside it, found '{Model.File}'";
        if (Model.Algorithms?.Values.Contains(null!) == true)
            return "expected an algorithm for each layer named, found null";
        if (Settings.FindFault() is { } fault)
            return fault;
        if (Completed && History.FirstOrDefault(epoch => !IsSound(epoch)) is { } epoch)
            return $"expected epochs with finite losses and accuracies from 0 to 1, found {epoch}";
        return Results is null ? null : Results.Train.FindFault(Data.ClassNames) ?? Results.Test.FindFault(Data.ClassNames);
    }

    private static bool IsSound(EpochRecord epoch) =>
        epoch.Epoch > 0 && double.IsFinite(epoch.Loss) && epoch.Accuracy is >= 0 and <= 1
        && double.IsFinite(epoch.ValidationLoss ?? 0) && (epoch.ValidationAccuracy ?? 0) is >= 0 and <= 1;

    /// <summary>Writes the run.</summary>
    /// <param name="path">The file to write or replace.</param>
    public void Write(string path) =>
        OutputFile.Write(path, stream => JsonSerializer.Serialize(stream, this, RunJson.Default.RunRecord));
}
