using System.Diagnostics;
using NanoConv.Training;

namespace NanoConv.Cifar.Commands;

/// <summary>Shows how training goes: a moving line in each epoch, a lasting one after it.</summary>
/// <param name="line">Where to show it.</param>
internal sealed class TrainingProgress(StatusLine line) : Callback
{
    private readonly Stopwatch clock = new();
    private double shareBefore; // what a fit that is resumed had done before

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingState state)
    {
        clock.Restart();
        shareBefore = ShareOfAll(state);
    }

    /// <inheritdoc/>
    public override void OnStepEnd(TrainingState state)
    {
        double share = (double)state.ExamplesSeen / state.Examples;
        double shareOfAll = ShareOfAll(state);
        TimeSpan left = clock.Elapsed * ((1 - shareOfAll) / (shareOfAll - shareBefore));
        line.Show(
            Epoch(state),
            share,
            LineOf.Shorter(
                $"loss {state.Loss:F3}",
                $"accuracy {state.Accuracy:F3}",
                $"{state.ExamplesSeen / state.TrainingSeconds:N0} images/s",
                $"{Duration(left)} left"));
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingState state, EpochRecord epoch)
    {
        string number = Epoch(state), loss = $"loss {epoch.Loss:F3}", seconds = $"{epoch.TrainingSeconds:F1} s", accuracy = $"{epoch.Accuracy:F3}";
        bool isValidated = epoch.ValidationLoss is not null;
        string? validationLoss = isValidated ? $"val_loss {epoch.ValidationLoss:F3}" : null;
        string? validation = isValidated ? $"{epoch.ValidationAccuracy:F3}" : null;
        string? whole = isValidated ? $"val_accuracy {validation}" : null, brief = isValidated ? $"val_acc {validation}" : null;
        string last = brief ?? $"acc {accuracy}"; // what one waits for
        line.WriteLine(
            LineOf.Joined(number, loss, $"accuracy {accuracy}", validationLoss, whole, seconds, $"{epoch.ImagesPerSecond:N0} images/s"),
            LineOf.Joined(number, loss, $"accuracy {accuracy}", validationLoss, whole, seconds),
            LineOf.Joined(number, loss, $"acc {accuracy}", validationLoss, brief, Took(epoch.TrainingSeconds)),
            LineOf.Joined(number, loss, $"acc {accuracy}", validationLoss, brief),
            LineOf.Joined(number, $"acc {accuracy}", brief),
            LineOf.Joined(number, last),
            LineOf.Joined(number[(number.IndexOf(' ', StringComparison.Ordinal) + 1)..], last),
            last);
    }

    private static double ShareOfAll(TrainingState state) =>
        Math.Max(0, state.Epoch - 1 + ((double)state.ExamplesSeen / state.Examples)) / state.Epochs;

    private static string Epoch(TrainingState state)
    {
        string epochs = $"{state.Epochs}";
        return $"epoch {state.Epoch.ToString().PadLeft(epochs.Length)}/{epochs}";
    }

    private static string Took(double seconds) => seconds < 60 ? $"{seconds:F1} s" : Duration(TimeSpan.FromSeconds(seconds));

    private static string Duration(TimeSpan time) => time.TotalMinutes < 1
        ? $"{Math.Ceiling(time.TotalSeconds):F0} s"
        : time.TotalHours < 1 ? $"{time.Minutes}:{time.Seconds:D2} min" : $"{(int)time.TotalHours}:{time.Minutes:D2} h";
}
