using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace NanoConv;

/// <summary>
/// Checkpoints in a folder, the last two of one fit, as <c>checkpoint-000000123.safetensors</c> after step 123. Each is
/// written under another name, flushed to the disk and renamed, and only then the last but two is deleted: whenever the
/// program is killed, a whole one is there. One that was damaged afterwards is noticed, and the one before it is used.
/// </summary>
/// <remarks>The folder may hold other files; they are left alone. It serves one fit at a time.</remarks>
public sealed partial class CheckpointFolder : CheckpointStore
{
    private string? previous;

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
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Hears in a line of every damaged checkpoint; by default it is written to standard error.</summary>
    public Action<string> Notice { get; init; } = Console.Error.WriteLine;

    /// <summary>The checkpoints that are there, the newest first, damaged ones among them.</summary>
    public IReadOnlyList<string> Files => !Directory.Exists(Path) ? [] : [.. Directory.GetFiles(Path)
        .Where(file => CheckpointName().IsMatch(System.IO.Path.GetFileName(file)))
        .OrderByDescending(file => System.IO.Path.GetFileName(file).Length).ThenByDescending(file => file, StringComparer.Ordinal)];

    /// <summary>Told of how far a write has come: tests stop the program there.</summary>
    internal Action<WriteStage>? Reached { get; init; }

    /// <inheritdoc/>
    public override SavedState? Begin()
    {
        IReadOnlyList<string> files = Files;
        if (files.Count > 0 && Start == CheckpointStart.New)
        {
            throw new IOException(
                $"'{Path}': expected a folder without checkpoints to begin anew, found '{System.IO.Path.GetFileName(files[0])}'; "
                + "resume from it or choose another folder");
        }

        SavedState? newest = files.Count > 0 || Start == CheckpointStart.Resume ? ReadNewest() : null;
        Directory.CreateDirectory(Path);
        foreach (string file in Directory.GetFiles(Path).Where(file => TemporaryName().IsMatch(System.IO.Path.GetFileName(file))))
            File.Delete(file); // of a program that was killed as it wrote
        previous = newest?.Source;
        return newest;
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
        AtomicFile.Write(path, stream => WriteInTwo(stream, content.Span), Reached);
        foreach (string file in Files.Where(file => file != path && file != previous))
            File.Delete(file);
        previous = path;
        Reached?.Invoke(WriteStage.Pruned);
    }

    /// <inheritdoc/>
    protected internal override string Describe<T>(Model<T> model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return NetworkDescription.Write(model.Network, model.InputShape, [.. model.Layers.Select(layer => layer.Name)]) ?? base.Describe(model);
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
}
