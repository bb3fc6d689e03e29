using NanoConv.Graphs;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>
/// A network drawn in rows, the input above and each layer in a row of its own below those that it reads: what a layer makes runs down in a
/// lane to its last reader.
/// </summary>
internal sealed class NetworkLanes
{
    private readonly List<int> values = []; // what runs in each lane; −1 for nothing

    /// <summary>Lays out a network.</summary>
    /// <param name="topology">Which layer reads what.</param>
    public NetworkLanes(Topology topology)
    {
        List<Row> rows = [new Row(Place(0), [], [], GoesOn: true)];
        for (int layer = 0; layer < topology.Layers; layer++)
        {
            int[] inputs = [.. topology.Inputs(layer).ToArray().Distinct()];
            int[] reads = [.. inputs.Select(value => values.IndexOf(value)).Order()];
            foreach (int value in inputs)
            {
                if (topology.Readers(value)[^1] == layer)
                    values[values.IndexOf(value)] = -1;
            }

            int[] passes = [.. Enumerable.Range(0, values.Count).Where(lane => values[lane] >= 0)];
            bool goesOn = !topology.Readers(layer + 1).IsEmpty;
            int place = Place(layer + 1);
            if (!goesOn)
                values[place] = -1;
            rows.Add(new Row(place, passes, reads, goesOn));
        }

        (Rows, Count) = (rows, values.Count);
    }

    /// <summary>The input's row, and each layer's.</summary>
    public IReadOnlyList<Row> Rows { get; }

    /// <summary>How many lanes there are side by side.</summary>
    public int Count { get; }

    // The leftmost that is free.
    private int Place(int value)
    {
        int lane = values.IndexOf(-1);
        if (lane < 0)
        {
            values.Add(value);
            return values.Count - 1;
        }

        values[lane] = value;
        return lane;
    }

    /// <summary>A row.</summary>
    /// <param name="Lane">Where the input or the layer stands.</param>
    /// <param name="Passes">The lanes in which something runs past it.</param>
    /// <param name="Reads">The lanes out of which it reads; one may run on, too.</param>
    /// <param name="GoesOn">Whether a layer below reads it.</param>
    internal sealed record Row(int Lane, IReadOnlyList<int> Passes, IReadOnlyList<int> Reads, bool GoesOn);
}
