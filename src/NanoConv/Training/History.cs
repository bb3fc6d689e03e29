namespace NanoConv;

/// <summary>What training came to, epoch by epoch.</summary>
public sealed class History
{
    private readonly List<EpochRecord> epochs = [];

    /// <summary>The finished epochs.</summary>
    public IReadOnlyList<EpochRecord> Epochs => epochs;

    internal void Add(EpochRecord epoch) => epochs.Add(epoch);
}
