namespace NanoConv.Tests;

/// <summary>Does something after each training step.</summary>
internal sealed class OnStep(Action<TrainingState> action) : Callback
{
    public override void OnStepEnd(TrainingState state) => action(state);
}
