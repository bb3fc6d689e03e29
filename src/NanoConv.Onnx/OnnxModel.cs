using System.Globalization;
using Google.Protobuf;
using NanoConv.Files;
using NanoConv.Onnx.Schema;

namespace NanoConv.Onnx;

/// <summary>A network in the ONNX format, made by <see cref="OnnxExport.ToOnnx"/>: ready to be written.</summary>
public sealed class OnnxModel
{
    /// <summary>The version of the standard operators that a file asks for.</summary>
    public const int Opset = 17;

    /// <summary>The version of the format: the one that came with <see cref="Opset"/>.</summary>
    public const int IrVersion = 8;

    /// <summary>Where the metadata have the classes' names, a JSON array; in the application's model files as well.</summary>
    public const string ClassNamesKey = "nanoconv.classes";

    private readonly ModelProto model;

    internal OnnxModel(ModelProto model)
    {
        this.model = model;
        (Input, Outputs) = (Value(model.Graph.Input[0]), [.. model.Graph.Output.Select(Value)]);
    }

    /// <summary>What the network takes.</summary>
    public OnnxValue Input { get; }

    /// <summary>What it gives; of a network with several outputs, the first.</summary>
    public OnnxValue Output => Outputs[0];

    /// <summary>All that it gives, in the order of the network's outputs.</summary>
    public IReadOnlyList<OnnxValue> Outputs { get; }

    /// <summary>The file's length in bytes.</summary>
    public int Size => model.CalculateSize();

    /// <summary>Writes the file, atomically. Equal models and options give equal files.</summary>
    /// <param name="path">The file, as <c>model.onnx</c>; replaced if there is one.</param>
    /// <exception cref="IOException">It cannot be written; an older file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, Write);

    /// <summary>Writes the file's content.</summary>
    /// <param name="stream">Where to; stays open.</param>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        model.WriteTo(stream);
    }

    private static OnnxValue Value(ValueInfoProto value)
    {
        TypeProto.Types.Tensor tensor = value.Type.TensorType;
        string type = tensor.ElemType == (int)TensorProto.Types.DataType.Uint8 ? "uint8" : "float32";
        return new OnnxValue(value.Name, type, [.. tensor.Shape.Dim.Select(Length)]);
    }

    private static string Length(TensorShapeProto.Types.Dimension axis) =>
        axis.HasDimParam ? axis.DimParam : axis.DimValue.ToString(CultureInfo.InvariantCulture);
}
