using System.Diagnostics;
using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using NanoConv.Cifar.Networks;
using NanoConv.Cifar.Tests.Data;
using NanoConv.Tests;

namespace NanoConv.Onnx.Tests;

/// <summary>
/// Exported networks in OpenCV, proved with Debian 12's 4.6: its reader knows less of ONNX than ONNX Runtime does, and does not say
/// so: it takes every Gemm as if transB were 1, which for a square kernel gives other numbers without an error.
/// </summary>
public sealed class OpenCvTests : PropertySuite, IDisposable
{
    private const int Batch = 3, NetworksAtOnce = 40;
    private const double Tolerance = 1e-5;

    // OpenCV takes half a second to load: many networks share a process.
    private static readonly Arbitrary<ExportCase[]> Many = Arb.From(
        from pictures in Gen.ArrayOf(Generators.PictureNetworks.Generator, NetworksAtOnce)
        from flat in Gen.ArrayOf(Generators.FlatNetworks.Generator, NetworksAtOnce / 5)
        select (ExportCase[])[.. pictures, .. flat],
        Shrink);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [OpenCvFact]
    public void Dense_layers_square_and_not_agree() => AssertAgree(
    [
        new((4, 4, 1), [new Flatten(), new Dense(16, Activation.Softmax)], OnnxLayout.Nhwc, Seed: 1),
        new((4, 4, 1), [new Flatten(), new Dense(5, Activation.Softmax)], OnnxLayout.Nchw, Seed: 2),
        new((4, 3, 2), [new Flatten(), new Dense(24, Activation.ReLU), new Dense(24), new Dense(7, Activation.Softmax)], OnnxLayout.Nchw, Seed: 3),
        new(6, [new Dense(6, Activation.ReLU, useBias: false), new Dense(9, useBias: false)], OnnxLayout.Nhwc, Seed: 4),
        new(1, [new Dense(1)], OnnxLayout.Nhwc, Seed: 5),
    ]);

    [OpenCvFact]
    public void The_papers_networks_agree() => AssertAgree(
    [
        .. from name in CifarNetwork.Names
           from layout in Enum.GetValues<OnnxLayout>()
           select new ExportCase(CifarNetwork.InputShape, [.. CifarNetwork.Create(name, l1: 0).Layers], layout, Seed: 1),
    ]);

    [OpenCvFact]
    public void Networks_that_take_bytes_agree() => AssertAgree(
    [
        .. from layout in Enum.GetValues<OnnxLayout>()
           select new ExportCase((8, 6, 3), [new Conv2D(4, 3), new Flatten(), new Dense(5, Activation.Softmax)], layout, Seed: 1),
    ], bytes: true);

    [OpenCvFact]
    public void Generated_networks_agree() => ForAll(Many, networks => AssertAgree([.. networks.Where(IsRead)]), share: 0.01);

    // OpenCV 4.6 reads Clip, which ReLU6 is, only as it was before its limits became inputs.
    private static bool IsRead(ExportCase network) => !network.Layers.Any(layer => layer switch
    {
        Conv2D { Activation: ReLU6 } or Dense { Activation: ReLU6 } or ActivationLayer { Activation: ReLU6 } => true,
        _ => false,
    });

    /// <summary>Sums, products and concatenations of pictures, normalisations, and a dense layer on pictures flattened apart.</summary>
    [OpenCvFact]
    public void Networks_with_branches_agree()
    {
        Node x = Network.Input((6, 8, 3));
        Node a = x.Then(new Conv2D(4, 3, padding: Padding.Same, useBias: false), new BatchNormalization(), Activation.ReLU);
        Node b = Node.Add(a.Then(new Conv2D(4, 3, padding: Padding.Same), new BatchNormalization()), a).Then(Activation.ReLU);
        Node c = Node.Concatenate(b.Then(new MaxPooling2D(2)), a.Then(new Conv2D(3, 3, 2, Padding.Same)));
        Node d = Node.Multiply(c, c.Then(new Conv2D(7, 1, activation: Activation.Sigmoid)));
        Node[] ends =
        [
            d.Then(new Flatten(), new Dense(5, Activation.Softmax)),
            Node.Concatenate(d.Then(new Flatten()), b.Then(new Flatten())).Then(new BatchNormalization(), new Dense(5)),
            Node.Add(a, b, a.Then(new Conv2D(4, 1))).Then(new Flatten(), new Dense(5)),
        ];
        foreach (Node end in ends)
        {
            foreach (OnnxLayout layout in Enum.GetValues<OnnxLayout>())
                AssertAgree(GraphExportCase.Moved(new Network(x, end), seed: 1), layout);
        }
    }

    private static IEnumerable<ExportCase[]> Shrink(ExportCase[] networks) => networks.Length > 1
        ? [networks[..(networks.Length / 2)], networks[(networks.Length / 2)..]]
        : Generators.PictureNetworks.Shrinker(networks[0]).Select(smaller => (ExportCase[])[smaller]);

    private void AssertAgree(ExportCase[] networks, bool bytes = false)
    {
        foreach (string file in Directory.GetFiles(folder.Path))
            File.Delete(file);
        float[][] expected = [.. networks.Select((network, i) => bytes ? Write<byte>(network, i) : Write<float>(network, i))];
        RunInOpenCv();
        for (int i = 0; i < networks.Length; i++)
        {
            if (File.Exists(folder[$"{i}.refused"]))
                Assert.Fail($"{networks[i]}: {File.ReadAllText(folder[$"{i}.refused"])}");
            float[] actual = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(folder[$"{i}.output"])).ToArray();
            Expect.Close<float>($"{networks[i]}: output", expected[i], actual, Tolerance);
        }
    }

    private void AssertAgree(Model<float> model, OnnxLayout layout)
    {
        float[] expected = Write<float>(model, layout, Numbers.Reals<float>(Batch * model.InputShape.Elements, seed: 1), "graph");
        RunInOpenCv();
        Assert.False(File.Exists(folder["graph.refused"]), layout.ToString());
        float[] actual = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(folder["graph.output"])).ToArray();
        Expect.Close<float>($"{layout}: output", expected, actual, Tolerance);
    }

    // The network, a batch for it, and what it should make of it.
    private float[] Write<TElement>(ExportCase network, int i)
        where TElement : unmanaged => Write<TElement>(network.Build()!, network.Layout, network.Inputs(Batch), $"{i}");

    private float[] Write<TElement>(Model<float> model, OnnxLayout layout, float[] batch, string name)
        where TElement : unmanaged
    {
        Shape input = model.InputShape;
        bool bytes = typeof(TElement) == typeof(byte);
        model.ToOnnx(new OnnxExportOptions { InputLayout = layout, ScalePixels = bytes }).Save(folder[$"{name}.onnx"]);
        if (bytes)
            batch = [.. batch.Select(number => MathF.Floor(Math.Abs(number) * byte.MaxValue))];
        TElement[] elements = bytes ? (TElement[])(object)Array.ConvertAll(batch, number => (byte)number) : (TElement[])(object)batch;
        TElement[] ordered = input.Rank == 3 ? Layouts.Order(elements, layout, input) : elements;
        long[] axes = input.Rank == 3 ? Layouts.Axes(layout, input, Batch) : [Batch, input[0]];
        File.WriteAllBytes(folder[$"{name}.input"], MemoryMarshal.AsBytes<TElement>(ordered).ToArray());
        File.WriteAllText(folder[$"{name}.shape"], $"{(bytes ? "uint8" : "float32")} {string.Join(' ', axes)}");
        float[] numbers = bytes ? Array.ConvertAll(batch, number => number / byte.MaxValue) : batch;
        Tensor<float> outputs = model.Predict(new Tensor<float>(input.Batch(Batch), numbers), threads: 1);
        return outputs.AsSpan().ToArray();
    }

    private void RunInOpenCv()
    {
        string script = Path.Combine(AppContext.BaseDirectory, "python", "run_in_opencv.py");
        ProcessStartInfo start = new(OpenCvFactAttribute.Interpreter!, [script, folder.Path]) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }
}
