namespace NanoConv.Graphs;

/// <summary>Which layers of a network, as it is written, a step of a compilation stands for.</summary>
/// <param name="Place">The place of the first one, which gives the step its name.</param>
/// <param name="Folded">The names of those that are part of its weights.</param>
/// <param name="Fused">The names of those that are done in place behind it, in order.</param>
/// <param name="Remark">Why it could not be folded itself; null if that is no question.</param>
internal sealed record StepOrigin(int Place, IReadOnlyList<string> Folded, IReadOnlyList<string> Fused, string? Remark);
