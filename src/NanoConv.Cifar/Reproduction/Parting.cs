using NanoConv.Training;

namespace NanoConv.Cifar.Reproduction;

/// <summary>When the curves of training and validation part: the paper's sign of over-fitting.</summary>
public static class Parting
{
    /// <summary>How far training accuracy must be above validation accuracy.</summary>
    public const double Margin = 0.03;

    private const int Window = 5;

    /// <summary>
    /// The epoch from which on training accuracy stays more than <see cref="Margin"/> above validation accuracy to the end,
    /// both averaged over five epochs around it; null if they end closer together, or without validation.
    /// </summary>
    /// <param name="history">A run's epochs.</param>
    public static int? Epoch(IReadOnlyList<EpochRecord> history)
    {
        int? parts = null;
        for (int i = history.Count - 1; i >= 0 && Gap(history, i) > Margin; i--)
            parts = history[i].Epoch;
        return parts;
    }

    /// <summary>Training accuracy less validation accuracy, averaged over the last five epochs; null without validation.</summary>
    /// <param name="history">A run's epochs.</param>
    public static double? FinalGap(IReadOnlyList<EpochRecord> history)
    {
        EpochRecord[] last = [.. history.TakeLast(Window).Where(epoch => epoch.ValidationAccuracy is not null)];
        return last.Length == 0 ? null : last.Average(epoch => epoch.Accuracy - epoch.ValidationAccuracy!.Value);
    }

    // NaN, which is not above anything, without validation.
    private static double Gap(IReadOnlyList<EpochRecord> history, int at)
    {
        int first = Math.Max(0, at - Window / 2), end = Math.Min(history.Count, at + Window / 2 + 1);
        double sum = 0;
        for (int i = first; i < end; i++)
            sum += history[i].Accuracy - (history[i].ValidationAccuracy ?? double.NaN);
        return sum / (end - first);
    }
}
