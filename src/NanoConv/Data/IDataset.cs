using System.Numerics;

namespace NanoConv.Data;

/// <summary>Inputs with targets: what a network is trained and judged on. Readable from many threads.</summary>
/// <typeparam name="T">The number type.</typeparam>
public interface IDataset<T> : IInputs<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Classes: the length of a target.</summary>
    int Classes { get; }

    /// <summary>Writes one example's target: the probability of each class, a single 1 for an integer label.</summary>
    /// <param name="index">The example.</param>
    /// <param name="destination">Overwritten: [classes].</param>
    void CopyTarget(int index, Span<T> destination);

    /// <summary>Whether examples have weights of their own.</summary>
    bool IsWeighted => false;

    /// <summary>How often one example's loss counts, at least 0: Keras's <c>sample_weight</c>. See <see cref="WeightedDataset{T}"/>.</summary>
    /// <param name="index">The example.</param>
    T Weight(int index) => T.One;
}
