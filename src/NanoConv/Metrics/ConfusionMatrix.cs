using System.Globalization;
using System.Numerics;
using System.Text;
using NanoConv.Tensors;

namespace NanoConv.Metrics;

/// <summary>
/// How often each class was taken for each: [true class, predicted class]. The diagonal holds what was right.
/// </summary>
public sealed class ConfusionMatrix
{
    private readonly int[] counts;

    /// <summary>Creates an empty matrix.</summary>
    /// <param name="classes">The number of classes, at least 1.</param>
    public ConfusionMatrix(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        Classes = classes;
        counts = new int[classes * classes];
    }

    /// <summary>Counts what a classifier says of some examples.</summary>
    /// <param name="outputs">
    /// Its outputs [n, classes], of which the first of the greatest is what it says; or probabilities [n, 1], one above ½ meaning class 1.
    /// </param>
    /// <param name="labels">The true class of each, from 0.</param>
    /// <typeparam name="T">The number type.</typeparam>
    /// <returns>The counts, without rows with NaN, which say nothing.</returns>
    /// <exception cref="ArgumentException">Outputs and labels do not fit one another.</exception>
    public static ConfusionMatrix Of<T>(Tensor<T> outputs, ReadOnlySpan<int> labels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ConfusionMatrix matrix = new(ClassRows.Check(nameof(ConfusionMatrix), outputs, labels, isBinary: true));
        int length = outputs.Shape[1];
        for (int i = 0; i < labels.Length; i++)
        {
            if (ClassRows.ClassOf<T>(outputs.AsSpan().Slice(i * length, length)) is >= 0 and int predicted)
                matrix.Add(labels[i], predicted);
        }

        return matrix;
    }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>The number of examples counted.</summary>
    public int Total { get; private set; }

    /// <summary>The number of examples predicted as what they are.</summary>
    public int Correct => Enumerable.Range(0, Classes).Sum(c => this[c, c]);

    /// <summary>The share of examples predicted as what they are; 0 of nothing is 0.</summary>
    public double Accuracy => Total == 0 ? 0 : (double)Correct / Total;

    /// <summary>How many examples of one class were predicted as another.</summary>
    /// <param name="actual">The true class.</param>
    /// <param name="predicted">The predicted class.</param>
    public int this[int actual, int predicted] => counts[Index(actual, predicted)];

    /// <summary>Counts one example.</summary>
    /// <param name="actual">The true class.</param>
    /// <param name="predicted">The predicted class.</param>
    public void Add(int actual, int predicted)
    {
        counts[Index(actual, predicted)]++;
        Total++;
    }

    /// <summary>Examples of a class: the sum of its row.</summary>
    /// <param name="actual">The true class.</param>
    public int ActualCount(int actual) => Enumerable.Range(0, Classes).Sum(predicted => this[actual, predicted]);

    /// <summary>Predictions of a class: the sum of its column.</summary>
    /// <param name="predicted">The predicted class.</param>
    public int PredictedCount(int predicted) => Enumerable.Range(0, Classes).Sum(actual => this[actual, predicted]);

    /// <summary>The matrix as text, a row for each true class, classes numbered.</summary>
    public override string ToString() => ToString(null);

    /// <summary>
    /// The matrix as text, a row for each true class and a column for each predicted. Rows have names and numbers,
    /// columns numbers alone: ten classes then fit into 80 columns.
    /// </summary>
    /// <param name="classNames">The names of the classes; only their numbers when null.</param>
    public string ToString(IReadOnlyList<string>? classNames)
    {
        string[] numbers = ClassNames.OrNumbers(null, Classes);
        string[] labels = classNames is null
            ? numbers
            : [.. ClassNames.OrNumbers(classNames, Classes).Zip(numbers, (name, number) => $"{name} {number}")];
        const string corner = "true \\ predicted";
        int labelWidth = Math.Max(corner.Length, labels.Max(label => label.Length));
        int width = Math.Max(numbers[^1].Length, Length(counts.Max())) + 2;
        var text = new StringBuilder();
        text.Append(corner.PadRight(labelWidth));
        foreach (string number in numbers)
            text.Append(number.PadLeft(width));
        for (int actual = 0; actual < Classes; actual++)
        {
            text.Append('\n').Append(labels[actual].PadLeft(labelWidth));
            for (int predicted = 0; predicted < Classes; predicted++)
                text.Append(this[actual, predicted].ToString(CultureInfo.InvariantCulture).PadLeft(width));
        }
        return text.ToString();
    }

    private static int Length(int count) => count.ToString(CultureInfo.InvariantCulture).Length;

    private int Index(int actual, int predicted)
    {
        Check(actual, nameof(actual), "true");
        Check(predicted, nameof(predicted), "predicted");
        return actual * Classes + predicted;
    }

    private void Check(int value, string parameter, string which)
    {
        if ((uint)value >= (uint)Classes)
        {
            throw new ArgumentOutOfRangeException(
                parameter, $"Confusion matrix: expected a {which} class from 0 to {Classes - 1}, received {value}.");
        }
    }
}
