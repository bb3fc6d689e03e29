namespace NanoConv.Tests.Losses;

/// <summary>Binary cross-entropy knows whether the network ends in sigmoid, and is the same either way; and what it counts as right.</summary>
public sealed class BinaryCrossentropyTests : PropertySuite
{
    private static readonly Layer[] Body = [new Flatten(), new Dense(6, Activation.ReLU)];

    [Fact]
    public void A_network_that_does_not_fit_is_refused()
    {
        Model<double> sigmoid = Build(new Dense(2, Activation.Sigmoid)), softmax = Build(new Dense(2, Activation.Softmax)), logits = Build(new Dense(2));
        TensorDataset<double> data = Data(2, seed: 1);
        FitOptions fromProbabilities = new() { Loss = new BinaryCrossentropy() }, fromLogits = new() { Loss = new BinaryCrossentropy(fromLogits: true) };
        foreach (Model<double> model in (Model<double>[])[softmax, logits])
            Expect.Throws<ArgumentException>(() => model.Fit(data, fromProbabilities), "BinaryCrossentropy: ", "ends in a sigmoid", "fromLogits: true");
        Expect.Throws<ArgumentException>(() => sigmoid.Fit(data, fromLogits), "without sigmoid", "ends in Sigmoid");
        Expect.Throws<ArgumentException>(() => softmax.Fit(data, fromLogits), "without sigmoid", "ends in Softmax");
        Assert.True(sigmoid.EndsInSigmoid && !sigmoid.EndsInSoftmax && !softmax.EndsInSigmoid && !logits.EndsInSigmoid);
    }

    /// <summary>A convolution's sigmoid is one as well, trained from its logits too.</summary>
    [Fact]
    public void A_network_may_end_in_a_convolution()
    {
        Model<double> sigmoid = Convolution(Activation.Sigmoid), logits = Convolution(Activation.Linear);
        double[] targets = [.. Numbers.Reals<double>(24, seed: 2).Select(x => (x + 1) / 2)];
        TensorDataset<double> data = new(new Tensor<double>((6, 4, 4, 2), Numbers.Reals<double>(192, seed: 1)), new Tensor<double>((6, 4), targets));
        Assert.True(sigmoid.EndsInSigmoid);
        FitOptions options = new() { Epochs = 3, BatchSize = 4, Optimizer = new SGD(0.5) };
        sigmoid.Fit(data, options with { Loss = new BinaryCrossentropy() });
        logits.Fit(data, options with { Loss = new BinaryCrossentropy(fromLogits: true) });
        Expect.SameBits<double>("weights", logits.Weights, sigmoid.Weights);
        Assert.Equal(
            logits.Evaluate(data, new BinaryCrossentropy(fromLogits: true)).Loss, sigmoid.Evaluate(data).Loss, 1e-12); // by its end a binary one
        Expect.Throws<ArgumentException>(() => sigmoid.Fit(data, options with { Loss = new BinaryCrossentropy(fromLogits: true) }), "ends in Sigmoid");

        static Model<double> Convolution(Activation end) =>
            new Sequential(new Conv2D(3, 3, activation: Activation.ReLU), new Conv2D(1, 1, activation: end)).Build<double>((4, 4, 2), seed: 3);
    }

    [Theory]
    [InlineData(-0.5)]
    [InlineData(1.5)]
    public void Targets_that_are_no_probabilities_are_refused_before_any_step(double wrong)
    {
        Model<double> model = Build(new Dense(2, Activation.Sigmoid));
        double[] before = model.Weights.ToArray();
        TensorDataset<double> data = new(new Tensor<double>((2, 2, 2, 1)), new Tensor<double>((2, 2), [1, 0, 0.5, wrong]));
        FitOptions options = new() { BatchSize = 1, Loss = new BinaryCrossentropy() };
        Expect.Throws<ArgumentException>(() => model.Fit(data, options), "BinaryCrossentropy", "from 0 to 1", $"{wrong}");
        Expect.Throws<ArgumentException>(() => model.Evaluate(data), "BinaryCrossentropy", "from 0 to 1", $"{wrong}");
        Expect.SameBits<double>("weights", before, model.Weights);
    }

    [Fact]
    public void Sigmoid_in_the_layer_after_the_layer_or_in_the_loss_is_one_and_the_same() => ForAll(Generators.Lengths, static c =>
    {
        int outputs = 1 + (c.Length % 5);
        Layer[][] ends = [[new Dense(outputs, Activation.Sigmoid)], [new Dense(outputs), new ActivationLayer(Activation.Sigmoid)], [new Dense(outputs)]];
        string[] told = [.. ends.Select(end =>
        {
            Model<double> model = Build(c.Seed, end);
            Loss loss = new BinaryCrossentropy(fromLogits: !model.EndsInSigmoid, labelSmoothing: 0.1);
            FitOptions options = new() { Epochs = 2, BatchSize = 5, ValidationSplit = 0.2, Loss = loss, Threads = 1 };
            History history = model.Fit(Data(outputs, c.Seed), options);
            Evaluation evaluation = model.Evaluate(Data(outputs, c.Seed), loss);
            string epochs = string.Join(' ', history.Epochs.Select(epoch => epoch with { TrainingSeconds = 0, ImagesPerSecond = 0 }));
            return $"{string.Join(' ', model.Weights.ToArray().Select(BitConverter.DoubleToInt64Bits))} {epochs} {evaluation.Loss:R} {evaluation.Accuracy:R}";
        })];
        Assert.Equal(told[0], told[1]);
        Assert.Equal(told[0], told[2]);
    }, share: 0.1);

    /// <summary>Categorical cross-entropy of logits and squared errors keep it, and binary cross-entropy keeps the first of two.</summary>
    [Fact]
    public void A_sigmoid_stays_for_a_loss_that_does_not_do_it_itself()
    {
        Model<double> model = Build(new Dense(3, Activation.Sigmoid));
        TensorDataset<double> data = Data(3, seed: 4);
        Tensor<double> p = model.Predict(data);
        double[] target = new double[3];
        double expected = Enumerable.Range(0, data.Count).Average(i =>
        {
            data.CopyTarget(i, target);
            return Enumerable.Range(0, 3).Sum(c => target[c] * (Math.Log(Enumerable.Range(0, 3).Sum(j => Math.Exp(p[i, j]))) - p[i, c]));
        });
        Expect.Close(expected, model.Evaluate(data, new CategoricalCrossentropy(fromLogits: true)).Loss, 1e-12);
        double squared = model.Evaluate(data, new MeanSquaredError()).Loss;
        Expect.Close(Enumerable.Range(0, data.Count).Average(i => Squares(i) / 3), squared, 1e-12);
        History history = model.Fit(data, new FitOptions { Loss = new MeanSquaredError(), Optimizer = new SGD(1e-300), BatchSize = 50, Threads = 1 });
        Expect.Close(squared, history.Epochs[0].Loss, 1e-12);

        Model<double> twice = Build(new Dense(3, Activation.Sigmoid), new ActivationLayer(Activation.Sigmoid));
        Tensor<double> q = twice.Predict(data);
        double entropy = Enumerable.Range(0, data.Count).Average(i =>
        {
            data.CopyTarget(i, target);
            return Enumerable.Range(0, 3).Average(c => -(target[c] * Math.Log(q[i, c])) - ((1 - target[c]) * Math.Log(1 - q[i, c])));
        });
        Expect.Close(entropy, twice.Evaluate(data).Loss, 1e-12);

        double Squares(int i)
        {
            data.CopyTarget(i, target);
            return Enumerable.Range(0, 3).Sum(c => Math.Pow(p[i, c] - target[c], 2));
        }
    }

    /// <summary>The probability of what is true rounds to 0; its logarithm would be infinite, the logit's is not.</summary>
    [Fact]
    public void The_loss_of_a_network_that_is_sure_and_wrong_is_finite()
    {
        Model<float> model = new Sequential(new Dense(1, Activation.Sigmoid, useBias: false)).Build<float>(1);
        model.Edit(weights => weights[0] = 1e4f);
        TensorDataset<float> data = new(new Tensor<float>((2, 1), [1f, -1f]), new Tensor<float>((2, 1), [0f, 1f]));
        Assert.Equal([1f, 0f], model.Predict(data).AsSpan().ToArray());
        Evaluation evaluation = model.Evaluate(data);
        Assert.Equal((10_000, 0), (evaluation.Loss, evaluation.Accuracy));
        Assert.Equal(10_000, model.Fit(data, new FitOptions { Loss = new BinaryCrossentropy() }).Epochs[0].Loss);
        Assert.All(model.Weights.ToArray(), weight => Assert.True(float.IsFinite(weight)));
    }

    /// <summary>Where a probability is nearly 1 the rest is not lost.</summary>
    [Fact]
    public void The_loss_of_a_network_that_is_sure_and_right_is_not_rounded_to_zero()
    {
        double[] gradient = new double[1];
        double loss = new BinaryCrossentropy(fromLogits: true).Evaluate<double>(gradient, [50.0], [1.0], 1);
        Expect.Close(Math.Exp(-50), loss, 1e-12);
        Expect.Close(Math.Exp(-50), -gradient[0], 1e-12);
    }

    /// <summary>Above ½, as Keras's binary_accuracy; of logits above 0. One output is two classes.</summary>
    [Fact]
    public void One_output_tells_two_classes_apart()
    {
        double[] logits = [2, 0.3, -0.1, -3, 0, double.Epsilon];
        double[] targets = [1, 0, 1, 0, 0, 1]; // right, wrong, wrong, right, right (not above ½), right
        TensorDataset<double> data = new(new Tensor<double>((6, 1), logits), new Tensor<double>((6, 1), targets));
        foreach ((Layer end, bool fromLogits) in (ValueTuple<Layer, bool>[])[(new ActivationLayer(Activation.Sigmoid), false), (Linear(), true)])
        {
            Model<double> model = new Sequential(end).Build<double>(1);
            Evaluation evaluation = model.Evaluate(data, new BinaryCrossentropy(fromLogits));
            Assert.Equal(4 / 6.0, evaluation.Accuracy);
            ConfusionMatrix confusion = evaluation.Confusion!;
            Assert.Equal((2, 2, 1, 1, 2), (confusion.Classes, confusion[0, 0], confusion[0, 1], confusion[1, 0], confusion[1, 1]));
        }
    }

    /// <summary>Labels 0 and 1 are one output's targets as they are, in tensors and of pictures.</summary>
    [Fact]
    public void Labels_of_one_output_are_its_targets()
    {
        Tensor<float> inputs = new((3, 2, 1, 1), [0, 1, 0.2f, 0.4f, 0.6f, 0.8f]);
        IDataset<float> pictures = new ByteImageDataset<float>(new byte[] { 0, 255, 51, 102, 153, 204 }, new byte[] { 1, 0, 1 }, (2, 1, 1), classes: 1);
        Model<float>[] models = [Sigmoid(), Sigmoid(), Sigmoid()];
        FitOptions options = new() { Loss = new BinaryCrossentropy(), Threads = 1 };
        models[0].Fit(inputs, [1, 0, 1], options);
        models[1].Fit(new TensorDataset<float>(inputs, new Tensor<float>((3, 1), [1, 0, 1])), options);
        models[2].Fit(pictures, options);
        Expect.SameBits<float>("weights", models[1].Weights, models[0].Weights);
        Expect.SameBits<float>("weights", models[1].Weights, models[2].Weights);
        Expect.Throws<ArgumentException>(() => models[0].Fit(inputs, [1, 0, 2], options), "expected labels from 0 to 1, received 2 for example 2");
        Expect.Throws<ArgumentException>(() => _ = new ByteImageDataset<float>(new byte[2], new byte[] { 2 }, (2, 1, 1), 1), "from 0 to 1, received 2");

        static Model<float> Sigmoid() => new Sequential(new Flatten(), new Dense(1, Activation.Sigmoid)).Build<float>((2, 1, 1), seed: 1);
    }

    /// <summary>Each output of each example is an answer, as of Keras's binary_accuracy; there is no class that an example is of.</summary>
    [Fact]
    public void Of_several_outputs_each_is_right_or_wrong()
    {
        Model<double> model = new Sequential(new Dense(3, Activation.Sigmoid)).Build<double>(3);
        model.Edit("dense_1/kernel", kernel => (kernel[0], kernel[4], kernel[8]) = Identity(kernel));
        Tensor<double> inputs = new((2, 3), [2, -2, 2, -2, -2, 2]);
        TensorDataset<double> data = new(inputs, new Tensor<double>((2, 3), [1, 0, 0, 1, 0, 1])); // right, right, wrong; wrong, right, right
        FitOptions options = new() { Loss = new BinaryCrossentropy(), Optimizer = new SGD(1e-300) };
        Evaluation evaluation = model.Evaluate(data);
        Assert.Equal((4 / 6.0, null), (evaluation.Accuracy, evaluation.Confusion));
        EpochRecord epoch = model.Fit(data, data, options).Epochs[0];
        Assert.Equal((4 / 6.0, 4 / 6.0), (epoch.Accuracy, epoch.ValidationAccuracy));
        Assert.Equal(4 / 6.0, new Trainer<double>(model, options).Step(data).Accuracy);

        inputs.AsSpan()[5] = double.NaN;
        Assert.Equal((double.NaN, double.NaN), (model.Evaluate(data).Accuracy, model.Evaluate(data).Loss));

        static (double, double, double) Identity(Span<double> kernel)
        {
            kernel.Clear();
            return (1, 1, 1);
        }
    }

    /// <summary>More answers may be right than there were examples.</summary>
    [Fact]
    public void A_fit_of_several_outputs_is_resumed_in_the_midst_of_an_epoch()
    {
        Checkpoints.MemoryStore store = new() { EverySteps = 1 };
        FitOptions options = new() { Epochs = 2, BatchSize = 4, Loss = new BinaryCrossentropy(), Checkpoints = store, Threads = 1 };
        Model<double> whole = Build(new Dense(5, Activation.Sigmoid));
        EpochRecord[] epochs = [.. whole.Fit(Data(5, seed: 2), options).Epochs];
        foreach (byte[] checkpoint in store.Checkpoints.Values)
        {
            Model<double> again = Build(new Dense(5, Activation.Sigmoid));
            History history = again.Fit(Data(5, seed: 2), options with { Checkpoints = new Checkpoints.MemoryStore { From = checkpoint } });
            Expect.SameBits<double>("weights", whole.Weights, again.Weights);
            Assert.Equal(epochs.Select(epoch => (epoch.Loss, epoch.Accuracy)), history.Epochs.Select(epoch => (epoch.Loss, epoch.Accuracy)));
        }
    }

    [Fact]
    public void Training_learns()
    {
        Model<float> model = new Sequential(new Dense(8, Activation.ReLU), new Dense(1, Activation.Sigmoid)).Build<float>(2, seed: 1);
        float[] points = Numbers.Reals<float>(400, seed: 1);
        float[] inside = [.. points.Chunk(2).Select(point => (point[0] * point[0]) + (point[1] * point[1]) < 0.5f ? 1f : 0)];
        TensorDataset<float> data = new(new Tensor<float>((200, 2), points), new Tensor<float>((200, 1), inside));
        History history = model.Fit(data, new FitOptions { Epochs = 60, Optimizer = new Adam(0.02), Loss = new BinaryCrossentropy() });
        Assert.InRange(history.Epochs[^1].Accuracy, 0.93, 1);
    }

    private static ActivationLayer Linear() => new(Activation.Linear);

    private static Model<double> Build(params Layer[] end) => Build(0, end);

    private static Model<double> Build(int seed, Layer[] end) => new Sequential([.. Body, .. end]).Build<double>((2, 2, 1), seed);

    private static TensorDataset<double> Data(int outputs, int seed) => new(
        new Tensor<double>((13, 2, 2, 1), Numbers.Reals<double>(52, seed)),
        new Tensor<double>((13, outputs), [.. Numbers.Reals<double>(13 * outputs, seed + 1).Select(value => Math.Abs(value))]));
}
