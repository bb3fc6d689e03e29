using System.Security.Cryptography;
using NanoConv.Metrics;

namespace NanoConv.Cifar.Data;

/// <summary>
/// Training and test images of one data set, as bytes: 32 × 32 pixels of 3 channels an image, in the order height,
/// width, channel (red, green, blue), one image after the other. Nothing is converted to numbers of another type
/// here; a batch is converted when it is used.
/// </summary>
public sealed class ImageData
{
    /// <summary>Rows of an image, in pixels.</summary>
    public const int Height = 32;

    /// <summary>Columns of an image, in pixels.</summary>
    public const int Width = 32;

    /// <summary>Channels of a pixel: red, green, blue.</summary>
    public const int Channels = 3;

    /// <summary>Bytes of one image: height · width · channels.</summary>
    public const int ImageBytes = Height * Width * Channels;

    private readonly Lazy<string> trainingSha256;
    private readonly Lazy<string> testSha256;

    /// <summary>Joins arrays to a data set; the arrays are kept, not copied.</summary>
    /// <param name="name">Name of the data set, "CIFAR-10" or "Shapes10".</param>
    /// <param name="source">Where the images came from, for reports: a path, or "built in".</param>
    /// <param name="isCifar10">Whether these are the images of CIFAR-10.</param>
    /// <param name="classNames">Names of the classes; a label is an index into it.</param>
    /// <param name="training">Training pixels [images, 32, 32, 3] and their labels.</param>
    /// <param name="test">Test pixels [images, 32, 32, 3] and their labels.</param>
    /// <exception cref="ArgumentException">Pixels and labels are not of equally many images.</exception>
    public ImageData(
        string name,
        string source,
        bool isCifar10,
        IReadOnlyList<string> classNames,
        (byte[] Pixels, byte[] Labels) training,
        (byte[] Pixels, byte[] Labels) test)
    {
        RequireSameCount(training, nameof(training));
        RequireSameCount(test, nameof(test));
        Name = name;
        Source = source;
        IsCifar10 = isCifar10;
        ClassNames = classNames;
        (TrainingPixels, TrainingLabels) = training;
        (TestPixels, TestLabels) = test;
        trainingSha256 = new Lazy<string>(() => Digest(TrainingPixels, TrainingLabels));
        testSha256 = new Lazy<string>(() => Digest(TestPixels, TestLabels));
    }

    /// <summary>Name of the data set, "CIFAR-10" or "Shapes10".</summary>
    public string Name { get; }

    /// <summary>Where the images came from, for reports: a path, or "built in".</summary>
    public string Source { get; }

    /// <summary>Whether these are the images of CIFAR-10; if not, every output has to say so.</summary>
    public bool IsCifar10 { get; }

    /// <summary>Names of the classes; a label is an index into it.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Training images, [<see cref="TrainingCount"/>, 32, 32, 3].</summary>
    public byte[] TrainingPixels { get; }

    /// <summary>One label for each training image.</summary>
    public byte[] TrainingLabels { get; }

    /// <summary>Test images, [<see cref="TestCount"/>, 32, 32, 3].</summary>
    public byte[] TestPixels { get; }

    /// <summary>One label for each test image.</summary>
    public byte[] TestLabels { get; }

    /// <summary>Number of training images.</summary>
    public int TrainingCount => TrainingLabels.Length;

    /// <summary>Number of test images.</summary>
    public int TestCount => TestLabels.Length;

    /// <summary>SHA-256 over the training images' pixels, then their labels, in hexadecimal.</summary>
    public string TrainingSha256 => trainingSha256.Value;

    /// <summary>SHA-256 over the test images' pixels, then their labels, in hexadecimal.</summary>
    public string TestSha256 => testSha256.Value;

    /// <summary>The same data with the first training images only.</summary>
    /// <param name="trainingImages">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not as many.</exception>
    public ImageData First(int trainingImages)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(trainingImages, TrainingCount);
        return trainingImages == TrainingCount ? this : new ImageData(
            Name, Source, IsCifar10, ClassNames,
            (TrainingPixels[..(trainingImages * ImageBytes)], TrainingLabels[..trainingImages]),
            (TestPixels, TestLabels));
    }

    private static string Digest(byte[] pixels, byte[] labels)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(pixels);
        hash.AppendData(labels);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void RequireSameCount((byte[] Pixels, byte[] Labels) images, string parameter)
    {
        if (images.Pixels.LongLength != (long)images.Labels.Length * ImageBytes)
            throw new ArgumentException(
                $"expected {ImageBytes:N0} bytes of pixels a label, received {images.Pixels.Length:N0} bytes " +
                $"and {images.Labels.Length:N0} labels", parameter);
    }
}
