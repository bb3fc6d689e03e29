using NanoConv.Losses;
using NanoConv.Training;

namespace NanoConv.Cifar.Reports;

/// <summary>One run's figures after each epoch, from the first on.</summary>
/// <param name="Name">For the legend: what sets this run apart.</param>
/// <param name="Accuracy">On the training part, during the epoch.</param>
/// <param name="Loss">On the training part, during the epoch.</param>
/// <param name="ValidationAccuracy">After the epoch; empty without a validation part.</param>
/// <param name="ValidationLoss">After the epoch; empty without a validation part.</param>
public sealed record LearningCurve(
    string Name,
    IReadOnlyList<double> Accuracy,
    IReadOnlyList<double> Loss,
    IReadOnlyList<double> ValidationAccuracy,
    IReadOnlyList<double> ValidationLoss)
{
    /// <summary>Of a run's history.</summary>
    /// <param name="name">The curve's name.</param>
    /// <param name="history">The run's epochs.</param>
    public static LearningCurve Of(string name, IReadOnlyList<EpochRecord> history) => new(
        name,
        [.. history.Select(epoch => epoch.Accuracy)],
        [.. history.Select(epoch => epoch.Loss)],
        [.. history.Select(epoch => epoch.ValidationAccuracy).OfType<double>()],
        [.. history.Select(epoch => epoch.ValidationLoss).OfType<double>()]);

    /// <summary>The epoch from which on training and validation part; null if they do not, or not to show it.</summary>
    public int? PartsAt { get; init; }
}
