using System.Buffers.Binary;
using Google.Protobuf;
using NanoConv.Onnx.Schema;
using NanoConv.Tensors;

namespace NanoConv.Onnx;

/// <summary>
/// A graph that grows node by node: each takes the value that the graph has come to, and constants or what others have made. Names of
/// values are those of the nodes that make them.
/// </summary>
internal sealed class OnnxGraph(string input)
{
    private static readonly long[] ToNchw = [0, 3, 1, 2], ToNhwc = [0, 2, 3, 1];

    private readonly HashSet<string> names = [];
    private readonly Dictionary<(string Value, bool ToNchw), string> transposed = [];

    /// <summary>The value that the graph has come to: the last node's output, the input, or where a branch goes on.</summary>
    public string Value { get; set; } = input;

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

    /// <summary>Puts a picture into the other order, once for all that read it so.</summary>
    /// <param name="value">Its name.</param>
    /// <param name="layer">Who asks first.</param>
    /// <param name="toNchw">The order wanted, which it has not.</param>
    /// <returns>Its name in that order.</returns>
    public string Transposed(string value, string layer, bool toNchw)
    {
        if (transposed.TryGetValue((value, toNchw), out string? known))
            return known;
        string before = Value;
        Value = value;
        Add(Unique($"{layer}/{(toNchw ? "ToNchw" : "ToNhwc")}"), "Transpose", [], new OnnxAttribute("perm", toNchw ? ToNchw : ToNhwc));
        (transposed[(value, toNchw)], transposed[(Value, !toNchw)]) = (Value, value);
        (known, Value) = (Value, before);
        return known;
    }

    /// <summary>The name with a number behind it if there is one like it.</summary>
    public string Unique(string name)
    {
        string unique = name;
        for (int i = 2; names.Contains(unique); i++)
            unique = $"{name}_{i}";
        return unique;
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
        return AddConstant(name, shape, TensorProto.Types.DataType.Float, bytes);
    }

    /// <summary>Adds whole numbers in a row, as operators take them that deal with axes, and gives their name back.</summary>
    /// <param name="name">Their name.</param>
    /// <param name="elements">The numbers.</param>
    public string AddIntegers(string name, ReadOnlySpan<long> elements)
    {
        byte[] bytes = new byte[elements.Length * sizeof(long)];
        for (int i = 0; i < elements.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), elements[i]);
        return AddConstant(name, [elements.Length], TensorProto.Types.DataType.Int64, bytes);
    }

    /// <summary>Makes values the graph's outputs: float [batch, shape]. Nodes that nobody else reads make them under their new names.</summary>
    /// <param name="outputs">The values, in order: what each is called, what it is to be called, its shape.</param>
    public void End(IReadOnlyList<(string Value, string Name, Shape Shape)> outputs)
    {
        // A value that is read, or is two outputs, or is the input keeps its name.
        HashSet<string> kept = [.. Proto.Node.SelectMany(node => node.Input)];
        kept.UnionWith(outputs.GroupBy(output => output.Value).Where(same => same.Count() > 1).Select(same => same.Key));
        Dictionary<string, NodeProto> makers = Proto.Node.ToDictionary(node => node.Output[0]);
        foreach ((string value, string name, Shape shape) in outputs)
        {
            if (!kept.Contains(value) && makers.TryGetValue(value, out NodeProto? maker))
            {
                maker.Output[0] = name;
            }
            else
            {
                Value = value;
                Add(name, "Identity", []);
            }

            Proto.Output.Add(Describe(name, shape, TensorProto.Types.DataType.Float));
        }
    }

    private string AddConstant(string name, ReadOnlySpan<long> shape, TensorProto.Types.DataType type, byte[] bytes)
    {
        names.Add(name);
        Proto.Initializer.Add(new TensorProto
        {
            Name = name,
            Dims = { shape.ToArray() },
            DataType = (int)type,
            RawData = UnsafeByteOperations.UnsafeWrap(bytes),
        });
        return name;
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
