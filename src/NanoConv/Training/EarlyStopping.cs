using System.Globalization;

namespace NanoConv.Training;

/// <summary>
/// Ends training when a quantity has not improved for some epochs; arguments, defaults and rules are those of Keras 3. Only
/// a quantity that the fit does not have is refused, where Keras warns.
/// </summary>
/// <example><code>new EarlyStopping(EpochQuantity.ValidationAccuracy, patience: 5, restoreBestWeights: true)</code></example>
public sealed class EarlyStopping : Callback, IResumable
{
    private readonly EpochComparison comparison;
    private readonly int patience;
    private readonly double? baseline;
    private readonly bool restoreBestWeights;
    private readonly int startFromEpoch;
    private KeptWeights? weights;
    private double? best;
    private int wait;

    /// <summary>Specifies when to stop.</summary>
    /// <param name="monitor">What is to improve; a loss by falling, an accuracy by rising.</param>
    /// <param name="minDelta">An improvement is one by more than this, at least 0.</param>
    /// <param name="patience">Epochs without improvement after which to stop, at least 0; 0 stops as 1 does, after the first.</param>
    /// <param name="baseline">
    /// The wait for an improvement ends only when the quantity improves on this, too; null for none. An epoch that is better than all
    /// before it never ends training, though.
    /// </param>
    /// <param name="restoreBestWeights">
    /// Whether the model ends with the weights of the best epoch, also when training was not stopped; not after a cancellation or an
    /// error. Without, it ends with those of the last epoch.
    /// </param>
    /// <param name="startFromEpoch">Epochs at the beginning that are not looked at, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is out of its range.</exception>
    public EarlyStopping(
        EpochQuantity monitor = EpochQuantity.ValidationLoss,
        double minDelta = 0,
        int patience = 0,
        double? baseline = null,
        bool restoreBestWeights = false,
        int startFromEpoch = 0)
    {
        comparison = new EpochComparison(monitor, minDelta).Checked(nameof(EarlyStopping));
        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        ArgumentOutOfRangeException.ThrowIfNegative(startFromEpoch);
        if (baseline is { } bound && !double.IsFinite(bound))
            throw new ArgumentOutOfRangeException(nameof(baseline), $"{nameof(EarlyStopping)}: expected a finite baseline, received {bound}");
        (this.patience, this.baseline, this.restoreBestWeights, this.startFromEpoch) = (patience, baseline, restoreBestWeights, startFromEpoch);
    }

    /// <summary>The epoch after which training was stopped, from 1; null if it was not.</summary>
    public int? StoppedEpoch { get; private set; }

    /// <summary>The best epoch so far, from 1; null before the first that counts. Its weights are those that are restored.</summary>
    public int? BestEpoch { get; private set; }

    /// <summary>A fit begins: what an earlier one has left is forgotten.</summary>
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The fit has no validation, and a quantity of it is monitored.</exception>
    public override void OnTrainBegin(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        comparison.Check(nameof(EarlyStopping), state);
        weights = restoreBestWeights ? state.NewKeptWeights() : null;
        (best, wait, StoppedEpoch, BestEpoch) = (null, 0, null, null);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingState state, EpochRecord epoch)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(epoch);
        if (epoch.Epoch <= startFromEpoch)
            return;
        double value = comparison.Of(epoch);
        wait++;
        if (best is null || comparison.IsBetter(value, best.Value))
        {
            (best, BestEpoch) = (value, epoch.Epoch);
            weights?.Keep();
            if (baseline is null || comparison.IsBetter(value, baseline.Value))
                wait = 0;
        }
        else if (wait >= patience)
        {
            StoppedEpoch = epoch.Epoch;
            state.StopTraining = true;
        }
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(TrainingState state) => weights?.Restore();

    /// <inheritdoc/>
    public void Save(SavedState memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        memory.Set<double>("best", best is null ? [] : [best.Value]);
        memory.Set("best_epoch", BestEpoch ?? 0);
        memory.Set("wait", wait);
        memory.Set("stopped_epoch", StoppedEpoch ?? 0);
        weights?.Save(memory, "weights");
    }

    /// <inheritdoc/>
    public void Restore(SavedState memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        int bestEpoch = memory.Whole("best_epoch"), stoppedEpoch = memory.Whole("stopped_epoch"), waited = memory.Whole("wait");
        ReadOnlySpan<double> value = memory.Array<double>("best", bestEpoch == 0 ? 0 : 1);
        weights?.Load(memory, "weights", isThere: bestEpoch != 0);
        (BestEpoch, StoppedEpoch) = (bestEpoch == 0 ? null : bestEpoch, stoppedEpoch == 0 ? null : stoppedEpoch);
        (best, wait) = (bestEpoch == 0 ? null : value[0], waited);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        string least = baseline?.ToString("R", CultureInfo.InvariantCulture) ?? "none";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{nameof(EarlyStopping)}(monitor {comparison.Name}, min_delta {comparison.MinDelta:R}, patience {patience}, baseline {least}, "
            + $"restore_best_weights {restoreBestWeights}, start_from_epoch {startFromEpoch})");
    }
}
