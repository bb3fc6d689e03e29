using System.Collections;

namespace NanoConv.Models;

/// <summary>What an import did: where each parameter's values came from, and what was left out.</summary>
public sealed class ImportedWeights : IReadOnlyList<ImportedWeight>
{
    private readonly IReadOnlyList<ImportedWeight> weights;

    internal ImportedWeights(IReadOnlyList<ImportedWeight> weights, IReadOnlyList<IgnoredTensor> ignored) => (this.weights, Ignored) = (weights, ignored);

    /// <summary>The tensors that were left out: those that patterns name, in the file's order, then normalisations' numbers of batches.</summary>
    public IReadOnlyList<IgnoredTensor> Ignored { get; }

    /// <inheritdoc/>
    public int Count => weights.Count;

    /// <inheritdoc/>
    public ImportedWeight this[int index] => weights[index];

    /// <inheritdoc/>
    public IEnumerator<ImportedWeight> GetEnumerator() => weights.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
