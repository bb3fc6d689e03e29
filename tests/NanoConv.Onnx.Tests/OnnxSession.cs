using Microsoft.ML.OnnxRuntime;
using NanoConv.Onnx.Schema;

namespace NanoConv.Onnx.Tests;

/// <summary>An exported network in ONNX Runtime, on the CPU.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession session;
    private readonly RunOptions run = new();

    public OnnxSession(OnnxModel model)
        : this(Bytes(model))
    {
    }

    public OnnxSession(byte[] file)
    {
        using SessionOptions options = new() { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        session = new InferenceSession(file, options);
    }

    public IReadOnlyDictionary<string, NodeMetadata> Inputs => session.InputMetadata;

    public IReadOnlyDictionary<string, NodeMetadata> Outputs => session.OutputMetadata;

    public ModelMetadata Metadata => session.ModelMetadata;

    /// <summary>The file as it is written.</summary>
    public static byte[] Bytes(OnnxModel model)
    {
        using MemoryStream stream = new();
        model.Write(stream);
        return stream.ToArray();
    }

    /// <summary>The file, read back.</summary>
    public static ModelProto Parse(OnnxModel model) => ModelProto.Parser.ParseFrom(Bytes(model));

    /// <summary>What the network, which has one output, makes of a batch [axes]; a shape that does not fit is ONNX Runtime's error.</summary>
    public (long[] Shape, float[] Elements) Run<TElement>(TElement[] batch, params long[] axes)
        where TElement : unmanaged => Assert.Single(RunAll(batch, axes));

    /// <summary>All outputs, in the file's order.</summary>
    public IReadOnlyList<(long[] Shape, float[] Elements)> RunAll<TElement>(TElement[] batch, params long[] axes)
        where TElement : unmanaged
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(batch, axes);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, session.InputNames, [input], session.OutputNames);
        return [.. outputs.Select(output => (output.GetTensorTypeAndShape().Shape, output.GetTensorDataAsSpan<float>().ToArray()))];
    }

    public void Dispose()
    {
        run.Dispose();
        session.Dispose();
    }
}
