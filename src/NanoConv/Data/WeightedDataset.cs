using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Data;

/// <summary>
/// Another data set with a weight for each example, Keras's <c>sample_weight</c>: an example's loss counts so often. Accuracies count every
/// example alike, as Keras's do.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class WeightedDataset<T> : IDataset<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IDataset<T> data;
    private readonly T[] weights;

    /// <summary>Gives examples weights.</summary>
    /// <param name="data">The examples; if they have weights already, both are multiplied.</param>
    /// <param name="sampleWeights">A weight for each, finite and at least 0; they are copied. The sum of losses is divided by their number, not by
    /// the weights' sum.</param>
    /// <exception cref="ArgumentException">They are not as many, or one is no weight.</exception>
    public WeightedDataset(IDataset<T> data, ReadOnlySpan<T> sampleWeights)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (sampleWeights.Length != data.Count)
            throw new ArgumentException($"expected {data.Count} weights, one for each example, received {sampleWeights.Length}", nameof(sampleWeights));
        for (int i = 0; i < sampleWeights.Length; i++)
        {
            if (!(sampleWeights[i] >= T.Zero && T.IsFinite(sampleWeights[i])))
                throw new ArgumentException($"expected finite weights of at least 0, received {sampleWeights[i]} for example {i}", nameof(sampleWeights));
        }

        (this.data, weights) = (data, sampleWeights.ToArray());
    }

    /// <inheritdoc/>
    public int Count => data.Count;

    /// <inheritdoc/>
    public Shape InputShape => data.InputShape;

    /// <inheritdoc/>
    public int Classes => data.Classes;

    /// <inheritdoc/>
    public bool IsWeighted => true;

    /// <inheritdoc/>
    public T Weight(int index) => data.IsWeighted ? weights[index] * data.Weight(index) : weights[index];

    /// <inheritdoc/>
    public void CopyInput(int index, Span<T> destination) => data.CopyInput(index, destination);

    /// <inheritdoc/>
    public void CopyTarget(int index, Span<T> destination) => data.CopyTarget(index, destination);
}
