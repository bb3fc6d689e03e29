namespace NanoConv.Tests;

/// <summary>A callback from a lambda, after each epoch.</summary>
internal sealed class Watch(Action<TrainingState, EpochRecord> action) : Callback
{
    public override void OnEpochEnd(TrainingState state, EpochRecord epoch) => action(state, epoch);
}
