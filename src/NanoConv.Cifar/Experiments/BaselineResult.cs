namespace NanoConv.Cifar.Experiments;

/// <summary>What always predicting the most frequent training label comes to.</summary>
/// <param name="Class">The name of that class.</param>
/// <param name="TestAccuracy">The share of test images that are of it.</param>
public sealed record BaselineResult(string Class, double TestAccuracy);
