using System.Numerics;
using NanoConv.Layers;

namespace NanoConv.Graphs;

/// <summary>
/// What layers that look at whole batches sum up in a step: a share for each shard, in the batch's order, and their total. Shares are
/// combined in that order whoever has gathered them.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class BatchStatistics<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly BuiltLayer<T>[] layers;
    private readonly (T[] Shares, T[] Total)[] forward;
    private readonly (T[] Shares, T[] Total)[] backward;

    /// <summary>Makes room for some shards.</summary>
    public BatchStatistics(IReadOnlyList<BuiltLayer<T>> all, int shards)
    {
        layers = [.. all];
        Layers = [.. Enumerable.Range(0, layers.Length).Where(layer => layers[layer].BatchElements > 0 && layers[layer].IsTrainable)];
        forward = [.. layers.Select((layer, index) => Room(index, layer.BatchElements, shards))];
        backward = [.. layers.Select((layer, index) => Room(index, layer.BatchElements, shards))];
    }

    /// <summary>The layers that look at whole batches, in order.</summary>
    public int[] Layers { get; }

    /// <summary>Elements that it allocates.</summary>
    public long Elements => 2 * forward.Sum(one => (long)one.Shares.Length + one.Total.Length);

    /// <summary>Whether a layer looks at whole batches.</summary>
    public bool Has(int layer) => forward[layer].Total.Length > 0;

    /// <summary>The batch's statistics; empty for a layer that has none.</summary>
    public ReadOnlySpan<T> Forward(int layer) => forward[layer].Total;

    /// <summary>The same of the backward pass.</summary>
    public ReadOnlySpan<T> Backward(int layer) => backward[layer].Total;

    /// <summary>Where a shard's share goes.</summary>
    public Span<T> ForwardShare(int layer, int shard) => Share(forward, layer, shard);

    /// <summary>The same of the backward pass.</summary>
    public Span<T> BackwardShare(int layer, int shard) => Share(backward, layer, shard);

    /// <summary>Combines the shares of the first shards.</summary>
    public void CombineForward(int layer, int shards) =>
        layers[layer].CombineForward(forward[layer].Shares.AsSpan(0, shards * layers[layer].BatchElements), forward[layer].Total);

    /// <summary>The same of the backward pass.</summary>
    public void CombineBackward(int layer, int shards) =>
        layers[layer].CombineBackward(backward[layer].Shares.AsSpan(0, shards * layers[layer].BatchElements), backward[layer].Total);

    private Span<T> Share((T[] Shares, T[] Total)[] all, int layer, int shard)
    {
        int length = layers[layer].BatchElements;
        return all[layer].Shares.AsSpan(shard * length, length);
    }

    private (T[] Shares, T[] Total) Room(int layer, int elements, int shards) =>
        Array.BinarySearch(Layers, layer) >= 0 ? (new T[shards * elements], new T[elements]) : ([], []);
}
