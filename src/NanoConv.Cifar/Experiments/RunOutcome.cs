namespace NanoConv.Cifar.Experiments;

/// <summary>How a training run ended.</summary>
public enum RunOutcome
{
    /// <summary>Trained and evaluated.</summary>
    Completed,

    /// <summary>Trained to the last epoch, but interrupted before the evaluation was through.</summary>
    EvaluationInterrupted,

    /// <summary>Interrupted in training.</summary>
    TrainingInterrupted,

    /// <summary>A checkpoint could not be kept.</summary>
    CheckpointFailed,

    /// <summary>The loss became NaN or infinite.</summary>
    Diverged,
}
