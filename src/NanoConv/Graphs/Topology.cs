namespace NanoConv.Graphs;

/// <summary>
/// Which layer reads what. Values are numbered: 0 is the network's input, i + 1 what layer i makes; each layer reads values with smaller
/// numbers than its own, so that layers can run in their order.
/// </summary>
public sealed class Topology
{
    private readonly int[][] inputs;
    private readonly int[][] readers;
    private readonly int[] outputs;

    /// <summary>Takes each layer's inputs and the network's outputs, which are valid by construction.</summary>
    internal Topology(int[][] inputs, int[] outputs)
    {
        (this.inputs, this.outputs) = (inputs, outputs);
        List<int>[] found = [.. Enumerable.Range(0, inputs.Length + 1).Select(_ => new List<int>())];
        for (int layer = 0; layer < inputs.Length; layer++)
        {
            foreach (int value in inputs[layer])
            {
                if (found[value].Count == 0 || found[value][^1] != layer)
                    found[value].Add(layer);
            }
        }

        readers = [.. found.Select(layers => layers.ToArray())];
    }

    /// <summary>The number of layers.</summary>
    public int Layers => inputs.Length;

    /// <summary>The values that are the network's outputs, in its order.</summary>
    public ReadOnlySpan<int> Outputs => outputs;

    /// <summary>Whether each layer reads the one before it alone, and the last one is the output.</summary>
    public bool IsChain => outputs is [var last] && last == inputs.Length && inputs.Select((values, layer) => values is [var one] && one == layer).All(x => x);

    /// <summary>The values that a layer reads, in its order; one may be there twice.</summary>
    /// <param name="layer">The layer's place, from 0.</param>
    public ReadOnlySpan<int> Inputs(int layer) => inputs[layer];

    /// <summary>The layers that read a value, in their order; each once.</summary>
    /// <param name="value">The value's number, from 0.</param>
    public ReadOnlySpan<int> Readers(int value) => readers[value];

    /// <summary>A chain of layers.</summary>
    internal static Topology Chain(int layers) => new([.. Enumerable.Range(0, layers).Select(layer => (int[])[layer])], [layers]);

    /// <summary>Whether a value is an output of the network.</summary>
    internal bool IsOutput(int value) => Array.IndexOf(outputs, value) >= 0;
}
