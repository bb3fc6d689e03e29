using NanoConv.Cifar.Experiments;

namespace NanoConv.Cifar.Reproduction;

/// <summary>One setting of an experiment.</summary>
/// <param name="Label">How the experiment tells it from its other settings: "n = 5,000".</param>
/// <param name="Settings">What to run, with any seed.</param>
/// <param name="Figures">What the paper says of it.</param>
public sealed record PaperRow(string Label, RunSettings Settings, params IReadOnlyList<PaperFigure> Figures)
{
    /// <summary>Whether the claim is of a network that learns; false where it says itself that accuracy is lost.</summary>
    public bool Learns { get; init; } = true;
}
