using System.Numerics;
using NanoConv.Convolutions;
using NanoConv.Kernels;

namespace NanoConv.Tests.Layers;

/// <summary>
/// Convolutions that <see cref="Conv2D"/> works out by Winograd's algorithm: rungs 3 and 6 for them, as generated networks are too
/// small to have any.
/// </summary>
public sealed class WinogradLayerTests
{
    private static Sequential Network { get; } = new(
        new Conv2D(8, 3, padding: Padding.Same, activation: Activation.ReLU),
        new Conv2D(9, 3, padding: Padding.Same, activation: Activation.ReLU),
        new MaxPooling2D(2),
        new Conv2D(8, 3, padding: Padding.Same),
        new Flatten(),
        new Dense(3, Activation.Softmax));

    /// <summary>Else nothing here would say anything about it. Vectors of 512 bits ask for more channels.</summary>
    [Fact]
    public void These_layers_are_worked_out_by_Winograds_algorithm()
    {
        Check(Network.Build<double>((8, 8, 8)));
        if (Vector<float>.Count <= 8)
            Check(Network.Build<float>((8, 8, 8)));

        static void Check<T>(Model<T> model)
            where T : unmanaged, IFloatingPointIeee754<T> => Assert.All(
                model.Layers.Where(layer => layer.Specification is Conv2D), layer => Assert.Equal("Winograd F(4×4, 3×3)", layer.Algorithm));
    }

    public static TheoryData<Activation, bool> Activations { get; } =
        new() { { Activation.Linear, true }, { Activation.Softmax, true }, { Activation.GELU, true }, { Activation.Linear, false } };

    [Theory]
    [MemberData(nameof(Activations))]
    public void Every_gradient_of_the_layer_is_its_slope(Activation activation, bool useBias) => LayerGradientTests.AssertProved(
        seed => GradientCheck.Run(new Conv2D(9, 3, padding: Padding.Same, activation: activation, useBias: useBias), (4, 8, 8), examples: 2, seed), seed: 1);

    [Fact]
    public void Training_gives_the_same_bits_on_any_number_of_threads()
    {
        float[] one = Train(threads: 1);
        Assert.All((int[])[1, 2, 3], threads => Expect.SameBits<float>($"weights on {threads} threads", one, Train(threads)));
    }

    [Fact]
    public void An_example_is_predicted_with_the_same_bits_alone_and_among_others()
    {
        Model<float> model = Network.Build<float>((8, 8, 8), seed: 1);
        Tensor<float> together = model.Predict(Examples<float>(11));
        for (int i = 0; i < 11; i++)
        {
            Tensor<float> alone = new((1, 8, 8, 8), Examples<float>(11).AsSpan().Slice(i * 512, 512).ToArray());
            Expect.SameBits<float>($"y of example {i}", together.AsSpan().Slice(i * 3, 3), model.Predict(alone).AsSpan());
        }
    }

    /// <summary>Here sums are put together otherwise in each cut, so not to the last bit.</summary>
    [Fact]
    public void Gradients_are_the_same_to_rounding_however_examples_are_cut_into_shards()
    {
        double[] whole = Gradient(shard: 7);
        Assert.All((int[])[1, 3, 7], shard => Expect.Close<double>($"gradient by shards of {shard}", whole, Gradient(shard), 1e-13));
    }

    [Fact]
    public void The_layer_predicts_what_the_textbook_does()
    {
        Model<double> model = new Sequential(new Conv2D(9, 3, padding: Padding.Same, activation: Activation.ReLU)).Build<double>((8, 12, 8), seed: 3);
        Tensor<double> inputs = new((2, 8, 12, 8), Numbers.Reals<double>(2 * 8 * 12 * 8, 1));
        ConvolutionGeometry geometry = new(new WindowGeometry((8, 12, 8), 3, 1, Padding.Same), 9);
        double[] expected = new double[2 * geometry.OutputElements];
        NaiveConvolution.Forward<double>(
            geometry, 2, expected, inputs.AsSpan(), model.Parameters[0].Value, model.Parameters[1].Value);
        Expect.Close<double>("y", [.. expected.Select(y => Math.Max(y, 0))], model.Predict(inputs).AsSpan(), 1e-13);
    }

    private static float[] Train(int threads)
    {
        Model<float> model = Network.Build<float>((8, 8, 8), seed: 1);
        int[] labels = [.. Enumerable.Range(0, 40).Select(i => i % 3)];
        model.Fit(Examples<float>(40), labels, new FitOptions { Epochs = 2, BatchSize = 21, Threads = threads });
        return model.Weights.ToArray();
    }

    private static double[] Gradient(int shard)
    {
        const int Count = 7;
        Model<double> model = Network.Build<double>((8, 8, 8), seed: 1);
        TensorDataset<double> data = new(Examples<double>(Count), new int[Count], 3);
        double[] gradient = new double[model.ParameterCount], cotangent = Numbers.Reals<double>(Count * 3, 5);
        Workspace<double> workspace = new(model, shard, training: true);
        for (int first = 0; first < Count; first += shard)
        {
            int count = Math.Min(shard, Count - first);
            workspace.Fill(double.NaN);
            workspace.Load(data, [], first, count);
            workspace.Configure(training: true, wantsLogits: false, seed: 1, step: 1, first);
            workspace.Forward();
            workspace.Backward(cotangent.AsSpan(first * 3, count * 3).ToArray(), gradient, needsInputGradient: false);
        }

        return gradient;
    }

    private static Tensor<T> Examples<T>(int count)
        where T : unmanaged, IFloatingPointIeee754<T> => new((count, 8, 8, 8), Numbers.Reals<T>(count * 512, 2));
}
