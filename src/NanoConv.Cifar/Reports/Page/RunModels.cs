using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Reproduction;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>The trained models, each read once.</summary>
internal sealed class RunModels
{
    private readonly Dictionary<string, Model<float>> models = [];

    /// <summary>A run's model.</summary>
    /// <param name="run">The run.</param>
    public Model<float> Of(FinishedRun run)
    {
        if (!models.TryGetValue(run.Folder, out Model<float>? model))
            models.Add(run.Folder, model = ModelFile.Read(run.ModelPath).Model);
        return model;
    }

    /// <summary>What a run's model takes the test images for.</summary>
    /// <param name="run">The run.</param>
    /// <param name="images">The data it was trained on.</param>
    public IReadOnlyList<Prediction> Predict(FinishedRun run, ImageData images)
    {
        int classes = images.ClassNames.Count;
        float[] probabilities = Of(run).Predict(images.TestSet()).AsSpan().ToArray();
        return [.. Enumerable.Range(0, images.TestCount).Select(i => new Prediction(
            i, images.TestLabels[i], probabilities[(i * classes)..((i + 1) * classes)]))];
    }
}
