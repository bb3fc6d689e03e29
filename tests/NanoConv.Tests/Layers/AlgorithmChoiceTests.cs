using NanoConv.Convolutions;

namespace NanoConv.Tests.Layers;

/// <summary>Networks whose convolutions are told their algorithm: they train to the same, wherever it is and however large the model.</summary>
public sealed class AlgorithmChoiceTests : IDisposable
{
    private static readonly SizeLimits AllLarge = new(LargeModel: -1, Light: 0, LightShare: int.MaxValue);

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public static TheoryData<ConvolutionAlgorithmKind> Kinds => [.. Enum.GetValues<ConvolutionAlgorithmKind>()];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Training_comes_to_the_same_by_every_algorithm(ConvolutionAlgorithmKind kind)
    {
        double[] expected = Trained(ConvolutionAlgorithmKind.Direct, SizeLimits.Default, threads: 1).Weights.ToArray();
        Model<double> model = Trained(kind, SizeLimits.Default, threads: 1), large = Trained(kind, AllLarge, threads: 1);
        Expect.Close<double>("weights", expected, model.Weights, 1e-11);
        Expect.Close<double>("weights of a large model", expected, large.Weights, 1e-11);
        Expect.SameBits<double>("weights on 3 threads", model.Weights, Trained(kind, SizeLimits.Default, threads: 3).Weights);
    }

    /// <summary>A large model takes memory from layers alone that were told nothing.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_algorithm_that_was_asked_for_stays_in_a_large_model(ConvolutionAlgorithmKind kind)
    {
        string[] Names(ConvolutionAlgorithmKind? asked, SizeLimits limits) =>
            [.. Network(asked).Build<double>((8, 8, 8), 1, given: null, limits).Layers.Select(layer => layer.Algorithm).Take(2)];
        Assert.Equal(Names(kind, SizeLimits.Default), Names(kind, AllLarge));
        Assert.All(Names(null, SizeLimits.Default), name => Assert.Equal("Winograd F(4×4, 3×3)", name));
        Assert.All(Names(null, AllLarge), name => Assert.StartsWith("direct, lean", name, StringComparison.Ordinal));
    }

    [Fact]
    public void A_model_file_does_not_have_it()
    {
        string path = Path.Combine(folder, "model.safetensors");
        Model<double> model = Network(ConvolutionAlgorithmKind.NaiveProduct).Build<double>((8, 8, 8), seed: 1);
        model.Save(path);
        Model<double> back = Model.Load<double>(path);
        Assert.Null(((Conv2D)back.Layers[0].Specification).Algorithm);
        Assert.Equal("Winograd F(4×4, 3×3)", back.Layers[0].Algorithm);
        Tensor<double> inputs = new((3, 8, 8, 8), Numbers.Reals<double>(3 * 512, 1));
        Expect.Close<double>("y", model.Predict(inputs).AsSpan(), back.Predict(inputs).AsSpan(), 1e-13);
    }

    private static Sequential Network(ConvolutionAlgorithmKind? kind) => new(
        new Conv2D(8, 3, padding: Padding.Same, activation: Activation.ReLU, algorithm: kind),
        new Conv2D(9, 3, padding: Padding.Same, activation: Activation.Softmax, algorithm: kind),
        new Flatten(),
        new Dense(3, Activation.Softmax));

    private static Model<double> Trained(ConvolutionAlgorithmKind kind, SizeLimits limits, int threads)
    {
        Model<double> model = Network(kind).Build<double>((8, 8, 8), 1, given: null, limits);
        int[] labels = [.. Enumerable.Range(0, 30).Select(i => i % 3)];
        Tensor<double> inputs = new((30, 8, 8, 8), Numbers.Reals<double>(30 * 512, 2));
        model.Fit(inputs, labels, new FitOptions { Epochs = 2, BatchSize = 20, Threads = threads, Optimizer = new SGD(0.1) });
        return model;
    }
}
