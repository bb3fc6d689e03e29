using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Data;

/// <summary>Examples and their targets, converted one at a time when a batch needs them. Readable from many threads.</summary>
/// <typeparam name="T">The number type.</typeparam>
public interface IDataset<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Examples.</summary>
    int Count { get; }

    /// <summary>The shape of one example's input.</summary>
    Shape InputShape { get; }

    /// <summary>Classes: the length of a target.</summary>
    int Classes { get; }

    /// <summary>Writes one example's input.</summary>
    /// <param name="index">The example.</param>
    /// <param name="destination">Overwritten: [input shape].</param>
    void CopyInput(int index, Span<T> destination);

    /// <summary>Writes one example's target: the probability of each class, a single 1 for an integer label.</summary>
    /// <param name="index">The example.</param>
    /// <param name="destination">Overwritten: [classes].</param>
    void CopyTarget(int index, Span<T> destination);
}
