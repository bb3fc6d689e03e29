using System.Globalization;

namespace NanoConv.Training;

/// <summary>
/// Lowers the learning rate when a quantity has not improved for some epochs; arguments, defaults and rules are those of Keras 3. Where the
/// optimizer has a schedule, which Keras refuses, all of its rates to come are lowered.
/// </summary>
/// <example><code>new ReduceLROnPlateau(EpochQuantity.ValidationLoss, factor: 0.2, patience: 5, minLearningRate: 1e-5)</code></example>
public sealed class ReduceLROnPlateau : Callback, IResumable
{
    private readonly EpochComparison comparison;
    private readonly double factor;
    private readonly int patience;
    private readonly int cooldown;
    private readonly double minLearningRate;
    private double? best;
    private int wait;
    private int cooldownLeft;

    /// <summary>Specifies when and how far.</summary>
    /// <param name="monitor">What is to improve; a loss by falling, an accuracy by rising.</param>
    /// <param name="factor">The share of the rate that is left, in (0, 1).</param>
    /// <param name="patience">Epochs without improvement after which it is lowered, at least 0; 0 waits as 1 does.</param>
    /// <param name="minDelta">An improvement is one by more than this, at least 0.</param>
    /// <param name="cooldown">Epochs after it was lowered that are not waited in, at least 0.</param>
    /// <param name="minLearningRate">Keras's <c>min_lr</c>: the rate is lowered to no less than this, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is out of its range.</exception>
    public ReduceLROnPlateau(
        EpochQuantity monitor = EpochQuantity.ValidationLoss,
        double factor = 0.1,
        int patience = 10,
        double minDelta = 1e-4,
        int cooldown = 0,
        double minLearningRate = 0)
    {
        comparison = new EpochComparison(monitor, minDelta).Checked(nameof(ReduceLROnPlateau));
        if (!(factor > 0 && factor < 1))
            throw new ArgumentOutOfRangeException(nameof(factor), $"{nameof(ReduceLROnPlateau)}: expected a factor in (0, 1), received {factor}");
        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        ArgumentOutOfRangeException.ThrowIfNegative(cooldown);
        if (!(minLearningRate >= 0 && double.IsFinite(minLearningRate)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(minLearningRate), $"{nameof(ReduceLROnPlateau)}: expected a learning rate of at least 0, received {minLearningRate}");
        }

        (this.factor, this.patience, this.cooldown, this.minLearningRate) = (factor, patience, cooldown, minLearningRate);
    }

    /// <summary>How often the rate was lowered.</summary>
    public int Reductions { get; private set; }

    /// <summary>A fit begins: what an earlier one has left is forgotten.</summary>
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The fit has no validation, and a quantity of it is monitored.</exception>
    public override void OnTrainBegin(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        comparison.Check(nameof(ReduceLROnPlateau), state);
        (best, wait, cooldownLeft, Reductions) = (null, 0, 0, 0);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingState state, EpochRecord epoch)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(epoch);
        double value = comparison.Of(epoch);
        if (cooldownLeft > 0)
            (cooldownLeft, wait) = (cooldownLeft - 1, 0);
        if (best is null || comparison.IsBetter(value, best.Value))
            (best, wait) = (value, 0);
        else if (cooldownLeft == 0 && ++wait >= patience && state.LearningRate > minLearningRate * (1 + Rounding))
            Reduce(state);
    }

    /// <inheritdoc/>
    public void Save(SavedState memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        memory.Set<double>("best", best is null ? [] : [best.Value]);
        memory.Set("wait", wait);
        memory.Set("cooldown", cooldownLeft);
        memory.Set("reductions", Reductions);
    }

    /// <inheritdoc/>
    public void Restore(SavedState memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ReadOnlySpan<double> value = memory.Array<double>("best");
        if (value.Length > 1)
            throw memory.Mistake("best", $"expected one number at most, found {value.Length}");
        (wait, cooldownLeft, Reductions) = (memory.Whole("wait"), memory.Whole("cooldown"), memory.Whole("reductions"));
        best = value.IsEmpty ? null : value[0];
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{nameof(ReduceLROnPlateau)}(monitor {comparison.Name}, factor {factor:R}, patience {patience}, min_delta {comparison.MinDelta:R}, "
        + $"cooldown {cooldown}, min_lr {minLearningRate:R})");

    // A rate that was cut down to the least one may be off by as much.
    private const double Rounding = 1e-12;

    private void Reduce(TrainingState state)
    {
        state.LearningRateScale *= Math.Max(factor, minLearningRate / state.LearningRate);
        (cooldownLeft, wait) = (cooldown, 0);
        Reductions++;
    }
}
