using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Data;

/// <summary>What a network is given, converted one example at a time when a batch needs it. Readable from many threads.</summary>
/// <typeparam name="T">The number type.</typeparam>
public interface IInputs<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Examples.</summary>
    int Count { get; }

    /// <summary>The shape of one example's input.</summary>
    Shape InputShape { get; }

    /// <summary>Writes one example's input.</summary>
    /// <param name="index">The example.</param>
    /// <param name="destination">Overwritten: [input shape].</param>
    void CopyInput(int index, Span<T> destination);
}
