namespace NanoConv.Training;

/// <summary>What training came to, epoch by epoch.</summary>
public sealed class History
{
    private readonly List<EpochRecord> epochs;
    private readonly List<string> warnings = [];

    /// <summary>Some epochs, in their order; none to begin with.</summary>
    /// <param name="epochs">The epochs.</param>
    public History(params IEnumerable<EpochRecord> epochs) => this.epochs = [.. epochs];

    /// <summary>The finished epochs.</summary>
    public IReadOnlyList<EpochRecord> Epochs => epochs;

    /// <summary>
    /// How it was trained, as far as the result depends on it: without threads, and without callbacks. Null if nobody said.
    /// </summary>
    public FitOptions? Options { get; init; }

    /// <summary>
    /// What is probably a mistake in the data, a sentence each, as <see cref="FitOptions.Warn"/> was told before the first step:
    /// classes that training lacks and validation has. They are not kept in files.
    /// </summary>
    public IReadOnlyList<string> Warnings => warnings;

    internal void Add(string warning) => warnings.Add(warning);

    internal void Add(EpochRecord epoch) => epochs.Add(epoch);
}
