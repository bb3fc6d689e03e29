using NanoConv.Training;

namespace NanoConv.Cifar.Experiments;

/// <summary>Keeps the finished epochs, also those of a fit that is broken off, or was, and resumed.</summary>
internal sealed class EpochLog : Callback
{
    private readonly List<EpochRecord> epochs = [];

    /// <summary>The finished epochs.</summary>
    public IReadOnlyList<EpochRecord> Epochs => epochs;

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingState state)
    {
        epochs.Clear();
        epochs.AddRange(state.History.Epochs);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingState state, EpochRecord epoch) => epochs.Add(epoch);
}
