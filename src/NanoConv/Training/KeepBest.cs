using System.Numerics;
using NanoConv.Graphs;

namespace NanoConv.Training;

/// <summary>
/// Keeps a copy of the weights of a fit's best epoch, the first one where several are as good: by default the one with the
/// greatest validation accuracy. <see cref="Restore()"/> puts them back whenever it is called; nothing else does.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class KeepBest<T> : Callback, IResumable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly EpochComparison comparison;
    private readonly KeptWeights<T> weights;

    /// <summary>Specifies what is best.</summary>
    /// <param name="model">The model that is trained.</param>
    /// <param name="monitor">By what epochs are compared; a fit without validation is refused where it is one of validation.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is no quantity.</exception>
    public KeepBest(Model<T> model, EpochQuantity monitor = EpochQuantity.ValidationAccuracy)
    {
        ArgumentNullException.ThrowIfNull(model);
        comparison = new EpochComparison(monitor).Checked(nameof(KeepBest<T>));
        weights = new KeptWeights<T>(model);
    }

    /// <summary>The best epoch of the fit so far; null before the first has ended.</summary>
    public EpochRecord? Best { get; private set; }

    /// <summary>A fit begins: what an earlier one has left is forgotten.</summary>
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The fit has no validation, and a quantity of it is monitored.</exception>
    public override void OnTrainBegin(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        comparison.Check(nameof(KeepBest<T>), state);
        Best = null;
        weights.Clear();
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingState state, EpochRecord epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        if (Best is not null && !comparison.IsBetter(comparison.Of(epoch), comparison.Of(Best)))
            return;
        Best = epoch;
        weights.Keep();
    }

    /// <summary>Puts the best weights back into the model, if there are any.</summary>
    /// <returns>Whether there were.</returns>
    public bool Restore() => weights.Restore();

    /// <inheritdoc/>
    public void Save(SavedState memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        memory.Set<double>("best", Best is null ? [] : EpochRecord.ToNumbers(Best));
        weights.Save(memory, "weights");
    }

    /// <inheritdoc/>
    public void Restore(SavedState memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        EpochRecord[] best = EpochRecord.FromNumbers(memory, "best");
        weights.Load(memory, "weights", best.Length > 0);
        Best = best.Length == 0 ? null : best[0];
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(KeepBest<T>)}(monitor {comparison.Name})";
}
