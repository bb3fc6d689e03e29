using System.Xml.Linq;
using NanoConv.Cifar.Data;
using NanoConv.Cifar.Images;
using NanoConv.Cifar.Reproduction;
using SkiaSharp;
using static NanoConv.Cifar.Reports.Page.Html;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>The test images of which a run's model is surest, where it is right and where it is wrong.</summary>
internal static class ExampleImages
{
    private const int ShownProbabilities = 3;
    private const int Size = 96;

    /// <summary>Makes them; null without pictures of the run's data.</summary>
    /// <param name="run">The run.</param>
    /// <param name="context">The page.</param>
    public static XElement? Create(FinishedRun run, PageContext context)
    {
        if (context.Result.Pictures is not { } images
            || context.Result.Models.Surest(run, images, isRight: true, Prediction.Shown) is not { } right
            || context.Result.Models.Surest(run, images, isRight: false, Prediction.Shown) is not { } wrong)
        {
            return null;
        }

        return Tag(
            "div",
            Strip("Right, and surest of it", "Not one test image was classified rightly.", right, images),
            Strip("Wrong, and surest of it", "Not one test image was classified wrongly.", wrong, images));
    }

    private static XElement Strip(string title, string none, IReadOnlyList<Prediction> chosen, ImageData images) => Tag(
        "div",
        Tag("h5", title),
        chosen.Count == 0 ? P(none) : Tag("div", Class("examples"), chosen.Select(prediction => Example(prediction, images))));

    private static XElement Example(Prediction prediction, ImageData images)
    {
        string truth = images.ClassNames[prediction.Truth], predicted = images.ClassNames[prediction.Predicted];
        return Tag(
            "figure",
            Picture(Png(images, prediction.Image), $"Test image {prediction.Image}: {truth}, taken for {predicted}", Size, Size),
            Tag(
                "figcaption",
                "truth: ", Tag("strong", truth), Tag("br"),
                "prediction: ", Tag("strong", predicted),
                Tag("ol", prediction.Ranking.Take(ShownProbabilities).Select(c => Tag(
                    "li", $"{images.ClassNames[c]} {Text.Percent(prediction.Probabilities[c])}")))));
    }

    private static byte[] Png(ImageData images, int index)
    {
        ReadOnlyMemory<byte> pixels = images.TestPixels.AsMemory(index * ImageData.ImageBytes, ImageData.ImageBytes);
        using SKBitmap bitmap = ImageFile.ToBitmap(new RgbImage(ImageData.Width, ImageData.Height, pixels));
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }
}
