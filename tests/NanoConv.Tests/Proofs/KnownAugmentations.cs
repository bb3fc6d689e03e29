namespace NanoConv.Tests;

/// <summary>Every layer of augmentation, in every mode: all tests that they share go through this list.</summary>
internal static class KnownAugmentations
{
    /// <summary>For pictures of at least 4 × 4 pixels; fresh ones with each call.</summary>
    public static Layer[] All() =>
    [
        .. Enum.GetValues<FlipMode>().SelectMany(mode => (Layer[])[new RandomFlip(mode), new RandomFlip(mode, alternating: true)]),
        .. Enum.GetValues<FillMode>().Select(mode => new RandomCrop(4, 3, padding: 3, mode, fillValue: 0.5)),
        new RandomCrop(3, 4),
        .. Enum.GetValues<FillMode>().Select(mode => new RandomTranslation(0.7, (-0.3, 0.9), mode, fillValue: 0.5)),
        new RandomTranslation(0.3, 0.3, interpolation: Interpolation.Nearest),
        .. Enum.GetValues<FillMode>().Select(mode => new RandomRotation(0.4, mode, fillValue: -0.25)),
        new RandomRotation((0.1, 0.2), interpolation: Interpolation.Nearest),
        new RandomBrightness(0.5),
        new RandomBrightness((0.1, 0.2), (-1, 1)),
        new RandomContrast(0.5, valueRange: (-1, 1)),
        new RandomContrast(0.9, 0.2, (-0.8, 0.8)),
        new Cutout(3, 0.5),
        new Cutout((2, 5)),
    ];

    /// <summary>Their places in <see cref="All"/>, for a theory.</summary>
    public static TheoryData<int> Places { get; } = [.. Enumerable.Range(0, All().Length)];
}
