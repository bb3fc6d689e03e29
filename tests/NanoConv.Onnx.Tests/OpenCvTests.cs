using System.Diagnostics;
using System.Runtime.InteropServices;
using NanoConv.Cifar.Networks;
using NanoConv.Cifar.Tests.Data;
using NanoConv.Tests;

namespace NanoConv.Onnx.Tests;

/// <summary>
/// Exported networks in OpenCV 4.6, Debian 12's: its reader knows less of ONNX than ONNX Runtime does, and is silently wrong where it
/// does not ask (it reads every Gemm as if transB were 1).
/// </summary>
public sealed class OpenCvTests : IDisposable
{
    private const int Batch = 3;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [OpenCvFact]
    public void Dense_layers_square_and_not_agree() => AssertAgree(
        ("square", (4, 4, 1), [new Flatten(), new Dense(16, Activation.Softmax)]),
        ("rectangular", (4, 4, 1), [new Flatten(), new Dense(5, Activation.Softmax)]),
        ("channels", (4, 3, 2), [new Flatten(), new Dense(24, Activation.ReLU), new Dense(24), new Dense(7, Activation.Softmax)]),
        ("flat", 6, [new Dense(6, Activation.ReLU, useBias: false), new Dense(9, useBias: false)]),
        ("one", 1, [new Dense(1)]));

    [OpenCvFact]
    public void The_papers_networks_agree() => AssertAgree(
        [.. CifarNetwork.Names.Select(name => (name, CifarNetwork.InputShape, CifarNetwork.Create(name, l1: 0).Layers.ToArray()))]);

    [OpenCvFact]
    public void Every_operator_that_is_exported_agrees() => AssertAgree(
        ("valid", (6, 5, 2), [new Conv2D(3, (3, 2))]),
        ("same", (7, 6, 2), [new Conv2D(3, 3, Padding.Same, activation: Activation.ReLU, useBias: false)]),
        ("strides", (8, 7, 2), [new Conv2D(3, 3, Padding.Same, strides: 2)]),
        ("explicit", (8, 9, 1), [new Conv2D(2, (5, 6), Padding.Explicit(top: 1, bottom: 2, left: 3, right: 4), (2, 3))]),
        ("pooling", (7, 8, 3), [new MaxPooling2D(2)]),
        ("pooling-same", (7, 8, 3), [new MaxPooling2D(3, 2, Padding.Same)]),
        ("pooling-explicit", (7, 8, 3), [new MaxPooling2D(3, 2, Padding.Explicit(top: 0, bottom: 1, left: 2, right: 1))]),
        ("softmax-picture", (4, 5, 3), [new ActivationLayer(Activation.Softmax)]),
        ("softmax-channels", (4, 5, 3), [new Conv2D(4, 3, activation: Activation.Softmax)]),
        ("softmax-flat", 6, [new ActivationLayer(Activation.Softmax)]),
        ("flatten", (4, 5, 3), [new Conv2D(4, 3), new Flatten()]),
        ("relu", (4, 5, 3), [new ActivationLayer(Activation.ReLU), new Dropout(0.5)]),
        ("nothing", 3, [new Dropout(0.5)]));

    private void AssertAgree(params ReadOnlySpan<(string Name, Shape Input, Layer[] Layers)> networks)
    {
        Dictionary<string, Tensor<float>> expected = [];
        foreach ((string name, Shape input, Layer[] layers) in networks)
        {
            foreach (PictureLayout layout in Enum.GetValues<PictureLayout>())
            {
                if (layout == PictureLayout.Nchw && input.Rank != 3)
                    continue;
                ExportCase network = new(input, layers, layout, Seed: 1);
                Model<float> model = network.Build()!;
                float[] batch = network.Inputs(Batch);
                string path = folder[$"{name}-{layout}"];
                model.ToOnnx(new OnnxExportOptions { InputLayout = layout }).Save($"{path}.onnx");
                File.WriteAllBytes($"{path}.input", MemoryMarshal.AsBytes<float>(Layouts.Order(batch, layout, input)).ToArray());
                long[] axes = input.Rank == 3 ? Layouts.Axes(layout, input, Batch) : [Batch, .. input.Axes];
                File.WriteAllText($"{path}.shape", $"float32 {string.Join(' ', axes)}");
                expected[path] = model.Predict(new Tensor<float>(input.Batch(Batch), batch), threads: 1);
            }
        }

        Run();
        foreach ((string path, Tensor<float> outputs) in expected)
        {
            string name = Path.GetFileName(path);
            Assert.False(File.Exists($"{path}.refused"), $"{name}: {(File.Exists($"{path}.refused") ? File.ReadAllText($"{path}.refused") : "")}");
            Assert.Equal(string.Join(' ', outputs.Shape.Axes.ToArray()), File.ReadAllText($"{path}.axes"));
            Expect.Close<float>(name, outputs.AsSpan(), MemoryMarshal.Cast<byte, float>(File.ReadAllBytes($"{path}.output")), 1e-5);
        }
    }

    private void Run()
    {
        string script = Path.Combine(AppContext.BaseDirectory, "python", "run_in_opencv.py");
        ProcessStartInfo start = new(OpenCvFactAttribute.Interpreter!, [script, folder.Path]) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }
}
