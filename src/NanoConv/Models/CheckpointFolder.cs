using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using NanoConv.Files;
using NanoConv.Graphs;
using NanoConv.Training;

namespace NanoConv.Models;

/// <summary>
/// Checkpoints in a folder, the last two of one fit, as <c>checkpoint-000000123.safetensors</c> after step 123. Each is
/// written under another name, flushed to the disk and renamed, and only then the last but two is deleted: whenever the
/// program is killed, a whole one is there. One that was damaged afterwards is noticed, and the one before it is used.
/// </summary>
/// <remarks>
/// The folder may hold other files; they are left alone. It serves one fit at a time, which keeps <c>.lock</c> in it open: the
/// system closes that file for a program that is killed. The file itself stays, empty.
/// </remarks>
public sealed partial class CheckpointFolder : CheckpointStore
{
    private const string LockName = ".lock";

    private readonly IReadOnlyDictionary<string, string> metadata = new Dictionary<string, string>();
    private FileLock? held;
    private string? previous;
    private bool hasToldOfDeletion;

    /// <summary>Names a folder; it is made when training begins.</summary>
    /// <param name="path">The folder.</param>
    public CheckpointFolder(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Path = path;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>What is done with checkpoints that are there when training begins.</summary>
    public CheckpointStart Start { get; init; }

    /// <summary>More text by key, kept with every checkpoint and not compared; see <see cref="SavedState.Texts"/>.</summary>
    /// <exception cref="ArgumentException">A key is one that a checkpoint has itself: <c>format</c>, or begins like the names of its parts.</exception>
    public IReadOnlyDictionary<string, string> Metadata
    {
        get => metadata;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Keys.FirstOrDefault(key => ReservedKey().IsMatch(key)) is { } reserved)
                throw new ArgumentException($"{nameof(Metadata)}: expected keys that a checkpoint does not use itself, found '{reserved}'", nameof(value));
            metadata = new Dictionary<string, string>(value);
        }
    }

    /// <summary>
    /// Hears in a line of every damaged checkpoint, and once of old files that cannot be deleted; by default it is written to
    /// standard error.
    /// </summary>
    public Action<string> Notice { get; init; } = Console.Error.WriteLine;

    /// <summary>The checkpoints that are there, the newest first, damaged ones among them.</summary>
    public IReadOnlyList<string> Files => !Directory.Exists(Path) ? [] : [.. Directory.GetFiles(Path)
        .Where(file => CheckpointName().IsMatch(System.IO.Path.GetFileName(file)))
        .OrderByDescending(file => System.IO.Path.GetFileName(file).Length).ThenByDescending(file => file, StringComparer.Ordinal)];

    /// <summary>Told of how far a write has come: tests stop the program there.</summary>
    internal Action<WriteStage>? Reached { get; init; }

    /// <summary>Deletes a file: tests let it fail.</summary>
    internal Action<string> Delete { get; init; } = File.Delete;

    /// <inheritdoc/>
    public override SavedState? Begin()
    {
        if (Start == CheckpointStart.Resume && Files.Count == 0)
            return ReadNewest(); // which throws: no folder is made
        Directory.CreateDirectory(Path);
        FileLock mine = FileLock.TryTake(System.IO.Path.Combine(Path, LockName), deletes: false)
            ?? throw new IOException($"expected a folder that no other process uses, found '{Path}' in use by another fit");
        try
        {
            SavedState? newest = BeginAlone();
            held = mine;
            return newest;
        }
        catch
        {
            mine.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void End()
    {
        held?.Dispose();
        held = null;
    }

    /// <summary>Reads the newest checkpoint that is whole, and tells <see cref="Notice"/> of those that are not.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">None is whole.</exception>
    public SavedState ReadNewest()
    {
        IReadOnlyList<string> files = Files;
        if (files.Count == 0)
            throw new FileNotFoundException($"'{Path}': expected a folder with checkpoints to resume from, found none");
        List<string> mistakes = [];
        foreach (string file in files)
        {
            try
            {
                SavedState state = CheckpointFile.Read(file);
                foreach (string mistake in mistakes)
                    Notice($"{mistake}; going on from the one before it, '{file}'");
                return state;
            }
            catch (Exception mistake) when (mistake is InvalidDataException or IOException)
            {
                mistakes.Add($"the checkpoint '{file}' cannot be used: {mistake.Message}");
            }
        }

        throw new InvalidDataException($"'{Path}': expected a checkpoint that is whole, found none: {string.Join("; ", mistakes)}");
    }

    /// <inheritdoc/>
    public override void Write(SavedState state, int step)
    {
        ArgumentNullException.ThrowIfNull(state);
        foreach ((string key, string value) in Metadata)
            state.Set(key, value);
        ReadOnlyMemory<byte> content = CheckpointFile.Write(state);
        string path = System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"checkpoint-{step:D9}.safetensors"));

        // .NET cannot flush the folder itself. No harm: file systems keep the order of what is done to the names of one
        // folder, so that after a power cut there is either this file or those that are deleted below, and the one before.
        try
        {
            AtomicFile.Write(path, stream => WriteInTwo(stream, content.Span), Reached);
        }
        catch (Exception mistake) when (mistake is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(Path, mistake);
        }

        foreach (string file in Files.Where(file => file != path && file != previous))
            TryDelete(file);
        previous = path;
        Reached?.Invoke(WriteStage.Pruned);
    }

    /// <inheritdoc/>
    protected internal override string Describe<T>(Model<T> model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return NetworkDescription.Write(model.Network, model.InputShape, [.. model.Layers.Select(layer => layer.Name)]) ?? base.Describe(model);
    }

    private SavedState? BeginAlone()
    {
        IReadOnlyList<string> files = Files;
        if (files.Count > 0 && Start == CheckpointStart.New)
        {
            throw new IOException(
                $"'{Path}': expected a folder without checkpoints to begin anew, found '{System.IO.Path.GetFileName(files[0])}'; "
                + "resume from it or choose another folder");
        }

        SavedState? newest = files.Count > 0 || Start == CheckpointStart.Resume ? ReadNewest() : null;
        hasToldOfDeletion = false;
        foreach (string file in Directory.GetFiles(Path).Where(file => TemporaryName().IsMatch(System.IO.Path.GetFileName(file))))
            TryDelete(file); // of a program that was killed as it wrote
        previous = newest?.Source;
        return newest;
    }

    /// <summary>A scanner, say, may hold an old file open; training does not end for that, and each checkpoint tries again.</summary>
    private void TryDelete(string file)
    {
        try
        {
            Delete(file);
        }
        catch (Exception mistake) when (mistake is IOException or UnauthorizedAccessException)
        {
            if (!hasToldOfDeletion)
                Notice($"the old file '{file}' cannot be deleted: {mistake.Message}; going on, and trying again at the next checkpoint");
            hasToldOfDeletion = true;
        }
    }

    private void WriteInTwo(Stream stream, ReadOnlySpan<byte> content)
    {
        int half = content.Length / 2;
        stream.Write(content[..half]);
        stream.Flush();
        Reached?.Invoke(WriteStage.PartWritten);
        stream.Write(content[half..]);
    }

    [GeneratedRegex(@"^checkpoint-[0-9]{9,10}\.safetensors$")]
    private static partial Regex CheckpointName();

    [GeneratedRegex(@"^\.checkpoint-[0-9]{9,10}\.safetensors\.[0-9a-f]{32}\.tmp$")]
    private static partial Regex TemporaryName();

    [GeneratedRegex(@"^(format$|(nanoconv|setting|state|weights|optimizer|callback[0-9]+)\.)")]
    private static partial Regex ReservedKey();
}
