using System.Numerics;

namespace NanoConv;

/// <summary>Keeps a copy of the weights of the epoch with the greatest validation accuracy (or accuracy, without validation).</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="model">The model that is trained.</param>
public sealed class KeepBest<T>(Model<T> model) : Callback, IResumable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private T[]? weights;

    /// <summary>The best epoch so far; null before the first has ended.</summary>
    public EpochRecord? Best { get; private set; }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingState state, EpochRecord epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        if (Best is not null && Score(epoch) <= Score(Best))
            return;
        Best = epoch;
        weights ??= new T[model.ParameterCount];
        model.Weights.CopyTo(weights);
    }

    /// <summary>Puts the best weights back into the model, if there are any.</summary>
    /// <returns>Whether there were.</returns>
    public bool Restore()
    {
        if (weights is null)
            return false;
        model.Edit(weights.CopyTo);
        return true;
    }

    /// <inheritdoc/>
    public void Save(SavedState memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        memory.Set<double>("best", Best is null ? [] : EpochRecord.ToNumbers(Best));
        memory.Set<T>("weights", Best is null ? [] : weights);
    }

    /// <inheritdoc/>
    public void Restore(SavedState memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        EpochRecord[] best = EpochRecord.FromNumbers(memory, "best");
        ReadOnlySpan<T> kept = memory.Array<T>("weights", best.Length == 0 ? 0 : model.ParameterCount);
        (Best, weights) = best.Length == 0 ? (null, null) : (best[0], kept.ToArray());
    }

    private static double Score(EpochRecord epoch) => epoch.ValidationAccuracy ?? epoch.Accuracy;
}
