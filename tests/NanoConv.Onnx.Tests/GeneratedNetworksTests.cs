using NanoConv.Tests;

namespace NanoConv.Onnx.Tests;

/// <summary>Whatever network: ONNX Runtime makes of it what the model makes, batches of several sizes in one session.</summary>
public sealed class GeneratedNetworksTests : PropertySuite
{
    private const double Tolerance = 1e-5;

    private static readonly int[] BatchSizes = [1, 3, 7];

    [Fact]
    public void Exported_networks_on_pictures_predict_what_the_model_predicts() => ForAll(Generators.PictureNetworks, AssertAgrees);

    [Fact]
    public void Exported_networks_on_flat_inputs_predict_what_the_model_predicts() => ForAll(Generators.FlatNetworks, AssertAgrees, share: 0.5);

    [Fact]
    public void Exported_classifiers_name_the_same_classes_on_1000_inputs() => ForAll(Generators.Classifiers, static network =>
    {
        Model<float> model = network.Build()!;
        using OnnxSession session = new(model.ToOnnx(new OnnxExportOptions { InputLayout = network.Layout }));
        float[] inputs = network.Inputs(Generators.ClassifiedInputs);
        Tensor<float> expected = model.Predict(new Tensor<float>(model.InputShape.Batch(Generators.ClassifiedInputs), inputs), threads: 1);
        float[] ordered = Layouts.Order(inputs, network.Layout, model.InputShape);
        AssertClose(expected, session.Run(ordered, Layouts.Axes(network.Layout, model.InputShape, Generators.ClassifiedInputs)));
    }, share: 0.015);

    [Fact]
    public void Exported_networks_take_bytes_as_the_library_does() => ForAll(Generators.PictureNetworks, static network =>
    {
        Model<float> model = network.Build()!;
        using OnnxSession session = new(model.ToOnnx(new OnnxExportOptions { InputLayout = network.Layout, ScalePixels = true }));
        byte[] pixels = new byte[3 * model.InputShape.Elements];
        new Random(network.Seed).NextBytes(pixels);
        Tensor<float> expected = model.Predict(new ByteImageDataset<float>(pixels, new byte[3], model.InputShape, 1), threads: 1);
        byte[] ordered = Layouts.Order(pixels, network.Layout, model.InputShape);
        AssertClose(expected, session.Run(ordered, Layouts.Axes(network.Layout, model.InputShape, 3)));
    }, share: 0.5);

    /// <summary>Else nothing here would say anything about the layers that people use.</summary>
    [Fact]
    public void A_run_has_usual_layers_and_some_by_Winograds_algorithm()
    {
        Layer[] layers = [.. Drawn(Generators.PictureNetworks, seed: 1).SelectMany(network => network.Layers)];
        Conv2D[] usual = [.. layers.OfType<Conv2D>().Where(convolution => convolution.Filters >= 8)];
        Assert.Equal([1, 3, 5, 7], usual.Select(convolution => convolution.KernelSize.Height).Distinct().Order());
        Assert.Contains(usual, convolution => convolution.Strides == (Size2D)2);
        Assert.Contains(
            Drawn(Generators.PictureNetworks, seed: 1),
            network => network.Build()!.Layers.Any(layer => layer.Algorithm.StartsWith("Winograd", StringComparison.Ordinal)));
    }

    private static void AssertAgrees(ExportCase network)
    {
        Model<float> model = network.Build()!;
        using OnnxSession session = new(model.ToOnnx(new OnnxExportOptions { InputLayout = network.Layout }));
        foreach (int count in BatchSizes)
        {
            float[] inputs = network.Inputs(count);
            Tensor<float> expected = model.Predict(new Tensor<float>(model.InputShape.Batch(count), inputs), threads: 1);
            float[] ordered = Layouts.Order(inputs, network.Layout, model.InputShape);
            AssertClose(expected, session.Run(ordered, Layouts.Axes(network.Layout, model.InputShape, count)));
        }
    }

    // And the greatest of the last axis, in each row where it stands out by more than both sides' tolerance.
    private static void AssertClose(Tensor<float> expected, (long[] Shape, float[] Elements) actual)
    {
        Assert.Equal(expected.Shape.Axes.ToArray().Select(axis => (long)axis), actual.Shape);
        Expect.Close<float>("output", expected.AsSpan(), actual.Elements, Tolerance);
        int classes = expected.Shape[^1];
        foreach ((int row, float[] outputs) in expected.AsSpan().ToArray().Chunk(classes).Index())
        {
            if (Rows.IsDecided(outputs, 2 * Tolerance))
                Assert.True(Rows.Winner(outputs) == Rows.Winner(actual.Elements.AsSpan(row * classes, classes)), $"row {row}: another class");
        }
    }
}
