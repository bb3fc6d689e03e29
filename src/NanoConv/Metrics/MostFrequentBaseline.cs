using System.Globalization;
using System.Numerics;

namespace NanoConv.Metrics;

/// <summary>
/// The least a classifier must beat: whatever it is shown, it predicts the class most frequent in training; of
/// equally frequent ones, the first.
/// </summary>
public sealed class MostFrequentBaseline
{
    private MostFrequentBaseline(int predictedClass) => PredictedClass = predictedClass;

    /// <summary>The one class it predicts.</summary>
    public int PredictedClass { get; }

    /// <summary>Finds the most frequent label.</summary>
    /// <param name="trainingLabels">The labels of the training examples, from 0 on; at least one.</param>
    public static MostFrequentBaseline Fit<TLabel>(ReadOnlySpan<TLabel> trainingLabels)
        where TLabel : IBinaryInteger<TLabel>
    {
        if (trainingLabels.IsEmpty)
            throw new ArgumentException("The most frequent baseline needs at least one label, received none.");
        var counts = new SortedDictionary<int, int>();
        foreach (TLabel label in trainingLabels)
        {
            int key = int.CreateChecked(label);
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }
        return new MostFrequentBaseline(counts.MaxBy(entry => entry.Value).Key);
    }

    /// <summary>The share of labels that are the class it predicts; 0 of nothing is 0.</summary>
    /// <param name="labels">The labels of the examples to score on.</param>
    public double Accuracy<TLabel>(ReadOnlySpan<TLabel> labels)
        where TLabel : IBinaryInteger<TLabel>
    {
        int correct = 0;
        foreach (TLabel label in labels)
        {
            if (int.CreateChecked(label) == PredictedClass)
                correct++;
        }
        return labels.IsEmpty ? 0 : (double)correct / labels.Length;
    }

    /// <summary>What it predicts, in words.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"always class {PredictedClass}");
}
