using System.Buffers.Binary;
using Google.Protobuf;
using NanoConv.Layers;
using NanoConv.Onnx.Schema;
using NanoConv.Tensors;

namespace NanoConv.Onnx;

/// <summary>
/// A graph in which each node takes what the one before has made, and constants or what others have made. Names of values are those
/// of the nodes that make them.
/// </summary>
internal sealed class OnnxGraph(string input)
{
    /// <summary>The value that the graph has come to: the last node's output, or the input.</summary>
    public string Value { get; private set; } = input;

    private readonly HashSet<string> names = [];

    /// <summary>What was put together so far.</summary>
    public GraphProto Proto { get; } = new() { Name = "network" };

    /// <summary>Says what the first node is given: [batch, shape].</summary>
    public void AddInput(Shape shape, TensorProto.Types.DataType type) => Proto.Input.Add(Describe(Value, shape, type));

    /// <summary>Adds a node that takes the value so far; its output is the next.</summary>
    /// <param name="name">Its name, and that of its output.</param>
    /// <param name="operation">The operator.</param>
    /// <param name="others">The names of its inputs behind the first.</param>
    /// <param name="attributes">The operator's settings.</param>
    public void Add(string name, string operation, IReadOnlyList<string> others, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        NodeProto node = new()
        {
            Name = name,
            OpType = operation,
            Input = { Value, others },
            Output = { name },
        };
        foreach (OnnxAttribute attribute in attributes)
            node.Attribute.Add(attribute.Proto);
        Proto.Node.Add(node);
        names.Add(name);
        Value = name;
    }

    /// <summary>Whether there is a node or a constant of this name.</summary>
    public bool Has(string name) => names.Contains(name);

    /// <summary>Adds a constant and gives its name back.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its axes; none for a single number.</param>
    /// <param name="elements">Row-major.</param>
    public string AddConstant(string name, ReadOnlySpan<long> shape, ReadOnlySpan<float> elements)
    {
        byte[] bytes = new byte[elements.Length * sizeof(float)];
        for (int i = 0; i < elements.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), elements[i]);
        names.Add(name);
        Proto.Initializer.Add(new TensorProto
        {
            Name = name,
            Dims = { shape.ToArray() },
            DataType = (int)TensorProto.Types.DataType.Float,
            RawData = UnsafeByteOperations.UnsafeWrap(bytes),
        });
        return name;
    }

    /// <summary>Makes the last node's output the graph's: float [batch, shape].</summary>
    public void End(string output, Shape shape)
    {
        if (Proto.Node.Count == 0)
            Add(output, "Identity", []);
        Proto.Node[^1].Output[0] = output;
        Proto.Output.Add(Describe(output, shape, TensorProto.Types.DataType.Float));
    }

    private static ValueInfoProto Describe(string name, Shape shape, TensorProto.Types.DataType type)
    {
        TensorShapeProto axes = new() { Dim = { new TensorShapeProto.Types.Dimension { DimParam = OnnxValue.BatchAxis } } };
        foreach (int axis in shape.Axes)
            axes.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = axis });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = axes } },
        };
    }
}
