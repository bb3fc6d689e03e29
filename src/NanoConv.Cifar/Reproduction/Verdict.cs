namespace NanoConv.Cifar.Reproduction;

/// <summary>What our runs say of a claim.</summary>
/// <param name="Kind">In a word.</param>
/// <param name="Words">Why, in a sentence or two, with our figures.</param>
public sealed record Verdict(VerdictKind Kind, string Words);
