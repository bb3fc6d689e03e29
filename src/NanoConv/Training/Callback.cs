namespace NanoConv.Training;

/// <summary>Something that is told how training goes. It runs on the thread that called Fit.</summary>
/// <remarks>One that remembers what it was told, and that is to be right in a fit resumed from a checkpoint, is <see cref="IResumable"/>.</remarks>
public abstract class Callback
{
    /// <summary>Before the first epoch. A callback may serve one fit after another: what it remembers of an earlier one it forgets here.</summary>
    /// <param name="state">Where training is.</param>
    public virtual void OnTrainBegin(TrainingState state)
    {
    }

    /// <summary>Before an epoch's first step.</summary>
    /// <param name="state">Where training is.</param>
    public virtual void OnEpochBegin(TrainingState state)
    {
    }

    /// <summary>After each step.</summary>
    /// <param name="state">Where training is.</param>
    public virtual void OnStepEnd(TrainingState state)
    {
    }

    /// <summary>After an epoch and its validation.</summary>
    /// <param name="state">Where training is.</param>
    /// <param name="epoch">What the epoch came to.</param>
    public virtual void OnEpochEnd(TrainingState state, EpochRecord epoch)
    {
    }

    /// <summary>After the last epoch; not after a cancellation or an error.</summary>
    /// <param name="state">Where training is.</param>
    public virtual void OnTrainEnd(TrainingState state)
    {
    }

    /// <summary>Its type, and whatever it was set to: a fit is resumed only with the same <see cref="IResumable"/> callbacks.</summary>
    public override string ToString() => GetType().Name.Split('`')[0];
}
