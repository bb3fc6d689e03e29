namespace NanoConv;

/// <summary>What one epoch of training came to.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Loss">Mean of the steps' losses with penalties, weighted by batch size, as the weights went along.</param>
/// <param name="Accuracy">Share of examples classified rightly, likewise, with dropout on.</param>
/// <param name="ValidationLoss">Loss with penalties on the validation part, after the epoch; null without one.</param>
/// <param name="ValidationAccuracy">Accuracy on the validation part, after the epoch; null without one.</param>
/// <param name="TrainingSeconds">Seconds of the training part, without validation.</param>
/// <param name="ImagesPerSecond">Examples a second of the training part.</param>
public sealed record EpochRecord(
    int Epoch,
    double Loss,
    double Accuracy,
    double? ValidationLoss,
    double? ValidationAccuracy,
    double TrainingSeconds,
    double ImagesPerSecond);
