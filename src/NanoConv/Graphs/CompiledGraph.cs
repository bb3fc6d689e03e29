using System.Numerics;
using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Graphs;

/// <summary>
/// What a <see cref="Workspace{T}"/> runs: layers in order, what each reads, and where the pixels of values lie. A model has two: its layers as
/// they are written, for training, and those that <see cref="PredictionCompiler{T}"/> makes of them.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class CompiledGraph<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly BuiltLayer<T>[] layers;
    private readonly StepOrigin[] origins;
    private readonly PixelView?[] views;
    private readonly int[] elements;

    /// <summary>Takes the layers.</summary>
    /// <param name="inputShape">The shape of one example.</param>
    /// <param name="layers">Each behind those that it reads.</param>
    /// <param name="topology">Which reads what.</param>
    /// <param name="origins">Of each layer what it stands for; null if these are the layers as they are written.</param>
    public CompiledGraph(Shape inputShape, IReadOnlyList<BuiltLayer<T>> layers, Topology topology, IEnumerable<StepOrigin>? origins = null)
    {
        (InputShape, this.layers, Topology) = (inputShape, [.. layers], topology);
        this.origins = [.. origins ?? layers.Select((_, place) => new StepOrigin(place, [], [], null))];
        views = [.. Enumerable.Range(0, this.layers.Length + 1).Select(FindView)];
        elements = [.. views.Select((view, value) => view?.Image ?? ActivationShape(value).Elements)];
    }

    /// <summary>The shape of one example.</summary>
    public Shape InputShape { get; }

    /// <summary>The layers, each behind those that it reads.</summary>
    public IReadOnlyList<BuiltLayer<T>> Layers => layers;

    /// <summary>Which layer reads what.</summary>
    public Topology Topology { get; }

    /// <summary>Elements of weights of their own that layers hold, packed, beside those of the network as it is written.</summary>
    public long FoldedElements => layers.Where(layer => layer.FoldsWeights).Sum(layer => layer.PackedElements);

    /// <summary>The names of the network's layers that have no part in it.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>The names of what a layer reads: of layers, or <c>input</c>.</summary>
    public IEnumerable<string> InputNames(int layer) =>
        Topology.Inputs(layer).ToArray().Select(value => value == 0 ? "input" : layers[value - 1].Name);

    /// <summary>Which layers, as the network is written, a layer stands for.</summary>
    public StepOrigin Origin(int layer) => origins[layer];

    /// <summary>The shape of the input (0) or of the output of layer index − 1.</summary>
    public Shape ActivationShape(int index) => index == 0 ? InputShape : layers[index - 1].OutputShape;

    /// <summary>Elements that it takes for an example, with the halo in which the next layers may want it.</summary>
    public int ActivationElements(int index) => elements[index];

    /// <summary>Where the pixels of a value lie: in a halo, if all its readers want the same one and its maker can write there.</summary>
    public PixelView? ViewOf(int index) => views[index];

    /// <summary>Whether layer <paramref name="index"/> takes memory for something that it may keep.</summary>
    public bool Needs(int index, KeptBuffer buffer, bool training) =>
        (training || !buffer.TrainingOnly) && buffer.Elements + (long)buffer.Extra > 0 && !(buffer.IsInput && ViewOf(Topology.Inputs(index)[0]) is not null);

    /// <summary>Makes anew what layers have folded of the parameters.</summary>
    public void Fold()
    {
        foreach (BuiltLayer<T> layer in layers)
        {
            if (layer.FoldsWeights)
                layer.Prepare();
        }
    }

    // Readers that take their input wherever it lies have no say.
    private PixelView? FindView(int value)
    {
        if (value == 0 || !layers[value - 1].CanWriteInHalo || Topology.IsOutput(value))
            return null;
        (PixelView? view, bool isWanted) = (null, false);
        foreach (int reader in Topology.Readers(value))
        {
            ReadOnlySpan<int> inputs = Topology.Inputs(reader);
            for (int i = 0; i < inputs.Length; i++)
            {
                if (inputs[i] != value || layers[reader].ReadsAnywhere(i))
                    continue;
                // Behind a Reshape that is left out, a reader's pixels are not those of the maker.
                PixelView? wanted = layers[reader].InputShapes[i] == ActivationShape(value) ? layers[reader].HaloedInput : null;
                if (isWanted && wanted != view)
                    return null;
                (view, isWanted) = (wanted, true);
            }
        }

        return view;
    }
}
