using System.Globalization;
using System.Text;
using NanoConv.Files;

namespace NanoConv.Training;

/// <summary>
/// Writes a line of figures for every epoch to a file, Keras's <c>CSVLogger</c>: <c>epoch,accuracy,loss,val_accuracy,val_loss</c>, without those
/// that a fit does not have. Numbers are written so that they can be read back to the bit, in every culture alike.
/// </summary>
/// <remarks>
/// <para>After every epoch the file is replaced as a whole, so that a program that is killed leaves whole lines. A fit that is resumed writes
/// every epoch once, also those whose lines were there before it was broken off.</para>
/// <para>Other than in Keras epochs are counted from 1, as everywhere here, and a file whose columns are others is not appended to.</para>
/// </remarks>
/// <example><code>new CsvLogger("training.csv")</code></example>
public sealed class CsvLogger : Callback, IResumable
{
    private readonly string path;
    private readonly char separator;
    private readonly bool append;
    private TrainingState? restored;
    private string earlier = string.Empty; // what stands in the file before this fit's lines

    /// <summary>Names the file.</summary>
    /// <param name="path">The file; its folder must exist when training begins.</param>
    /// <param name="separator">What stands between columns: a character that no number or name has.</param>
    /// <param name="append">Whether lines that are there when training begins are kept; else they are replaced.</param>
    /// <exception cref="ArgumentException">There is no path, or the separator is a part of numbers or of lines.</exception>
    public CsvLogger(string path, char separator = ',', bool append = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (char.IsLetterOrDigit(separator) || char.IsSurrogate(separator) || separator is '.' or '-' or '+' or '_' or '\n' or '\r' or '"')
        {
            throw new ArgumentException(
                $"{nameof(CsvLogger)}: expected a separator that is no part of numbers, names or lines, received U+{(int)separator:X4}", nameof(separator));
        }

        (this.path, this.separator, this.append) = (path, separator, append);
    }

    /// <summary>Keeps what is there, if it is asked for, or begins the file.</summary>
    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written, or has other columns.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public override void OnTrainBegin(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        AtomicFile.RequireWritable(path);
        if (AtomicFile.IsStream(path))
            throw new IOException($"{nameof(CsvLogger)}: expected the name of a file, which is replaced after every epoch, found a pipe or device: '{path}'");
        restored = state;
        earlier = append && File.Exists(path) ? Earlier(Header(state)) : string.Empty;
        if (!append)
            Write(state);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingState state, EpochRecord epoch)
    {
        ArgumentNullException.ThrowIfNull(state);
        Write(state);
    }

    /// <inheritdoc/>
    public void Save(SavedState memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        memory.Set("earlier_characters", earlier.Length);
    }

    /// <inheritdoc/>
    public void Restore(SavedState memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        int length = memory.Whole("earlier_characters");
        if (length < 0)
            throw memory.Mistake("earlier_characters", $"expected a count, found {length}");
        CheckBehind(Math.Min(length, earlier.Length), restored!);
        earlier = earlier[..Math.Min(length, earlier.Length)];
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{nameof(CsvLogger)}(path {path}, separator U+{(int)separator:X4}, append {append})");

    // What follows are lines of this fit, before it was broken off, and no others': those would be lost.
    private void CheckBehind(int length, TrainingState state)
    {
        string[] lines = earlier[length..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int first = length == 0 ? 1 : 0; // the heading
        for (int i = first; i < lines.Length; i++)
        {
            int epoch = i - first;
            string begin = epoch < state.History.Epochs.Count
                ? string.Join(separator, Row(state, state.History.Epochs[epoch]))
                : $"{epoch + 1}{separator}";
            if (!lines[i].StartsWith(begin, StringComparison.Ordinal))
            {
                throw new IOException(
                    $"{nameof(CsvLogger)}: expected lines of this fit alone in '{path}' since it began, epoch {epoch + 1} next, found '{lines[i]}'");
            }
        }
    }

    private void Write(TrainingState state)
    {
        StringBuilder text = new(earlier);
        if (earlier.Length == 0)
            text.Append(Header(state)).Append('\n');
        foreach (EpochRecord epoch in state.History.Epochs)
            text.AppendJoin(separator, Row(state, epoch)).Append('\n');
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private string Header(TrainingState state) => string.Join(separator, Columns(state, "epoch", "accuracy", "loss", "val_accuracy", "val_loss"));

    private static IEnumerable<string> Row(TrainingState state, EpochRecord epoch) => Columns(
        state, Number(epoch.Epoch), Number(epoch.Accuracy), Number(epoch.Loss), Number(epoch.ValidationAccuracy), Number(epoch.ValidationLoss));

    // Those that the fit has, in Keras's order: by name, behind the epoch.
    private static IEnumerable<string> Columns(TrainingState state, params string[] all)
    {
        bool isValidated = state.ValidationExamples > 0;
        bool[] has = [true, state.HasAccuracy, true, isValidated && state.HasAccuracy, isValidated];
        return all.Where((_, column) => has[column]);
    }

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? string.Empty;

    private string Earlier(string header)
    {
        string text = File.ReadAllText(path);
        if (text.Length == 0)
            return text;
        string first = text.AsSpan().EnumerateLines() is var lines && lines.MoveNext() ? lines.Current.ToString() : string.Empty;
        if (first != header)
            throw new IOException($"{nameof(CsvLogger)}: expected a file that begins with '{header}' to append to, found '{first}' in '{path}'");
        return text.EndsWith('\n') ? text : text + '\n';
    }
}
