using System.Numerics;

namespace NanoConv.Tests.Layers;

/// <summary>Batch normalisation against its definition, step by step; its gradients; what freezing, prediction and small batches do.</summary>
public sealed class BatchNormalizationTests : PropertySuite
{
    private const double Momentum = 0.9, Epsilon = 0.01;

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Every_gradient_is_its_slope(bool center, bool scale) => ForAll(
        Generators.Matrices,
        c => LayerGradientTests.AssertProved(
            seed => GradientCheck.Run(
                new BatchNormalization(Momentum, Epsilon, center, scale), c.Seed % 2 == 0 ? c.Columns : (2, 3, c.Columns), c.Rows + 1, seed),
            c.Seed),
        share: 0.3);

    /// <summary>Frozen it goes by its moving averages, in training too, where gradients pass it all the same.</summary>
    [Fact]
    public void Every_gradient_of_a_frozen_one_is_its_slope() => ForAll(
        Generators.Matrices,
        static c => LayerGradientTests.AssertProved(
            seed =>
            {
                Sequential network = new(new BatchNormalization(Momentum, Epsilon), new ActivationLayer(Activation.Softmax));
                Model<double> model = network.Build<double>(c.Columns, seed);
                model.Edit(weights =>
                {
                    for (int i = 0; i < weights.Length; i++)
                        weights[i] += Math.Abs(Numbers.Reals<double>(weights.Length, seed)[i]);
                });
                model.Freeze();
                return GradientCheck.Run(model, c.Rows, seed);
            },
            c.Seed),
        share: 0.3);

    /// <summary>Ten steps in batches of 10, shards and lanes and all, against formulas over the whole batch.</summary>
    [Fact]
    public void Its_state_is_the_average_of_the_batches_moments() => ForAll(Generators.Matrices, static c =>
    {
        const int Examples = 50, Batch = 10, Steps = 10;
        int channels = c.Columns;
        Sequential network = new(new BatchNormalization(Momentum, Epsilon), new Flatten(), new Dense(2, Activation.Softmax));
        Model<double> model = network.Build<double>((2, channels));
        double[] x = [.. Numbers.Reals<double>(Examples * 2 * channels, c.Seed).Select((value, i) => (3 * value) + (i % channels))];
        FitOptions options = new() { BatchSize = Batch, Epochs = 2, Shuffle = false, Threads = 2 };
        model.Fit(new Tensor<double>((Examples, 2, channels), x), new int[Examples], options);
        double[] mean = new double[channels], variance = [.. Enumerable.Repeat(1.0, channels)];
        for (int step = 0; step < Steps; step++)
        {
            double[] batch = x.AsSpan(step % 5 * Batch * 2 * channels, Batch * 2 * channels).ToArray();
            for (int channel = 0; channel < channels; channel++)
            {
                double[] values = [.. batch.Where((_, i) => i % channels == channel)];
                double average = values.Average();
                mean[channel] = (Momentum * mean[channel]) + ((1 - Momentum) * average);
                variance[channel] = (Momentum * variance[channel]) + ((1 - Momentum) * values.Average(value => (value - average) * (value - average)));
            }
        }

        Expect.Close<double>("moving mean", mean, State(model, "moving_mean"), 1e-12);
        Expect.Close<double>("moving variance", variance, State(model, "moving_variance"), 1e-12);
    }, share: 0.2);

    [Fact]
    public void In_training_it_normalises_the_batch_and_in_prediction_by_its_state()
    {
        Model<double> model = new Sequential(new BatchNormalization(epsilon: 1e-12)).Build<double>(2);
        Workspace<double> workspace = new(model, 4, training: true);
        workspace.Load([1, 10, 2, 10, 3, 10, 6, 10], 4);
        workspace.Configure(training: true, wantsLogits: false, seed: 0, step: 1, firstExample: 0);
        double deviation = Math.Sqrt(3.5);
        Expect.Close<double>("y", [-2 / deviation, 0, -1 / deviation, 0, 0, 0, 3 / deviation, 0], workspace.Forward().ToArray(), 1e-9);
        Expect.Close<double>("prediction", [1, 10], model.Predict(new Tensor<double>((1, 2), [1, 10])).AsSpan().ToArray(), 1e-9);
    }

    /// <summary>As Keras has it: a single value has the variance 0, and what is left is β.</summary>
    [Fact]
    public void A_batch_of_one_value_a_channel_becomes_beta()
    {
        Model<float> model = new Sequential(new BatchNormalization(), new Dense(2, Activation.Softmax)).Build<float>(3);
        model.Edit("batch_normalization_1/beta", beta => ((float[])[0.5f, -1, 2]).CopyTo(beta));
        Workspace<float> workspace = new(model, 1, training: true);
        workspace.Load([7, 8, 9], 1);
        workspace.Configure(training: true, wantsLogits: false, seed: 0, step: 1, firstExample: 0);
        workspace.Forward();
        Assert.Equal([0.5f, -1, 2], workspace.Activation(1).ToArray());
    }

    [Fact]
    public void Frozen_layers_keep_their_bits_and_the_others_train()
    {
        Model<float> model = Network().Build<float>((6, 6, 3), seed: 3);
        Assert.Equal(model.ParameterCount - 16, model.TrainableCount); // two means and two variances of 4 channels
        Tensor<float> inputs = new((20, 6, 6, 3), Numbers.Reals<float>(20 * 108, seed: 1));
        int[] labels = [.. Enumerable.Range(0, 20).Select(i => i % 3)];
        model.Freeze("conv2d_1", "batch_normalization_1");
        Assert.Equal(["conv2d_1", "batch_normalization_1"], model.Layers.Where(layer => !layer.IsTrainable).Select(layer => layer.Name));
        Dictionary<string, float[]> before = model.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value.ToArray());
        model.Fit(inputs, labels, new FitOptions { BatchSize = 7 });
        foreach (Parameter<float> parameter in model.Parameters)
        {
            bool isFrozen = parameter.Name.Split('/')[0] is "conv2d_1" or "batch_normalization_1";
            Assert.Equal(isFrozen, before[parameter.Name].AsSpan().SequenceEqual(parameter.Value));
        }

        model.Unfreeze();
        model.Fit(inputs, labels, new FitOptions { BatchSize = 7 });
        Assert.All(model.Parameters, parameter => Assert.False(before[parameter.Name].AsSpan().SequenceEqual(parameter.Value)));
        Expect.Throws<ArgumentException>(() => model.Freeze("conv2d_2", "conv2d_9"), "'conv2d_9'", "conv2d_2");
        Assert.All(model.Layers, layer => Assert.True(layer.IsTrainable));
        model.Freeze();
        float[] weights = model.Weights.ToArray();
        model.Fit(inputs, labels);
        Expect.SameBits<float>("weights", weights, model.Weights);
    }

    [Theory]
    [InlineData(7, 1)]
    [InlineData(20, 3)]
    [InlineData(64, 16)]
    public void Training_gives_the_same_bits_on_any_number_of_threads(int batch, int threads)
    {
        Tensor<float> inputs = new((70, 6, 6, 3), Numbers.Reals<float>(70 * 108, seed: 1));
        int[] labels = [.. Enumerable.Range(0, 70).Select(i => i % 3)];
        float[] Train(int count)
        {
            Model<float> model = Network().Build<float>((6, 6, 3), seed: 3);
            model.Fit(inputs, labels, new FitOptions { BatchSize = batch, Epochs = 2, Threads = count });
            return model.Weights.ToArray();
        }

        Expect.SameBits<float>("weights", Train(2), Train(threads));
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        Refused(() => _ = new BatchNormalization(momentum: 1), "momentum from 0 to below 1");
        Refused(() => _ = new BatchNormalization(momentum: double.NaN), "momentum");
        Refused(() => _ = new BatchNormalization(epsilon: 0), "epsilon above 0");
        Refused(() => _ = new BatchNormalization(epsilon: double.PositiveInfinity), "epsilon");

        static void Refused(Action mistake, string part) => Expect.Throws<ArgumentOutOfRangeException>(mistake, "BatchNormalization", part);
    }

    private static Sequential Network() => new(
        new Conv2D(4, 3, padding: Padding.Same, useBias: false),
        new BatchNormalization(),
        new ActivationLayer(Activation.ReLU),
        new Conv2D(4, 3, padding: Padding.Same, useBias: false),
        new BatchNormalization(0.8, scale: false),
        new ActivationLayer(Activation.ReLU),
        new Flatten(),
        new Dense(3, Activation.Softmax));

    private static double[] State(Model<double> model, string role) =>
        model.Parameters.Single(parameter => parameter.Name == $"batch_normalization_1/{role}").Value.ToArray();
}
