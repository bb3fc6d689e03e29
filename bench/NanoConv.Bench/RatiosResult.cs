namespace NanoConv.Bench;

/// <summary>What the mode ratios found.</summary>
internal sealed record RatiosResult(
    string Network,
    int Batch,
    int InferenceBatch,
    int Threads,
    int VectorBits,
    int Rounds,
    double Seconds,
    IReadOnlyList<Ratio> Ratios);
