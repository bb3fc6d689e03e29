namespace NanoConv;

/// <summary>What training came to, epoch by epoch.</summary>
public sealed class History
{
    private readonly List<EpochRecord> epochs;

    /// <summary>Some epochs, in their order; none to begin with.</summary>
    /// <param name="epochs">The epochs.</param>
    public History(params IEnumerable<EpochRecord> epochs) => this.epochs = [.. epochs];

    /// <summary>The finished epochs.</summary>
    public IReadOnlyList<EpochRecord> Epochs => epochs;

    /// <summary>
    /// How it was trained, as far as the result depends on it: without threads, and without callbacks. Null if nobody said.
    /// </summary>
    public FitOptions? Options { get; init; }

    internal void Add(EpochRecord epoch) => epochs.Add(epoch);
}
