using System.Buffers.Binary;
using Google.Protobuf;
using NanoConv.Onnx.Schema;

namespace NanoConv.Onnx;

/// <summary>
/// A graph without branches: each node takes what the one before has made, and constants. Names of values are those of the
/// nodes that make them.
/// </summary>
internal sealed class OnnxGraph(string input)
{
    private string value = input;

    /// <summary>What was put together so far.</summary>
    public GraphProto Proto { get; } = new() { Name = "network" };

    /// <summary>Says what the first node is given: [batch, shape].</summary>
    public void AddInput(Shape shape, TensorProto.Types.DataType type) => Proto.Input.Add(Value(value, shape, type));

    /// <summary>Adds a node.</summary>
    /// <param name="name">Its name, and that of its output.</param>
    /// <param name="operation">The operator.</param>
    /// <param name="constants">The names of its inputs behind the first.</param>
    /// <param name="attributes">The operator's settings.</param>
    public void Add(string name, string operation, IReadOnlyList<string> constants, params ReadOnlySpan<AttributeProto> attributes)
    {
        Proto.Node.Add(new NodeProto
        {
            Name = name,
            OpType = operation,
            Input = { value, constants },
            Output = { name },
            Attribute = { attributes.ToArray() },
        });
        value = name;
    }

    /// <summary>Adds a constant and gives its name back.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its axes; none for a single number.</param>
    /// <param name="elements">Row-major.</param>
    public string AddConstant(string name, ReadOnlySpan<long> shape, ReadOnlySpan<float> elements)
    {
        byte[] bytes = new byte[elements.Length * sizeof(float)];
        for (int i = 0; i < elements.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), elements[i]);
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
        Proto.Output.Add(Value(output, shape, TensorProto.Types.DataType.Float));
    }

    /// <summary>A setting that is a number.</summary>
    public static AttributeProto Attribute(string name, long number) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = number };

    /// <summary>A setting that is a list of numbers.</summary>
    public static AttributeProto Attribute(string name, ReadOnlySpan<long> numbers) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { numbers.ToArray() } };

    private static ValueInfoProto Value(string name, Shape shape, TensorProto.Types.DataType type)
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
