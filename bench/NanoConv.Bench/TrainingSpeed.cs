namespace NanoConv.Bench;

/// <summary>How fast training runs.</summary>
/// <param name="ImagesPerSecond">Median over epochs.</param>
/// <param name="Share">Of the machine's peak: median over epochs, each beside a burst of multiply-adds.</param>
/// <param name="BytesPerStep">Managed bytes that a step allocates, on all threads.</param>
internal sealed record TrainingSpeed(double ImagesPerSecond, double Share, double BytesPerStep);
