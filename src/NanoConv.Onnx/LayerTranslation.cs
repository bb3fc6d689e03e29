using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Onnx;

/// <summary>A layer on its way into an ONNX graph: what its translator knows, and adds nodes to.</summary>
/// <remarks>
/// A translator of one's own finds the layer's inputs in NanoConv's order of axes behind that of the batch, the value so far being the first
/// of them, and leaves its output so.
/// </remarks>
public sealed class LayerTranslation
{
    private readonly OnnxGraph graph;
    private readonly GraphValue[] inputs;
    private readonly Func<int, (string Name, float[] Elements)> parameter;

    internal LayerTranslation(OnnxGraph graph, Layer layer, string name, GraphValue[] inputs, Func<int, (string Name, float[] Elements)> parameter)
    {
        (this.graph, Layer, Name, this.inputs, this.parameter) = (graph, layer, name, inputs, parameter);
        State = inputs[0].Order.Copy();
        graph.Value = inputs[0].Name;
    }

    /// <summary>The layer.</summary>
    public Layer Layer { get; }

    /// <summary>Its name, unique in the model.</summary>
    public string Name { get; }

    /// <summary>The shape of one example's input, in NanoConv's order; of a layer that joins several, the first one's.</summary>
    public Shape InputShape => InputShapes[0];

    /// <summary>The shapes of all inputs, one but for layers that join several.</summary>
    public required IReadOnlyList<Shape> InputShapes { get; init; }

    /// <summary>The shape of one example's output, in NanoConv's order.</summary>
    public required Shape OutputShape { get; init; }

    /// <summary>The names of the layer's inputs, in its order, for <see cref="Add"/>; one may be there twice.</summary>
    public IReadOnlyList<string> Inputs => [.. inputs.Select(input => input.Name)];

    /// <summary>The name of the value that the graph has come to; at first the layer's input.</summary>
    public string Value => graph.Value;

    /// <summary>Where the channels, the last axis in NanoConv's order, are now: −1, or 1 where a picture lies as NCHW.</summary>
    public int ChannelAxis => State.IsNchw ? 1 : -1;

    /// <summary>The order in which the value so far lies, which translators of the library may change.</summary>
    internal OrderState State { get; }

    /// <summary>The orders in which the inputs lie.</summary>
    internal IEnumerable<OrderState> InputOrders => inputs.Select(input => input.Order);

    /// <summary>Whether dense layers alone follow, which take a flattened picture in NCHW's order, as they have their kernels' rows put into it.</summary>
    internal bool IsForDense { get; init; }

    /// <summary>Adds a node that takes the value so far; its output is the next.</summary>
    /// <param name="operation">ONNX's name of the operator, of opset <see cref="OnnxModel.Opset"/>.</param>
    /// <param name="others">Names of its inputs behind the first: constants, or what <see cref="Value"/> was before.</param>
    /// <param name="attributes">The operator's settings.</param>
    public void Add(string operation, IReadOnlyList<string>? others = null, params ReadOnlySpan<OnnxAttribute> attributes) =>
        graph.Add(graph.Unique($"{Name}/{operation}"), operation, others ?? [], attributes);

    /// <summary>Adds a constant.</summary>
    /// <param name="role">What it is to the layer.</param>
    /// <param name="shape">Its axes; none for a single number.</param>
    /// <param name="elements">Its elements, row-major.</param>
    /// <returns>Its name, for <see cref="Add"/>.</returns>
    public string AddConstant(string role, ReadOnlySpan<long> shape, params ReadOnlySpan<float> elements) =>
        graph.AddConstant(graph.Unique($"{Name}/{role}"), shape, elements);

    /// <summary>Adds a constant of whole numbers in a row, which operators take that deal with axes.</summary>
    /// <param name="role">What they are to the layer.</param>
    /// <param name="elements">The numbers.</param>
    /// <returns>Its name, for <see cref="Add"/>.</returns>
    public string AddIntegers(string role, params ReadOnlySpan<long> elements) => graph.AddIntegers(graph.Unique($"{Name}/{role}"), elements);

    /// <summary>The elements of a parameter, as floats, row-major.</summary>
    /// <param name="index">Its place among the layer's.</param>
    /// <exception cref="ArgumentException">One is finite, but not as a float.</exception>
    public float[] Parameter(int index) => parameter(index).Elements;

    /// <summary>The error for what has no translation.</summary>
    /// <param name="message">What was expected and what was received.</param>
    public ArgumentException Error(string message) => new($"{Layer.TypeName} '{Name}': {message}");

    internal string AddConstant(int index, float[] elements, params ReadOnlySpan<long> shape) => graph.AddConstant(parameter(index).Name, shape, elements);

    /// <summary>Sees to it that a picture lies as NCHW, or as NHWC.</summary>
    internal void Transpose(bool toNchw)
    {
        if (State.IsNchw == toNchw)
            return;
        graph.Value = graph.Transposed(graph.Value, Name, toNchw);
        State.IsNchw = toNchw;
    }

    /// <summary>Puts all inputs into one order, pictures into NCHW if one of them lies so; the value so far is the first of them.</summary>
    internal void AlignInputs() => TransposeInputs(toNchw: inputs.Any(input => input.Order.IsNchw));

    /// <summary>Puts all inputs into the model's order; the value so far is the first of them.</summary>
    internal void RestoreInputs() => TransposeInputs(toNchw: false);

    private void TransposeInputs(bool toNchw)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Order.IsNchw != toNchw)
                inputs[i] = new GraphValue(graph.Transposed(inputs[i].Name, Name, toNchw), new OrderState { IsNchw = toNchw });
        }

        graph.Value = inputs[0].Name;
        State.IsNchw = toNchw;
    }
}
