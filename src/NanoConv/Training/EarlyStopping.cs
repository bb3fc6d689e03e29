namespace NanoConv;

/// <summary>Ends training when validation loss (or loss, without validation) has not improved for some epochs.</summary>
public sealed class EarlyStopping : Callback, IResumable
{
    private readonly int patience;
    private double best = double.PositiveInfinity;
    private int wait;

    /// <summary>Specifies when to stop.</summary>
    /// <param name="patience">Epochs without improvement after which to stop, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public EarlyStopping(int patience = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, 1);
        this.patience = patience;
    }

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingState state) => (best, wait) = (double.PositiveInfinity, 0);

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingState state, EpochRecord epoch)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(epoch);
        double loss = epoch.ValidationLoss ?? epoch.Loss;
        if (loss < best)
            (best, wait) = (loss, 0);
        else if (++wait >= patience)
            state.StopTraining = true;
    }

    /// <inheritdoc/>
    public void Save(SavedState memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        memory.Set("best", best);
        memory.Set("wait", wait);
    }

    /// <inheritdoc/>
    public void Restore(SavedState memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        (best, wait) = (memory.Number("best"), memory.Whole("wait"));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(EarlyStopping)}(patience {patience})";
}
