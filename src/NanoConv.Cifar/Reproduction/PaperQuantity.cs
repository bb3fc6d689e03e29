namespace NanoConv.Cifar.Reproduction;

/// <summary>What a figure of the paper is.</summary>
public enum PaperQuantity
{
    /// <summary>Accuracy on the test images, from 0 to 1.</summary>
    TestAccuracy,

    /// <summary>Accuracy on all training images, from 0 to 1.</summary>
    TrainAccuracy,

    /// <summary>Accuracy on the training part during the last epoch, with dropout, from 0 to 1: where the curve ends.</summary>
    TrainingCurve,

    /// <summary>Accuracy on the validation part after an epoch, from 0 to 1.</summary>
    ValidationAccuracy,

    /// <summary>Accuracy on test of always predicting the most frequent class, from 0 to 1.</summary>
    BaselineAccuracy,

    /// <summary>Trainable numbers.</summary>
    Parameters,

    /// <summary>Seconds for the fit.</summary>
    FitSeconds,
}
