using NanoConv.Losses;

namespace NanoConv.Training;

/// <summary>What one epoch of training came to.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Loss">Mean of the steps' losses with penalties, weighted by batch size, as the weights went along.</param>
/// <param name="Accuracy">Share of right answers, as the loss counts them, likewise, with dropout on; NaN if it counts none.</param>
/// <param name="ValidationLoss">Loss with penalties on the validation part, after the epoch, likewise; null without one.</param>
/// <param name="ValidationAccuracy">Accuracy on the validation part, after the epoch; null without one, or if the loss counts none.</param>
/// <param name="TrainingSeconds">Seconds of the training part, without validation.</param>
/// <param name="ImagesPerSecond">Examples a second of the training part.</param>
public sealed record EpochRecord(
    int Epoch,
    double Loss,
    double Accuracy,
    double? ValidationLoss,
    double? ValidationAccuracy,
    double TrainingSeconds,
    double ImagesPerSecond)
{
    private const int Numbers = 7;

    /// <summary>Epochs as plain numbers, NaN for null.</summary>
    internal static double[] ToNumbers(params IEnumerable<EpochRecord> epochs) => [.. epochs.SelectMany(epoch => (double[])
    [
        epoch.Epoch, epoch.Loss, epoch.Accuracy, epoch.ValidationLoss ?? double.NaN, epoch.ValidationAccuracy ?? double.NaN,
        epoch.TrainingSeconds, epoch.ImagesPerSecond,
    ])];

    /// <summary>What <see cref="ToNumbers"/> was made of.</summary>
    /// <exception cref="InvalidDataException">It is made of something else.</exception>
    internal static EpochRecord[] FromNumbers(SavedState saved, string name)
    {
        double[] numbers = [.. saved.Array<double>(name)];
        if (numbers.Length % Numbers != 0)
            throw saved.Mistake(name, $"expected {Numbers} numbers an epoch, found {numbers.Length}");
        return [.. numbers.Chunk(Numbers).Select(row => new EpochRecord(
            (int)row[0], row[1], row[2], double.IsNaN(row[3]) ? null : row[3], double.IsNaN(row[4]) ? null : row[4], row[5], row[6]))];
    }
}
