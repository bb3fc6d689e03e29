using NanoConv.Cifar.Data;
using NanoConv.Cifar.Networks;
using NanoConv.Data;

namespace NanoConv.Cifar.Experiments;

/// <summary>Images as the library takes them: bytes still, converted batch by batch.</summary>
internal static class ImageDataSets
{
    /// <summary>All training images, the later validation part included.</summary>
    public static ByteImageDataset<float> TrainingSet(this ImageData images) =>
        new(images.TrainingPixels, images.TrainingLabels, CifarNetwork.InputShape, images.ClassNames.Count);

    /// <summary>All test images.</summary>
    public static ByteImageDataset<float> TestSet(this ImageData images) =>
        new(images.TestPixels, images.TestLabels, CifarNetwork.InputShape, images.ClassNames.Count);
}
