using System.Diagnostics;

namespace NanoConv.Training;

/// <summary>
/// Shows how training goes: where lines can be drawn over a moving one in each epoch, with a bar, and a lasting one after it. Lines say as much
/// as there is room for; a file or a pipe gets whole lasting lines, without control characters.
/// </summary>
/// <example><code>model.Fit(data, new FitOptions { Epochs = 20, Callbacks = [new ConsoleProgress()] });</code></example>
public sealed class ConsoleProgress : Callback
{
    private readonly ProgressLine line;
    private readonly Stopwatch clock = new();
    private double shareBefore; // what a fit that is resumed had done before

    /// <summary>Shows it on standard output, or writes it to any writer.</summary>
    /// <param name="output">Where to write; null for standard output, which may be a terminal, a file or a pipe.</param>
    /// <param name="columns">
    /// Columns of a terminal that <paramref name="output"/> writes to, at least 1; null if it is none, or for standard output's own.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="columns"/> is below 1.</exception>
    public ConsoleProgress(TextWriter? output = null, int? columns = null)
    {
        if (columns < 1)
            throw new ArgumentOutOfRangeException(nameof(columns), $"{nameof(ConsoleProgress)}: expected at least 1 column, received {columns}");
        line = output is null && columns is null ? ConsoleLine.OfProcess() : new ConsoleLine(output ?? Console.Out, () => columns);
    }

    /// <summary>Shows it on a line of one's own.</summary>
    /// <param name="line">The line.</param>
    public ConsoleProgress(ProgressLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        this.line = line;
    }

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        clock.Restart();
        shareBefore = ShareOfAll(state);
    }

    /// <inheritdoc/>
    public override void OnStepEnd(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        double share = (double)state.ExamplesSeen / state.Examples;
        double shareOfAll = ShareOfAll(state);
        double left = clock.Elapsed.TotalSeconds * ((1 - shareOfAll) / (shareOfAll - shareBefore));
        line.Show(
            Epoch(state),
            share,
            LineOf.Shorter(
                Figure("loss", state.Loss),
                Figure("accuracy", state.Accuracy),
                Text($"{state.ExamplesSeen / state.TrainingSeconds:N0} images/s"),
                left < MostSeconds ? $"{Duration(TimeSpan.FromSeconds(left))} left" : null));
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingState state, EpochRecord epoch)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(epoch);
        string number = Epoch(state), loss = Text($"loss {epoch.Loss:F3}"), seconds = Text($"{epoch.TrainingSeconds:F1} s");
        string? accuracy = Figure("accuracy", epoch.Accuracy), acc = Figure("acc", epoch.Accuracy);
        string? heldLoss = Figure("val_loss", epoch.ValidationLoss);
        string? heldAccuracy = Figure("val_accuracy", epoch.ValidationAccuracy), heldAcc = Figure("val_acc", epoch.ValidationAccuracy);
        string last = heldAcc ?? acc ?? heldLoss ?? loss; // what one waits for
        line.WriteLine(
            LineOf.Joined(number, loss, accuracy, heldLoss, heldAccuracy, seconds, Text($"{epoch.ImagesPerSecond:N0} images/s")),
            LineOf.Joined(number, loss, accuracy, heldLoss, heldAccuracy, seconds),
            LineOf.Joined(number, loss, acc, heldLoss, heldAcc, Took(epoch.TrainingSeconds)),
            LineOf.Joined(number, loss, acc, heldLoss, heldAcc),
            LineOf.Joined(number, acc ?? loss, acc is null ? heldLoss : heldAcc),
            LineOf.Joined(number, last),
            LineOf.Joined(number[(number.IndexOf(' ', StringComparison.Ordinal) + 1)..], last),
            last);
    }

    // Beyond it no time is told: a thousand days.
    private const double MostSeconds = 86_400_000;

    private static double ShareOfAll(TrainingState state) =>
        (double)state.StepsTaken / Math.Max(1, state.AllSteps);

    private static string Epoch(TrainingState state)
    {
        string epochs = Text($"{state.Epochs}");
        return $"epoch {Text($"{state.Epoch}").PadLeft(epochs.Length)}/{epochs}";
    }

    // Null where there is no such figure.
    private static string? Figure(string name, double? value) => value is { } number && !double.IsNaN(number) ? Text($"{name} {number:F3}") : null;

    private static string Took(double seconds) => seconds < 60 ? Text($"{seconds:F1} s") : Duration(TimeSpan.FromSeconds(seconds));

    private static string Duration(TimeSpan time) => time.TotalMinutes < 1
        ? Text($"{Math.Ceiling(time.TotalSeconds):F0} s")
        : time.TotalHours < 1 ? Text($"{time.Minutes}:{time.Seconds:D2} min") : Text($"{(int)time.TotalHours}:{time.Minutes:D2} h");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
