using NanoConv.Cifar.Networks;
using NanoConv.Data;
using NanoConv.Graphs;
using NanoConv.Layers;
using NanoConv.Optimizers;
using NanoConv.Schedules;
using NanoConv.Tensors;
using NanoConv.Training;
using Xunit;

namespace NanoConv.Cifar.Tests.Networks;

/// <summary>The speed run's network and settings are those that were published.</summary>
public sealed class Cifar94Tests
{
    [Fact]
    public void Its_size_and_its_work_are_the_published_ones()
    {
        Model<float> model = Cifar94.Create().Build<float>((32, 32, 3));
        Assert.Equal(312 + 9 * 24 * 64 + 9 * 64 * 64 + 9 * 64 * 256 + 3 * 9 * 256 * 256 + 2 * (64 + 256 + 256) + 2560, model.TrainableCount);
        Assert.InRange(model.ForwardFlops / 2, 117_000_000, 119_000_000);
        Assert.Equal((Shape)10, model.OutputShape);
        Assert.True(model.EndsInSoftmax);
    }

    [Fact]
    public void Convolutions_begin_as_the_identity_and_the_whitening_kernel_is_the_pictures()
    {
        byte[] pixels = new byte[40 * 3072];
        new Random(1).NextBytes(pixels);
        var images = new ByteImages<float>(pixels, (32, 32, 3));
        Model<float> model = Cifar94.Build(images, seed: 3);
        Parameter<float>[] kernels = [.. model.Parameters.Where(parameter => parameter.Name.EndsWith("/kernel", StringComparison.Ordinal))];
        var normalized = new float[40 * 3072];
        double[] mean = [0.4914, 0.4822, 0.4465], deviation = [0.2470, 0.2435, 0.2616];
        for (int i = 0; i < normalized.Length; i++)
            normalized[i] = (float)((pixels[i] / 255.0 - mean[i % 3]) / deviation[i % 3]);
        float[] whitening = Whitening.Kernel(new TensorInputs<float>(new Tensor<float>((40, 32, 32, 3), normalized)), 2, 5e-4);
        Assert.Equal(whitening.Length, kernels[0].Value.Length);
        for (int i = 0; i < whitening.Length; i++)
            Assert.Equal(whitening[i], kernels[0].Value[i], 1e-3f);
        foreach (Parameter<float> kernel in kernels[1..^1])
        {
            (int channels, int filters) = (kernel.Shape[2], kernel.Shape[3]);
            for (int i = 0; i < kernel.Value.Length; i++)
            {
                int filter = i % filters, channel = i / filters % channels, pixel = i / filters / channels;
                if (filter < channels)
                    Assert.Equal(filter == channel && pixel == 4 ? 1f : 0f, kernel.Value[i]);
                else
                    Assert.True(Math.Abs(kernel.Value[i]) <= 1 / Math.Sqrt(9 * channels));
            }
        }
    }

    [Fact]
    public void Rates_decays_and_slow_weights_follow_the_published_schedules()
    {
        FitOptions options = Cifar94.Options(50_000);
        Assert.Equal((476, 10, true), (options.MaxSteps, options.Epochs, options.DropRemainder));
        var sgd = (SGD)options.Optimizer;
        Assert.Equal(1.46484e-3, sgd.LearningRate.At(109), 1e-8); // 23 % of 476 steps
        Assert.Equal(0.2 * 1.46484e-3, sgd.LearningRate.At(0), 1e-8);
        Assert.Equal(0.07 * 1.46484e-3, sgd.LearningRate.At(476), 1e-8);
        Assert.Equal(1.36237, sgd.WeightDecay, 1e-5);
        ParameterGroup betas = sgd.Groups[2], bias = sgd.Groups[1];
        Assert.Equal(0.09375, betas.Rate.At(0) * 1.46484e-3, 1e-6);
        Assert.Equal(0.0212870, betas.Decay!.Value, 1e-7);
        Assert.Equal([1, 1, 0], new[] { 0, 143, 144 }.Select(bias.Rate.At)); // three epochs of 48 steps
        Assert.Equal(0, sgd.Groups[0].Rate.At(0));
        Lookahead lookahead = sgd.Lookahead!;
        Assert.Equal(5, lookahead.Every);
        Assert.Equal(Math.Pow(0.95, 5) * Math.Pow(100 / 476.0, 3), lookahead.SlowShare.At(100), 1e-12);
    }

    [Fact]
    public void It_learns_the_same_bits_on_any_number_of_threads()
    {
        var random = new Random(2);
        byte[] labels = [.. Enumerable.Range(0, 24).Select(i => (byte)(i % 3))];
        byte[] pixels = [.. labels.SelectMany(label => Enumerable.Range(0, 3072).Select(i => (byte)(random.Next(60) + (i % 3 == label ? 150 : 20))))];
        var data = new ByteImageDataset<float>(pixels, labels, (32, 32, 3), 10);
        FitOptions options = Cifar94.Options(24) with { BatchSize = 12, MaxSteps = 5, Seed = 1 };
        Model<float> one = Cifar94.Build(data, seed: 1), two = Cifar94.Build(data, seed: 1);
        History history = one.Fit(data, options with { Threads = 1 });
        two.Fit(data, options with { Threads = 2 });
        Assert.True(one.Weights.SequenceEqual(two.Weights));
        Assert.True(history.Epochs[^1].Loss < history.Epochs[0].Loss, $"{history.Epochs[0].Loss}, then {history.Epochs[^1].Loss}");
        Assert.Equal(
            Cifar94.Build(data, seed: 1).Parameters[0].Value.ToArray(), one.Parameters[0].Value.ToArray()); // the whitening kernel, which stands still
    }
}
