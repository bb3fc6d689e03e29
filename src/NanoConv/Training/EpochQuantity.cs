using NanoConv.Losses;

namespace NanoConv.Training;

/// <summary>A figure of an <see cref="EpochRecord"/> by which epochs are compared.</summary>
public enum EpochQuantity
{
    /// <summary>Keras's <c>val_loss</c>: the less the better.</summary>
    ValidationLoss,

    /// <summary>Keras's <c>val_accuracy</c>: the more the better.</summary>
    ValidationAccuracy,

    /// <summary>Keras's <c>loss</c>, of the training part: the less the better.</summary>
    Loss,

    /// <summary>Keras's <c>accuracy</c>, of the training part: the more the better.</summary>
    Accuracy,
}
