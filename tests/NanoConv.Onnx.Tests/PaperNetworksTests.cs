using System.Collections.Concurrent;
using NanoConv.Cifar.Data;
using NanoConv.Cifar.Networks;

namespace NanoConv.Onnx.Tests;

/// <summary>The paper's networks, in ONNX Runtime and here.</summary>
public sealed class PaperNetworksTests
{
    private const int Images = 1000, Classes = 10, Seed = 2;

    private static readonly (byte[] Pixels, byte[] Labels) Test = Shapes10.Generate(Shapes10Split.Test, Images);
    private static readonly ConcurrentDictionary<string, Lazy<(Model<float> Model, float[] Outputs)>> Built = new();

    public static IEnumerable<object[]> Exports { get; } =
        from network in CifarNetwork.Names
        from layout in Enum.GetValues<OnnxLayout>()
        from scalePixels in (bool[])[false, true]
        select (object[])[network, layout, scalePixels];

    [Theory]
    [MemberData(nameof(Exports))]
    public void Outputs_agree_within_1e_5_and_classes_are_equal_on_1000_images(string network, OnnxLayout layout, bool scalePixels)
    {
        (Model<float> model, float[] expected) = Built.GetOrAdd(network, name => new(() => Build(name))).Value;
        using OnnxSession session = new(model.ToOnnx(new OnnxExportOptions { InputLayout = layout, ScalePixels = scalePixels }));
        byte[] pixels = Layouts.Order(Test.Pixels, layout, model.InputShape);
        long[] axes = Layouts.Axes(layout, model.InputShape, Images);
        (long[] shape, float[] actual) = scalePixels
            ? session.Run(pixels, axes)
            : session.Run(Array.ConvertAll(pixels, pixel => pixel / 255f), axes);

        Assert.Equal([Images, Classes], shape);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 1e-5, $"image {i / Classes}, class {i % Classes}: expected {expected[i]}, received {actual[i]}");
        Assert.Equal(Winners(expected), Winners(actual));
    }

    // Random weights as they are drawn make one class of every picture. Moved and scaled so that each channel has mean 0 and
    // deviation 1 before its activation (over some of the pictures), from the first layer to the last, they tell them apart.
    private static (Model<float> Model, float[] Outputs) Build(string network)
    {
        Sequential layers = CifarNetwork.Create(network, l1: 0);
        Model<float> model = layers.Build<float>(CifarNetwork.InputShape, seed: Seed);
        for (int i = 0; i < model.Layers.Count; i++)
        {
            if (model.Layers[i].Parameters is [var kernel, var bias])
                Standardise(model, kernel, bias, new Sequential([.. layers.Layers.Take(i), WithoutActivation(layers.Layers[i])]));
        }

        float[] outputs = Predict(model, Images);
        Assert.Equal(Enumerable.Range(0, Classes), Winners(outputs).Distinct().Order());
        Assert.InRange(outputs.Chunk(Classes).Average(row => row.Max()), 0.2, 0.8);
        Assert.True(Margin(outputs) > 2e-5, $"{network}: two classes are only {Margin(outputs)} apart: rounding decides");
        return (model, outputs);
    }

    private static void Standardise(Model<float> whole, Parameter<float> kernel, Parameter<float> bias, Sequential front)
    {
        Model<float> model = front.Build<float>(CifarNetwork.InputShape);
        model.Edit(weights => whole.Weights[..weights.Length].CopyTo(weights));
        int channels = bias.Shape[0];
        float[][] pixels = [.. Predict(model, images: 100).Chunk(channels)];
        for (int c = 0; c < channels; c++)
        {
            float mean = pixels.Average(pixel => pixel[c]);
            float deviation = MathF.Sqrt(pixels.Average(pixel => (pixel[c] - mean) * (pixel[c] - mean)));
            int channel = c;
            whole.Edit(bias, values => values[channel] = (values[channel] - mean) / deviation);
            whole.Edit(kernel, values =>
            {
                for (int i = channel; i < values.Length; i += channels)
                    values[i] /= deviation;
            });
        }
    }

    private static Layer WithoutActivation(Layer layer) => layer is Conv2D conv
        ? new Conv2D(conv.Filters, conv.KernelSize, conv.Strides, conv.Padding)
        : new Dense(((Dense)layer).Units);

    private static float[] Predict(Model<float> model, int images)
    {
        Memory<byte> pixels = Test.Pixels.AsMemory(0, images * model.InputShape.Elements), labels = Test.Labels.AsMemory(0, images);
        return model.Predict(new ByteImageDataset<float>(pixels, labels, model.InputShape, Classes)).AsSpan().ToArray();
    }

    // Between the two most probable classes, where they are closest.
    private static float Margin(float[] outputs) => outputs.Chunk(Classes).Min(row => row.Max() - row.Order().ElementAt(Classes - 2));

    private static int[] Winners(float[] outputs) => [.. outputs.Chunk(Classes).Select(row => row.IndexOf(row.Max()))];
}
