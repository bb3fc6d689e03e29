namespace NanoConv.Cifar.Data;

/// <summary>The images a run uses, and what has to be said about them.</summary>
/// <param name="Images">The images.</param>
/// <param name="Notice">
/// One line that every output has to show, saying plainly that this is not CIFAR-10 and why; null if it is CIFAR-10.
/// </param>
public sealed record SelectedData(ImageData Images, string? Notice);
