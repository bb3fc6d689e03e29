using NanoConv.Graphs;

namespace NanoConv.Models;

/// <summary>Which layers of a network come before which, on some way from the input to an output.</summary>
internal sealed class LayerOrder
{
    private readonly HashSet<int>[] before;

    /// <summary>Takes a network's topology.</summary>
    public LayerOrder(Topology topology)
    {
        before = new HashSet<int>[topology.Layers];
        for (int layer = 0; layer < before.Length; layer++)
        {
            before[layer] = [];
            foreach (int value in topology.Inputs(layer))
            {
                if (value == 0)
                    continue;
                before[layer].Add(value - 1);
                before[layer].UnionWith(before[value - 1]);
            }
        }
    }

    /// <summary>The first two of some layers, in the network's order, that lie side by side; null if each comes before the next.</summary>
    public (int First, int Second)? SideBySide(IReadOnlyList<int> layers)
    {
        for (int i = 1; i < layers.Count; i++)
        {
            if (!before[layers[i]].Contains(layers[i - 1]))
                return (layers[i - 1], layers[i]);
        }

        return null;
    }
}
