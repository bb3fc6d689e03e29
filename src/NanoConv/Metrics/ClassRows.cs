using System.Numerics;
using NanoConv.Data;
using NanoConv.Losses;
using NanoConv.Tensors;

namespace NanoConv.Metrics;

/// <summary>Outputs of a classifier, a row for each example, and the classes of the examples.</summary>
internal static class ClassRows
{
    /// <summary>Refuses outputs and labels that do not fit one another; returns the number of classes, 2 for one output.</summary>
    /// <param name="owner">The metric.</param>
    /// <param name="outputs">Rows [n, classes].</param>
    /// <param name="labels">A class for each row.</param>
    /// <param name="isBinary">Whether a single output tells two classes apart.</param>
    public static int Check<T>(string owner, Tensor<T> outputs, ReadOnlySpan<int> labels, bool isBinary = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(outputs);
        if (outputs.Shape.Rank != 2)
            throw new ArgumentException($"{owner}: expected outputs of shape (n, classes), received {outputs.Shape}", nameof(outputs));
        if (outputs.Shape[0] != labels.Length)
            throw new ArgumentException($"{owner}: expected {outputs.Shape[0]} labels, one for each row, received {labels.Length}", nameof(labels));
        int classes = isBinary && outputs.Shape[1] == 1 ? 2 : outputs.Shape[1];
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] < 0 || labels[i] >= classes)
                throw new ArgumentException($"{owner}: expected labels from 0 to {classes - 1}, received {labels[i]} for row {i}", nameof(labels));
        }

        return classes;
    }

    /// <summary>The class of each example, its target's greatest; of a target of one number, 1 where that is above ½.</summary>
    public static int[] Labels<T>(IDataset<T> data)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(data);
        T[] target = new T[data.Classes];
        int[] labels = new int[data.Count];
        for (int i = 0; i < labels.Length; i++)
        {
            data.CopyTarget(i, target);
            labels[i] = ClassOf<T>(target);
        }

        return labels;
    }

    /// <summary>The class of a row of probabilities; −1 if one is NaN.</summary>
    public static int ClassOf<T>(ReadOnlySpan<T> row)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int greatest = Answers.ArgMax(row);
        return greatest < 0 || row.Length > 1 ? greatest
            : row[0] > T.CreateTruncating(0.5) ? 1
            : 0;
    }
}
