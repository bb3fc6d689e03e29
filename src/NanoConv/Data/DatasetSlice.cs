using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Data;

/// <summary>Consecutive examples of another data set, without a copy.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class DatasetSlice<T> : IDataset<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IDataset<T> data;
    private readonly int start;

    /// <summary>Takes <paramref name="count"/> examples from <paramref name="start"/> on.</summary>
    /// <param name="data">The whole.</param>
    /// <param name="start">The first example.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">The whole has not that many.</exception>
    public DatasetSlice(IDataset<T> data, int start, int count)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (start < 0 || count < 0 || start > data.Count - count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(count), $"expected a part of {data.Count} examples, received {count} examples from {start} on");
        }

        (this.data, this.start, Count) = (data, start, count);
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public Shape InputShape => data.InputShape;

    /// <inheritdoc/>
    public int Classes => data.Classes;

    /// <inheritdoc/>
    public bool IsWeighted => data.IsWeighted;

    /// <inheritdoc/>
    public T Weight(int index) => data.Weight(start + index);

    /// <inheritdoc/>
    public void CopyInput(int index, Span<T> destination) => data.CopyInput(start + index, destination);

    /// <inheritdoc/>
    public void CopyTarget(int index, Span<T> destination) => data.CopyTarget(start + index, destination);
}
