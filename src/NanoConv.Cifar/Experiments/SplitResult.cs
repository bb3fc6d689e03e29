using System.Text.Json.Serialization;
using NanoConv.Data;
using NanoConv.Graphs;
using NanoConv.Losses;
using NanoConv.Metrics;

namespace NanoConv.Cifar.Experiments;

/// <summary>How well a model does on a set of images.</summary>
/// <param name="Images">How many.</param>
/// <param name="Loss">Mean loss with penalties.</param>
/// <param name="Accuracy">The share classified rightly.</param>
/// <param name="Classes">Precision, recall and F1 of each class.</param>
/// <param name="MacroAverage">Their means over classes.</param>
/// <param name="WeightedAverage">Their means weighted by the classes' images.</param>
/// <param name="ConfusionMatrix">Counts, [true class][predicted class].</param>
public sealed record SplitResult(
    int Images,
    double Loss,
    double Accuracy,
    IReadOnlyList<ClassScores> Classes,
    ClassScores MacroAverage,
    ClassScores WeightedAverage,
    int[][] ConfusionMatrix)
{
    /// <summary>The classification report as text.</summary>
    [JsonIgnore]
    public string ReportText { get; private init; } = "";

    /// <summary>The confusion matrix as text.</summary>
    [JsonIgnore]
    public string MatrixText { get; private init; } = "";

    /// <summary>What is wrong with scores and counts that were read from a file; null if nothing is.</summary>
    /// <param name="names">The names of the classes.</param>
    internal string? FindFault(IReadOnlyList<string> names)
    {
        int classes = names.Count;
        if (Classes.Count != classes || Classes.Contains(null!))
            return $"expected scores for each of {classes} classes, found {Classes.Count}, or null among them";
        if (!Classes.Select(scores => scores.Name).SequenceEqual(names))
            return $"expected scores of the classes {string.Join(", ", names)}, found those of {string.Join(", ", Classes.Select(scores => scores.Name))}";
        if (ConfusionMatrix.Length != classes || ConfusionMatrix.Any(row => row?.Length != classes))
            return $"expected a confusion matrix of {classes} x {classes}";
        if (!double.IsFinite(Loss))
            return $"expected a finite loss, found {Loss}";
        IEnumerable<double> shares = Classes.Append(MacroAverage).Append(WeightedAverage)
            .SelectMany(scores => (double[])[scores.Precision, scores.Recall, scores.F1]).Append(Accuracy);
        double[] faults = [.. shares.Where(share => share is not (>= 0 and <= 1))];
        return faults.Length > 0 ? $"expected scores from 0 to 1, found {faults[0]}" : null;
    }

    /// <summary>Evaluates a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">The images.</param>
    /// <param name="classNames">The names of the classes.</param>
    /// <param name="threads">Threads; 0 for one a core.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="UserErrorException">The loss or an output is no number; the message says where that comes from.</exception>
    public static SplitResult Of(
        Model<float> model,
        ByteImageDataset<float> images,
        IReadOnlyList<string> classNames,
        int threads,
        CancellationToken cancellation)
    {
        Loss crossentropy = new CategoricalCrossentropy(fromLogits: !model.EndsInSoftmax); // images have one class each, whatever the outputs are
        (double loss, double accuracy, ConfusionMatrix? confusion) = model.Evaluate(images, crossentropy, threads, cancellation);
        if (!double.IsFinite(loss) || !double.IsFinite(accuracy))
            throw new UserErrorException($"expected a finite loss and finite outputs, found a loss of {loss}: {model.DescribeNonFinite(images, threads)}");
        ConfusionMatrix matrix = confusion!;
        var report = new ClassificationReport(matrix, classNames);
        int[][] counts = [.. Enumerable.Range(0, images.Classes).Select(actual =>
            Enumerable.Range(0, images.Classes).Select(predicted => matrix[actual, predicted]).ToArray())];
        return new SplitResult(
            images.Count, loss, accuracy, report.Classes, report.MacroAverage, report.WeightedAverage, counts)
        {
            ReportText = report.ToString(),
            MatrixText = matrix.ToString(classNames),
        };
    }
}
