namespace NanoConv.Tests.Checkpoints;

/// <summary>Notes all that it is told, and remembers how much it was told before the fit was resumed.</summary>
internal sealed class Tally : Callback, IResumable
{
    public List<string> Told { get; } = [];

    public int Calls { get; private set; }

    public override void OnTrainBegin(TrainingState state) => Told.Add("train begins");

    public override void OnEpochBegin(TrainingState state) => Tell($"epoch {state.Epoch} begins");

    public override void OnStepEnd(TrainingState state) => Tell($"epoch {state.Epoch} step {state.Step} loss {state.Loss:R} accuracy {state.Accuracy:R}");

    public override void OnEpochEnd(TrainingState state, EpochRecord epoch) => Tell($"epoch {state.Epoch} ends, loss {epoch.Loss:R}");

    public override void OnTrainEnd(TrainingState state) => Tell("train ends");

    public void Save(SavedState memory) => memory.Set("calls", Calls);

    public void Restore(SavedState memory) => Calls = memory.Whole("calls");

    private void Tell(string what)
    {
        Told.Add(what);
        Calls++;
    }
}
