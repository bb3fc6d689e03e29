using NanoConv.Metrics;

namespace NanoConv.Cifar.Experiments;

/// <summary>The images of a run.</summary>
/// <param name="Name">The data set.</param>
/// <param name="IsCifar10">Whether it is CIFAR-10.</param>
/// <param name="Source">Where it was read from.</param>
/// <param name="Notice">What has to be said of it; null for CIFAR-10.</param>
/// <param name="ClassNames">The names of the classes; a label is an index into them.</param>
/// <param name="TrainingImages">Images trained on.</param>
/// <param name="ValidationImages">Images held out for validation.</param>
/// <param name="TestImages">Test images.</param>
/// <param name="TrainingSha256">SHA-256 over the training images' pixels, then their labels, in hexadecimal; null in old files.</param>
/// <param name="TestSha256">The same over the test images.</param>
public sealed record RunData(
    string Name,
    bool IsCifar10,
    string Source,
    string? Notice,
    IReadOnlyList<string> ClassNames,
    int TrainingImages,
    int ValidationImages,
    int TestImages,
    string? TrainingSha256 = null,
    string? TestSha256 = null);
