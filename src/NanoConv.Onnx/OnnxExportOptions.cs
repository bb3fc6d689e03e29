using NanoConv.Metrics;
using NanoConv.Models;

namespace NanoConv.Onnx;

/// <summary>What an exported network takes, and what its file says of it.</summary>
public sealed record OnnxExportOptions
{
    internal const string DefaultOutputName = "output";

    /// <summary>The order of the axes in which pictures come in. Outputs always have the model's own order.</summary>
    public OnnxLayout InputLayout { get; init; } = OnnxLayout.Nhwc;

    /// <summary>
    /// Whether the network takes bytes, 0 to 255 in a uint8 tensor, and makes numbers in [0, 1] of them itself, as
    /// <see cref="Data.ByteImageDataset{T}"/> does; otherwise it takes float32, the very numbers that the model takes.
    /// </summary>
    public bool ScalePixels { get; init; }

    /// <summary>The input's name; not empty, without a slash, as names in the graph that are made of layers' have one.</summary>
    public string InputName { get; init; } = "input";

    /// <summary>The output's name, of a network with one; not empty, without a slash, and another than the input's.</summary>
    public string OutputName { get; init; } = DefaultOutputName;

    /// <summary>
    /// The outputs' names, in the network's order; different ones, like <see cref="OutputName"/>. By default that one, and of a network with
    /// several outputs the names of the layers that make them.
    /// </summary>
    public IReadOnlyList<string>? OutputNames { get; init; }

    /// <summary>The program that the file says it was made by.</summary>
    public string ProducerName { get; init; } = "NanoConv";

    /// <summary>That program's version; by default the library's.</summary>
    public string ProducerVersion { get; init; } = Model.LibraryVersion;

    /// <summary>A name for each class, of a network with one output; in the metadata under <see cref="OnnxModel.ClassNamesKey"/>, as a JSON array.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>More text by key for the metadata.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}
