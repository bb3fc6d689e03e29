namespace NanoConv.Tests.Losses;

/// <summary>The loss knows whether the network ends in softmax, and is the same either way.</summary>
public sealed class CategoricalCrossentropyTests : PropertySuite
{
    private static readonly Layer[] Body = [new Flatten(), new Dense(6, Activation.ReLU)];

    [Fact]
    public void A_network_that_does_not_fit_is_refused()
    {
        Model<double> probabilities = new Sequential([.. Body, new Dense(3, Activation.Softmax)]).Build<double>((2, 2, 1));
        Model<double> logits = new Sequential([.. Body, new Dense(3)]).Build<double>((2, 2, 1));
        TensorDataset<double> data = Data(seed: 1);
        Expect.Throws<ArgumentException>(() => logits.Fit(data), "ends in a softmax", "fromLogits: true");
        Expect.Throws<ArgumentException>(
            () => probabilities.Fit(data, new FitOptions { Loss = new CategoricalCrossentropy(fromLogits: true) }), "ends without softmax");
        Expect.Throws<ArgumentException>(() => logits.Evaluate(data, new CategoricalCrossentropy()), "ends in a softmax");
    }

    [Fact]
    public void Targets_that_are_no_probabilities_are_refused_before_any_step()
    {
        Model<double> model = new Sequential([.. Body, new Dense(3, Activation.Softmax)]).Build<double>((2, 2, 1));
        double[] before = model.Weights.ToArray();
        double[] targets = [1, 0, 0, 0, 1, 0, 0, 0, 1];
        targets[^2] = -0.5;
        TensorDataset<double> data = new(new Tensor<double>((3, 2, 2, 1)), new Tensor<double>((3, 3), targets));
        Expect.Throws<ArgumentException>(() => model.Fit(data, new FitOptions { BatchSize = 1 }), "CategoricalCrossentropy", "at least 0", "-0.5");
        Expect.Throws<ArgumentException>(() => model.Evaluate(data), "CategoricalCrossentropy", "at least 0", "-0.5");
        Expect.SameBits<double>("weights", before, model.Weights);
    }

    [Fact]
    public void Softmax_in_the_layer_after_the_layer_or_in_the_loss_is_one_and_the_same() => ForAll(Generators.Lengths, static c =>
    {
        Sequential[] networks =
        [
            new([.. Body, new Dense(3, Activation.Softmax)]),
            new([.. Body, new Dense(3), new ActivationLayer(Activation.Softmax)]),
            new([.. Body, new Dense(3)]),
        ];
        double[][] weights = [.. networks.Select(network =>
        {
            Model<double> model = network.Build<double>((2, 2, 1), c.Seed);
            Loss loss = new CategoricalCrossentropy(fromLogits: !model.EndsInSoftmax);
            model.Fit(Data(c.Seed), new FitOptions { Epochs = 2, BatchSize = 5, Loss = loss, Threads = 1 });
            return model.Weights.ToArray();
        })];
        Expect.SameBits<double>("weights", weights[0], weights[1]);
        Expect.SameBits<double>("weights", weights[0], weights[2]);
    }, share: 0.1);

    /// <summary>The probability of the right class rounds to 0; its logarithm would be infinite, the logits' is not.</summary>
    [Fact]
    public void The_loss_of_a_network_that_is_sure_and_wrong_is_finite()
    {
        Model<float> model = new Sequential(new Dense(2, Activation.Softmax, useBias: false)).Build<float>(1);
        model.Edit(weights => (weights[0], weights[1]) = (1e4f, -1e4f));
        Tensor<float> input = new((1, 1), [1f]);
        Assert.Equal([1f, 0f], model.Predict(input).AsSpan().ToArray());
        Evaluation evaluation = model.Evaluate(input, [1]);
        Assert.Equal((20_000, 0), (evaluation.Loss, evaluation.Accuracy));
        Assert.Equal(20_000, model.Fit(input, [1]).Epochs[0].Loss);
        Assert.All(model.Weights.ToArray(), weight => Assert.True(float.IsFinite(weight)));
    }

    [Fact]
    public void Integer_labels_are_one_hot_rows()
    {
        Model<double> model = new Sequential([.. Body, new Dense(3, Activation.Softmax)]).Build<double>((2, 2, 1));
        Tensor<double> inputs = new((3, 2, 2, 1), Numbers.Reals<double>(12, 1));
        Tensor<double> oneHot = new((3, 3), [0, 1, 0, 0, 0, 1, 1, 0, 0]);
        Evaluation byRow = model.Evaluate(new TensorDataset<double>(inputs, oneHot)), byLabel = model.Evaluate(inputs, [1, 2, 0]);
        Assert.Equal((byRow.Loss, byRow.Accuracy), (byLabel.Loss, byLabel.Accuracy));
        Assert.Equal(byRow.Confusion!.ToString(), byLabel.Confusion!.ToString());
    }

    private static TensorDataset<double> Data(int seed)
    {
        int[] labels = [.. Enumerable.Range(0, 13).Select(i => i % 3)];
        return new TensorDataset<double>(new Tensor<double>((13, 2, 2, 1), Numbers.Reals<double>(52, seed)), labels, 3);
    }
}
