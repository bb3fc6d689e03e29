using Microsoft.ML.OnnxRuntime;
using NanoConv.Onnx;

namespace NanoConv.Bench;

/// <summary>
/// An exported network in ONNX Runtime, on some threads of the CPU, with pictures that lie ready in the layout it computes in:
/// NCHW, so that nothing is transposed while it is timed.
/// </summary>
internal sealed class OnnxRuntimeSession : IDisposable
{
    private readonly InferenceSession session;
    private readonly RunOptions run = new();
    private readonly OrtValue input;

    public OnnxRuntimeSession(Model<float> model, Tensor<float> pictures, int threads)
    {
        using MemoryStream file = new();
        model.ToOnnx(new OnnxExportOptions { InputLayout = OnnxLayout.Nchw }).Write(file);
        using SessionOptions options = new() { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        session = new InferenceSession(file.ToArray(), options);
        Shape shape = pictures.Shape;
        input = OrtValue.CreateTensorValueFromMemory(ChannelsFirst(pictures), [shape[0], shape[3], shape[1], shape[2]]);
    }

    /// <summary>Predicts all pictures.</summary>
    public float[] Run()
    {
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, session.InputNames, [input], session.OutputNames);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        input.Dispose();
        run.Dispose();
        session.Dispose();
    }

    private static float[] ChannelsFirst(Tensor<float> pictures)
    {
        (int images, int height, int width, int channels) = (pictures.Shape[0], pictures.Shape[1], pictures.Shape[2], pictures.Shape[3]);
        float[] result = new float[pictures.Shape.Elements];
        for (int image = 0; image < images; image++)
            for (int channel = 0; channel < channels; channel++)
                for (int row = 0; row < height; row++)
                    for (int column = 0; column < width; column++)
                        result[(((((image * channels) + channel) * height) + row) * width) + column] = pictures[image, row, column, channel];
        return result;
    }
}
