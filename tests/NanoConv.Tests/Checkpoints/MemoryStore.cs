namespace NanoConv.Tests.Checkpoints;

/// <summary>Keeps every checkpoint, as the bytes of its file, and goes on from one of them if told to.</summary>
internal sealed class MemoryStore : CheckpointStore
{
    public SortedDictionary<int, byte[]> Checkpoints { get; } = [];

    /// <summary>The file to go on from; null to begin anew.</summary>
    public byte[]? From { get; init; }

    public override SavedState? Begin() => From is null ? null : CheckpointFile.Parse("memory", From);

    public override void Write(SavedState state, int step) => Checkpoints.Add(step, CheckpointFile.Write(state).ToArray());
}
