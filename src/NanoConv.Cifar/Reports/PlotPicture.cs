namespace NanoConv.Cifar.Reports;

/// <summary>A plot as a picture of twice the pixels of the place that it is made for.</summary>
/// <param name="Png">The PNG file.</param>
/// <param name="Width">The width to show it at.</param>
/// <param name="Height">The height to show it at.</param>
internal sealed record PlotPicture(byte[] Png, int Width, int Height);
