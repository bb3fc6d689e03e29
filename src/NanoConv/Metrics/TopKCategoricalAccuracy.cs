using System.Globalization;
using System.Numerics;
using NanoConv.Data;
using NanoConv.Tensors;

namespace NanoConv.Metrics;

/// <summary>
/// The share of examples whose class is among the k greatest outputs, Keras's <c>TopKCategoricalAccuracy</c>. As in its <c>in_top_k</c>, of
/// equal outputs at the border all are among them: a class is if fewer than k outputs are greater than its own. Other than there, k may not be
/// more than there are classes, when everything would be right, and an output that is NaN makes the result NaN, as in <see cref="Evaluation"/>.
/// </summary>
/// <example><code>double accuracy = new TopKCategoricalAccuracy(k: 5).Of(model.Predict(data), data);</code></example>
public sealed class TopKCategoricalAccuracy
{
    /// <summary>Specifies how many count.</summary>
    /// <param name="k">Outputs that count, at least 1. With 1 ties are right that are wrong by <see cref="Evaluation.Accuracy"/>, where the first wins.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public TopKCategoricalAccuracy(int k = 5)
    {
        if (k < 1)
            throw new ArgumentOutOfRangeException(nameof(k), $"{nameof(TopKCategoricalAccuracy)}: expected k of at least 1, received {k}");
        K = k;
    }

    /// <summary>Outputs that count.</summary>
    public int K { get; }

    /// <summary>The share of rows whose label is among the k greatest.</summary>
    /// <param name="outputs">Probabilities, logits or other scores [n, classes], n at least 1.</param>
    /// <param name="labels">A class for each row, from 0.</param>
    /// <typeparam name="T">The number type.</typeparam>
    /// <exception cref="ArgumentException">Outputs and labels do not fit one another, or there are fewer than k classes.</exception>
    public double Of<T>(Tensor<T> outputs, ReadOnlySpan<int> labels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int classes = ClassRows.Check(nameof(TopKCategoricalAccuracy), outputs, labels);
        if (classes < K)
            throw new ArgumentException($"{nameof(TopKCategoricalAccuracy)}: expected at least {K} classes, k, received {classes}", nameof(outputs));
        int right = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<T> row = outputs.AsSpan().Slice(i * classes, classes);
            T own = row[labels[i]];
            int greater = 0;
            foreach (T output in row)
            {
                if (T.IsNaN(output))
                    return double.NaN;
                greater += output > own ? 1 : 0;
            }

            right += greater < K ? 1 : 0;
        }

        return (double)right / labels.Length;
    }

    /// <summary>The same, the class of each example being its target's greatest.</summary>
    /// <inheritdoc cref="Of{T}(Tensor{T}, ReadOnlySpan{int})"/>
    /// <param name="outputs">What a network makes of the data's inputs, in their order: [n, classes].</param>
    /// <param name="data">The examples.</param>
    public double Of<T>(Tensor<T> outputs, IDataset<T> data)
        where T : unmanaged, IFloatingPointIeee754<T> => Of(outputs, ClassRows.Labels(data));

    /// <summary>Its name and k.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{nameof(TopKCategoricalAccuracy)}(k {K})");
}
