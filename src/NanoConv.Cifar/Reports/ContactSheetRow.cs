using NanoConv.Cifar.Images;

namespace NanoConv.Cifar.Reports;

/// <summary>A row of a contact sheet.</summary>
/// <param name="Label">Stands before the row.</param>
/// <param name="Images">The pictures from left to right.</param>
public sealed record ContactSheetRow(string Label, IReadOnlyList<RgbImage> Images);
