using NanoConv.Onnx.Schema;

namespace NanoConv.Onnx;

/// <summary>A setting of an ONNX operator.</summary>
public sealed class OnnxAttribute
{
    /// <summary>A whole number.</summary>
    /// <param name="name">The setting's name, as <c>axis</c>.</param>
    /// <param name="number">The number.</param>
    public OnnxAttribute(string name, long number) => Proto = new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = number };

    /// <summary>A real number.</summary>
    /// <param name="name">The setting's name, as <c>alpha</c>.</param>
    /// <param name="number">The number.</param>
    public OnnxAttribute(string name, float number) => Proto = new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = number };

    /// <summary>Whole numbers.</summary>
    /// <param name="name">The setting's name, as <c>perm</c>.</param>
    /// <param name="numbers">The numbers.</param>
    public OnnxAttribute(string name, params ReadOnlySpan<long> numbers) =>
        Proto = new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { numbers.ToArray() } };

    /// <summary>Text.</summary>
    /// <param name="name">The setting's name, as <c>mode</c>.</param>
    /// <param name="text">The text.</param>
    public OnnxAttribute(string name, string text) =>
        Proto = new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = Google.Protobuf.ByteString.CopyFromUtf8(text) };

    internal AttributeProto Proto { get; }
}
