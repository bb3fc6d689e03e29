using System.Numerics;
using NanoConv.Layers;
using NanoConv.Layers.Activations;
using NanoConv.Tensors;

namespace NanoConv.Graphs;

/// <summary>What lean layers keep of many examples, wherever these pass: the inputs, in their halos, and the gradients that follow the product.</summary>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class BatchBuffers<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Topology topology;
    private readonly AlignedArray<T>[] activations;
    private readonly AlignedArray<T>[] inputs;
    private readonly AlignedArray<T>[] gradients;

    /// <summary>Makes room for some examples.</summary>
    /// <exception cref="ArgumentException">It would not fit into an array.</exception>
    public BatchBuffers(Model<T> model, int examples)
    {
        topology = model.Topology;
        activations = new AlignedArray<T>[model.Layers.Count + 1];
        (inputs, gradients) = (new AlignedArray<T>[model.Layers.Count], new AlignedArray<T>[model.Layers.Count]);
        for (int index = 0; index < model.Layers.Count; index++)
        {
            BuiltLayer<T> layer = model.Layers[index];
            if (!layer.IsLean)
                continue;
            if (!GradientPlan<T>.KeepsActivation(model.Graph, layer, index))
                inputs[index] = new(Length(layer, layer.Kept[layer.KeptInput], examples));
            else if (activations[Input(index)].Length == 0)
                activations[Input(index)] = new(Length(layer, model.Graph.ActivationElements(Input(index)), examples, 0));
            gradients[index] = new(Length(layer, layer.Kept[layer.KeptGradient], examples));
        }
    }

    /// <summary>The whole of the network's input (0) or of the output of layer index − 1; of length 0 where each worker has its own.</summary>
    public AlignedArray<T> Activation(int index) => activations[index];

    /// <summary>The whole of what layer <paramref name="index"/> keeps in place <paramref name="kept"/>; of length 0 where each worker has its own.</summary>
    public AlignedArray<T> Kept(BuiltLayer<T> layer, int index, int kept) =>
        !layer.IsLean ? default : kept == layer.KeptInput ? inputs[index] : kept == layer.KeptGradient ? gradients[index] : default;

    /// <summary>Adds up the gradient of some rows of a lean kernel over the first examples.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="index">Its place in the network.</param>
    /// <param name="examples">Examples.</param>
    /// <param name="rows">The kernel's rows; null for all.</param>
    /// <param name="gradient">Accumulated into: [rows, N].</param>
    public void AddKernelGradient(BuiltLayer<T> layer, int index, int examples, (int Segment, int First, int Count)? rows, Span<T> gradient)
    {
        Kernels.StridedProduct product = layer.KernelProduct(examples);
        if (rows is { } some)
            product = RowsOfB(product, some.Segment, some.First, some.Count);
        AlignedArray<T> input = inputs[index].Length > 0 ? inputs[index] : activations[Input(index)];
        Kernels.SharedProduct.AccumulateTransposed(product, gradient, input, gradients[index]);
    }

    // The product of some rows of B alone, out of one segment: what their gradient is taken of.
    private static Kernels.StridedProduct RowsOfB(in Kernels.StridedProduct product, int segment, int first, int count) => product with
    {
        Input = product.Input with { Offset = product.Input.Offset + (segment * product.SegmentStride) + first },
        Segments = 1,
        SegmentLength = count,
    };

    // The value that a layer reads.
    private int Input(int index) => topology.Inputs(index)[0];

    /// <summary>Elements of what is kept of some examples.</summary>
    public static int Length(BuiltLayer<T> layer, KeptBuffer buffer, int examples) => Length(layer, buffer.Elements, examples, buffer.Extra);

    /// <summary>Elements of some examples, and some more.</summary>
    /// <exception cref="ArgumentException">They would not fit into an array.</exception>
    public static int Length(BuiltLayer<T> layer, int elements, int examples, int extra)
    {
        long length = ((long)elements * examples) + extra;
        return length <= Array.MaxLength ? (int)length : throw new ArgumentException(
            $"'{layer.Name}': expected at most {Array.MaxLength} elements of {examples} examples that pass together, received {length}; take smaller batches");
    }
}
