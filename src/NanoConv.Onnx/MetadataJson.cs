using System.Text.Json.Serialization;

namespace NanoConv.Onnx;

/// <summary>How class names are written as JSON: by generated code, as trimmed and AOT programs have no reflection to do it.</summary>
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class MetadataJson : JsonSerializerContext;
