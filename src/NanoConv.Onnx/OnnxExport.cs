using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using NanoConv.Graphs;
using NanoConv.Onnx.Schema;
using NanoConv.Tensors;

namespace NanoConv.Onnx;

/// <summary>Models as ONNX, for other runtimes to predict with.</summary>
public static class OnnxExport
{
    // A file is one protocol-buffers message, which has to stay below 2 GiB; this much is left for all but weights.
    private const long MostWeightBytes = int.MaxValue - (1L << 20);

    // Names are read by people too.
    private static readonly MetadataJson Readable = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>
    /// Translates a model: its prediction, with the weights as they are now, on batches of any size. Dropout is left out, as
    /// in prediction.
    /// </summary>
    /// <param name="model">The model. One in double is exported in float, as ONNX Runtime convolves in nothing wider.</param>
    /// <param name="options">What the network takes and what the file says of it; by default NHWC floats.</param>
    /// <typeparam name="T">The model's number type.</typeparam>
    /// <exception cref="ArgumentException">
    /// A layer or an activation has no translator (<see cref="OnnxTranslators"/>), a weight is too large for a float, there are too many of
    /// them, or the options do not fit the model.
    /// </exception>
    public static OnnxModel ToOnnx<T>(this Model<T> model, OnnxExportOptions? options = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new OnnxExportOptions();
        Shape[] outputShapes = [.. model.Topology.Outputs.ToArray().Select(value => model.Layers[value - 1].OutputShape)];
        string[] outputs = OutputNames(options, [.. model.Topology.Outputs.ToArray().Select(value => model.Layers[value - 1].Name)]);
        Check(options, model.InputShape, outputShapes);
        CheckSize(model.ParameterCount);
        ModelProto file = new()
        {
            IrVersion = OnnxModel.IrVersion,
            ProducerName = options.ProducerName,
            ProducerVersion = options.ProducerVersion,
            Graph = new NetworkTranslation<T>(model, options).Run(outputs),
        };
        file.OpsetImport.Add(new OperatorSetIdProto { Version = OnnxModel.Opset });
        SortedDictionary<string, string> metadata = new(StringComparer.Ordinal); // equal metadata, equal files
        foreach ((string key, string value) in options.Metadata ?? new Dictionary<string, string>())
            metadata[key] = value;
        if (options.ClassNames is { } classes)
            metadata[OnnxModel.ClassNamesKey] = JsonSerializer.Serialize(classes, Readable.IReadOnlyListString);
        file.MetadataProps.AddRange(metadata.Select(entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value }));
        return new OnnxModel(file);
    }

    /// <summary>Refuses more parameters than a file holds.</summary>
    internal static void CheckSize(long parameters)
    {
        if (parameters * sizeof(float) > MostWeightBytes)
        {
            throw new ArgumentException(
                $"an ONNX file is smaller than 2 GiB: expected at most {MostWeightBytes / sizeof(float):N0} parameters, received {parameters:N0}");
        }
    }

    private static void Check(OnnxExportOptions options, Shape input, Shape[] outputs)
    {
        if (!Enum.IsDefined(options.InputLayout))
            throw new ArgumentException($"{nameof(options.InputLayout)}: expected Nhwc or Nchw, received {(int)options.InputLayout}");
        if (options.InputLayout == OnnxLayout.Nchw && input.Rank != 3)
            throw new ArgumentException($"{nameof(options.InputLayout)}: expected pictures (height, width, channels) for Nchw, received {input}");
        if (options.ClassNames is not { } classes)
            return;
        if (outputs is not [var output])
            throw new ArgumentException($"{nameof(options.ClassNames)}: expected a network with one output, received one with {outputs.Length}");
        if (classes.Count != output.Elements)
        {
            throw new ArgumentException(
                $"{nameof(options.ClassNames)}: expected {output.Elements} names, one for each output, received {classes.Count}");
        }
    }

    /// <summary>What the outputs are called.</summary>
    private static string[] OutputNames(OnnxExportOptions options, string[] layers)
    {
        CheckName(options.InputName, nameof(options.InputName));
        CheckName(options.OutputName, nameof(options.OutputName));
        if (options.OutputName != OnnxExportOptions.DefaultOutputName && (layers.Length > 1 || options.OutputNames is not null))
        {
            throw new ArgumentException(
                $"{nameof(options.OutputName)}: expected a network with one output and no {nameof(options.OutputNames)}, "
                + $"received '{options.OutputName}' for {layers.Length}: {nameof(options.OutputNames)} names all of them");
        }

        string[] names = [.. options.OutputNames ?? (layers.Length == 1 ? [options.OutputName] : layers)];
        if (names.Length != layers.Length)
            throw new ArgumentException($"{nameof(options.OutputNames)}: expected {layers.Length} names, one for each output, received {names.Length}");
        foreach (string name in names)
            CheckName(name, nameof(options.OutputNames));
        if (((string[])[options.InputName, .. names]).GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { Key: var twice })
            throw new ArgumentException($"expected different names for input and outputs, received '{twice}' twice");
        return names;
    }

    private static void CheckName(string name, string option)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Contains('/'))
            throw new ArgumentException($"{option}: expected a name that is not empty and has no '/', received '{name}'");
    }
}
