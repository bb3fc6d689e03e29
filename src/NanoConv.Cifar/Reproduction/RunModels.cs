using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Graphs;

namespace NanoConv.Cifar.Reproduction;

/// <summary>The trained models and what they take the test images for, each found out once.</summary>
public sealed class RunModels
{
    private readonly Dictionary<string, Model<float>> models = [];
    private readonly Dictionary<string, IReadOnlyList<Prediction>> predictions = [];

    /// <summary>A run's model.</summary>
    /// <param name="run">The run.</param>
    public Model<float> Of(FinishedRun run)
    {
        if (!models.TryGetValue(run.Folder, out Model<float>? model))
            models.Add(run.Folder, model = ModelFile.Read(run.ModelPath).Model);
        return model;
    }

    /// <summary>
    /// The test images of which a run's model is surest, where it is right or where it is wrong, the surest first; null
    /// if these are not the images that the run was tested on.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="images">The data it was trained on.</param>
    /// <param name="isRight">Whether those that it took for what they are.</param>
    /// <param name="count">At most as many.</param>
    public IReadOnlyList<Prediction>? Surest(FinishedRun run, ImageData? images, bool isRight, int count) =>
        images is null || images.TestSha256 != run.Record.Data.TestSha256 ? null :
        [
            .. Predict(run, images)
                .Where(prediction => prediction.Predicted == prediction.Truth == isRight)
                .OrderByDescending(prediction => prediction.Confidence)
                .Take(count),
        ];

    internal IReadOnlyList<Prediction> Predict(FinishedRun run, ImageData images)
    {
        if (predictions.TryGetValue(run.Folder, out IReadOnlyList<Prediction>? known))
            return known;
        int classes = images.ClassNames.Count;
        float[] probabilities = Of(run).Predict(images.TestSet()).AsSpan().ToArray();
        if (probabilities.AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue)) // NaN is in no range
            throw new UserErrorException($"'{run.ModelPath}': expected finite outputs, found NaN or infinity: {Of(run).DescribeNonFinite(images.TestSet())}");
        Prediction[] made = [.. Enumerable.Range(0, images.TestCount).Select(i => new Prediction(
            i, images.TestLabels[i], probabilities[(i * classes)..((i + 1) * classes)]))];
        predictions.Add(run.Folder, made);
        return made;
    }
}
