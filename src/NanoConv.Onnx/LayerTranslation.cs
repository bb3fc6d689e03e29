using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Onnx;

/// <summary>A layer on its way into an ONNX graph: what its translator knows, and adds nodes to.</summary>
/// <remarks>
/// A translator of one's own finds the value so far as the layer's input has it, in NanoConv's order of axes behind that of the batch,
/// and leaves its output so.
/// </remarks>
public sealed class LayerTranslation
{
    private readonly OnnxGraph graph;
    private readonly Func<int, (string Name, float[] Elements)> parameter;

    internal LayerTranslation(
        OnnxGraph graph, Layer layer, string name, (Shape Input, Shape Output) shapes, Func<int, (string Name, float[] Elements)> parameter)
    {
        (this.graph, Layer, Name, this.parameter) = (graph, layer, name, parameter);
        (InputShape, OutputShape) = shapes;
    }

    /// <summary>The layer.</summary>
    public Layer Layer { get; }

    /// <summary>Its name, unique in the model.</summary>
    public string Name { get; }

    /// <summary>The shape of one example's input, in NanoConv's order.</summary>
    public Shape InputShape { get; }

    /// <summary>The shape of one example's output, in NanoConv's order.</summary>
    public Shape OutputShape { get; }

    /// <summary>The name of the value that the graph has come to; at first the layer's input.</summary>
    public string Value => graph.Value;

    /// <summary>Where the channels, the last axis in NanoConv's order, are now: −1, or 1 where a picture lies as NCHW.</summary>
    public int ChannelAxis => State.IsNchw ? 1 : -1;

    /// <summary>The order in which values lie, which translators of the library may change.</summary>
    internal OrderState State { get; init; } = new();

    /// <summary>Whether a dense layer follows which takes a flattened picture in NCHW's order, as it has its kernel's rows put into it.</summary>
    internal bool IsForDense { get; init; }

    /// <summary>Adds a node that takes the value so far; its output is the next.</summary>
    /// <param name="operation">ONNX's name of the operator, of opset <see cref="OnnxModel.Opset"/>.</param>
    /// <param name="others">Names of its inputs behind the first: constants, or what <see cref="Value"/> was before.</param>
    /// <param name="attributes">The operator's settings.</param>
    public void Add(string operation, IReadOnlyList<string>? others = null, params ReadOnlySpan<OnnxAttribute> attributes) =>
        graph.Add(Unique($"{Name}/{operation}"), operation, others ?? [], attributes);

    /// <summary>Adds a constant.</summary>
    /// <param name="role">What it is to the layer.</param>
    /// <param name="shape">Its axes; none for a single number.</param>
    /// <param name="elements">Its elements, row-major.</param>
    /// <returns>Its name, for <see cref="Add"/>.</returns>
    public string AddConstant(string role, ReadOnlySpan<long> shape, params ReadOnlySpan<float> elements) =>
        graph.AddConstant(Unique($"{Name}/{role}"), shape, elements);

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
        State.Transpose(graph, Name, toNchw);
    }

    // A translation may need an operator twice.
    private string Unique(string name)
    {
        string unique = name;
        for (int i = 2; graph.Has(unique); i++)
            unique = $"{name}_{i}";
        return unique;
    }
}
