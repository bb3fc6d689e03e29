namespace NanoConv.Cifar.Experiments;

/// <summary>What a run took.</summary>
/// <param name="StartedAt">When it began, UTC.</param>
/// <param name="FitSeconds">The fit from its first step to its end, validation included.</param>
/// <param name="TrainingSeconds">The training parts of all finished epochs.</param>
/// <param name="ImagesPerSecond">Images trained on a second of training parts, over all finished epochs.</param>
/// <param name="EvaluationSeconds">The reports on train and test after the fit; null if there are none.</param>
/// <param name="PeakMemoryBytes">The most memory the process has held resident.</param>
/// <param name="Resumed">How many times the run went on from a checkpoint; 0 in old files.</param>
public sealed record RunTimings(
    DateTime StartedAt,
    double FitSeconds,
    double TrainingSeconds,
    double? ImagesPerSecond,
    double? EvaluationSeconds,
    long PeakMemoryBytes,
    int Resumed = 0);
