using System.Numerics;

namespace NanoConv.Tests.Layers;

/// <summary>Global average pooling against its definition, its precision, its shapes. Its gradient is in <see cref="LayerGradientTests"/>.</summary>
public sealed class GlobalAveragePooling2DTests : PropertySuite
{
    /// <summary>Any size, channels beside whole vectors too, on both sides of where sums are halved.</summary>
    [Fact]
    public void It_is_the_mean_of_all_pixels_channel_by_channel() => ForAll(Generators.Matrices, static c =>
    {
        AssertIsMean<float>((c.Rows * (1 + (c.Seed % 7)), 1 + (c.Seed % 13), c.Columns), c.Seed, 1e-6);
        AssertIsMean<double>((c.Rows * (1 + (c.Seed % 7)), 1 + (c.Seed % 13), c.Columns), c.Seed, 1e-14);
    });

    /// <summary>⟨mean(x), dy⟩ = ⟨x, dx⟩, in whole numbers over a power of two: without rounding.</summary>
    [Fact]
    public void Forward_and_backward_are_adjoint() => ForAll(Generators.Matrices, static c =>
    {
        const int Examples = 2;
        (Shape picture, int channels) = ((4, 16, c.Columns), c.Columns);
        double[] x = Numbers.Integers<double>(Examples * picture.Elements, c.Seed), dy = Numbers.Integers<double>(Examples * channels, c.Seed + 1);
        Workspace<double> workspace = Load(picture, x, Examples);
        double left = Numbers.Dot<double>(workspace.Forward(), dy);
        double right = Numbers.Dot<double>(workspace.Backward([.. dy], [], needsInputGradient: true), x);
        Assert.Equal(left, right);
    });

    /// <summary>A long sum of floats, one after another, would be off by a hundredth.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(33)]
    public void The_mean_of_a_million_equal_pixels_is_the_pixel(int channels)
    {
        Model<float> model = new Sequential(new GlobalAveragePooling2D()).Build<float>((1000, 1000, channels));
        float[] pixels = new float[1_000_000 * channels];
        Array.Fill(pixels, 0.1f);
        float[] mean = model.Predict(new Tensor<float>((1, 1000, 1000, channels), pixels)).AsSpan().ToArray();
        Assert.All(mean, one => Assert.Equal(0.1f, one, 1e-7f));
    }

    [Fact]
    public void Keepdims_leaves_a_picture_of_one_pixel_and_is_saved()
    {
        Model<float> model = new Sequential(
            new GlobalAveragePooling2D(keepDims: true), new Conv2D(4, 1), new GlobalAveragePooling2D(), new Dense(2)).Build<float>((5, 6, 3));
        Assert.Equal(
            ["global_average_pooling2d_1 (1, 1, 3)", "conv2d_1 (1, 1, 4)", "global_average_pooling2d_2 (4,)", "dense_1 (2,)"],
            model.Layers.Select(layer => $"{layer.Name} {layer.OutputShape}"));
        string text = NetworkDescription.Write(model.Network, (5, 6, 3), [.. model.Layers.Select(layer => layer.Name)])!;
        Assert.Contains("{\"class\":\"GlobalAveragePooling2D\",\"name\":\"global_average_pooling2d_1\",\"keepdims\":true}", text, StringComparison.Ordinal);
        Assert.Equal(
            [true, false],
            NetworkDescription.Read(text).Network.Layers.OfType<GlobalAveragePooling2D>().Select(layer => layer.KeepDims));
    }

    private static void AssertIsMean<T>(Shape picture, int seed, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        const int Examples = 3;
        Model<T> model = new Sequential(new GlobalAveragePooling2D()).Build<T>(picture);
        T[] x = Numbers.Reals<T>(Examples * picture.Elements, seed);
        T[] expected = Textbook.Forward<T>(model.Layers[0], Examples, x)!;
        Expect.Close<T>("mean", expected, model.Predict(new Tensor<T>(picture.Batch(Examples), x)).AsSpan(), tolerance);
    }

    private static Workspace<double> Load(Shape picture, double[] x, int examples)
    {
        Workspace<double> workspace = new(new Sequential(new GlobalAveragePooling2D()).Build<double>(picture), examples, training: true);
        workspace.Load(x, examples);
        workspace.Configure(training: true, wantsLogits: false, seed: 0, step: 1, firstExample: 0);
        return workspace;
    }
}
