using System.Numerics;

namespace NanoConv.Tests.Training;

/// <summary>Fit means what it means in Keras; each number against one that is worked out here.</summary>
public abstract class FitTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly double Tolerance = typeof(T) == typeof(float) ? 1e-5 : 1e-13;

    /// <summary>A rate so small that no weight changes: what an epoch reports can then be worked out afterwards.</summary>
    private static readonly Optimizer Standstill = new SGD(double.CreateChecked(T.Epsilon));

    /// <summary>Python's int(math.floor(n * (1.0 - split))), run once; some are not what exact fractions would give.</summary>
    [Theory]
    [InlineData(10, 0.1, 9)]
    [InlineData(10, 0.3, 7)]
    [InlineData(10, 0.8, 1)] // 10 · (1 − 0.8) = 1.9999999999999996
    [InlineData(3, 0.5, 1)]
    [InlineData(7, 0.2, 5)]
    [InlineData(11, 0.15, 9)]
    [InlineData(29, 0.1, 26)]
    [InlineData(49, 0.02, 48)]
    [InlineData(100, 0.29, 71)]
    [InlineData(100, 0.57, 43)]
    [InlineData(1000, 0.007, 993)]
    [InlineData(10, 0.0, 10)]
    public void The_validation_split_is_Keras(int examples, double split, int training)
    {
        RecordingDataset<T> data = new(examples);
        History history = Model().Fit(data, new FitOptions { ValidationSplit = split, Threads = 1 });
        Assert.Equal(Enumerable.Range(0, training), data.Visited[..training].Order());
        Assert.Equal(Enumerable.Range(training, examples - training), data.Visited[training..]); // the end, in order
        Assert.Equal(training < examples, history.Epochs[0].ValidationLoss.HasValue);
        Assert.Equal(training < examples, history.Epochs[0].ValidationAccuracy.HasValue);
    }

    /// <summary>As people say that a batch is all there is.</summary>
    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(int.MaxValue - 5)]
    public void A_batch_may_be_larger_than_any_data(int batch)
    {
        Model<T> model = Model();
        FitOptions options = new() { BatchSize = batch, Threads = 1 };
        int steps = 0;
        model.Fit(new RecordingDataset<T>(9), options with { Callbacks = [new OnStep(state => steps += state.StepsPerEpoch)] });
        Assert.Equal(1, steps);
        Assert.Equal(model.PlanMemory(new FitOptions { BatchSize = 128, Threads = 1 }), model.PlanMemory(options));
        Assert.Equal(model.PlanMemory(new FitOptions { BatchSize = 9, Threads = 1 }, 9), model.PlanMemory(options, 9));
    }

    [Fact]
    public void Every_epoch_takes_every_training_example_once_in_a_new_order()
    {
        RecordingDataset<T> data = new(23);
        Model().Fit(data, new FitOptions { Epochs = 3, BatchSize = 4, Threads = 1, Seed = 5 });
        int[][] epochs = [.. data.Visited.Chunk(23)];
        Assert.All(epochs, epoch => Assert.Equal(Enumerable.Range(0, 23), epoch.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
        Assert.NotEqual(epochs[1], epochs[2]);
        Assert.NotEqual(Enumerable.Range(0, 23), epochs[0]);
    }

    [Fact]
    public void Without_shuffling_the_order_is_the_datas()
    {
        RecordingDataset<T> data = new(11);
        Model().Fit(data, new FitOptions { Epochs = 2, BatchSize = 4, Threads = 1, Shuffle = false });
        Assert.Equal([.. Enumerable.Range(0, 11), .. Enumerable.Range(0, 11)], data.Visited);
    }

    /// <summary>With a last batch of 1, the plain mean of the steps' losses would be far off.</summary>
    [Theory]
    [InlineData(13, 4)]
    [InlineData(13, 12)]
    [InlineData(13, 13)]
    [InlineData(13, 200)]
    [InlineData(5, 1)]
    public void The_epochs_loss_is_weighted_by_batch_size(int examples, int batch)
    {
        Model<T> model = Model(new L1(0.01));
        RecordingDataset<T> data = new(examples);
        Evaluation expected = model.Evaluate(data, threads: 1);
        History history = model.Fit(data, new FitOptions { Epochs = 2, BatchSize = batch, Optimizer = Standstill, Threads = 1 });
        Assert.All(history.Epochs, epoch => Expect.Close(expected.Loss, epoch.Loss, Tolerance));
        Assert.All(history.Epochs, epoch => Assert.Equal(expected.Accuracy, epoch.Accuracy));
    }

    /// <summary>The mean of −log p over the examples, from Predict's probabilities.</summary>
    [Fact]
    public void Evaluate_is_the_mean_of_the_examples_losses_and_of_right_answers()
    {
        Model<T> model = Model();
        RecordingDataset<T> data = new(21);
        Tensor<T> p = model.Predict(data, threads: 1);
        double loss = Enumerable.Range(0, 21).Average(i => -Math.Log(double.CreateChecked(p[i, i % 3])));
        int right = Enumerable.Range(0, 21).Count(i => Enumerable.Range(0, 3).All(c => p[i, c] <= p[i, i % 3]));
        Evaluation evaluation = model.Evaluate(data, threads: 1);
        Expect.Close(loss, evaluation.Loss, Tolerance);
        Assert.Equal(right / 21.0, evaluation.Accuracy, 1e-15);
    }

    /// <summary>A network that takes every example for class 1: of the confusions only that column can be filled.</summary>
    [Fact]
    public void Evaluate_counts_what_each_class_was_taken_for()
    {
        Model<T> model = Model();
        model.Edit(weights => weights.Clear());
        model.Edit(model.Parameters[^1], bias => bias[1] = T.One);
        ConfusionMatrix confusion = model.Evaluate(new RecordingDataset<T>(8), threads: 1).Confusion!;
        Assert.Equal((3, 3, 2), (confusion[0, 1], confusion[1, 1], confusion[2, 1]));
    }

    [Fact]
    public void Of_equal_outputs_the_first_is_what_the_network_says()
    {
        Model<T> model = Model();
        model.Edit(weights => weights.Clear());
        ConfusionMatrix confusion = model.Evaluate(new RecordingDataset<T>(9), threads: 1).Confusion!;
        Assert.Equal((3, 3, 3), (confusion[0, 0], confusion[1, 0], confusion[2, 0]));
    }

    /// <summary>Cross-entropy takes over the last softmax alone.</summary>
    [Fact]
    public void Softmax_inside_a_network_stays_in_the_loss()
    {
        Model<T> model = new Sequential(
            new Flatten(), new Dense(4, Activation.Softmax), new ActivationLayer(Activation.Softmax), new Dense(3, Activation.Softmax))
            .Build<T>((4, 6, 2), seed: 2);
        RecordingDataset<T> data = new(12);
        Tensor<T> p = model.Predict(data, threads: 1);
        double loss = Enumerable.Range(0, 12).Average(i => -Math.Log(double.CreateChecked(p[i, i % 3])));
        Expect.Close(loss, model.Evaluate(data, threads: 1).Loss, Tolerance);
    }

    /// <summary>The penalty is on the kernels that asked for it, and on no bias.</summary>
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void L1_is_in_both_loss_and_validation_loss(bool onConvolution, bool onDense)
    {
        L1 l1 = new(0.5);
        Model<T> with = Model(onDense ? l1 : null, onConvolution ? l1 : null), without = Model();
        foreach (Model<T> model in (Model<T>[])[with, without])
        {
            model.Edit(model.Parameters[1], bias => bias.Fill(T.One)); // a penalty would show on it
            model.Edit(model.Parameters[3], bias => bias.Fill(T.One));
        }

        Parameter<T>[] kernels = [.. with.Parameters.Where(parameter =>
            (onConvolution && parameter.Name == "conv2d_1/kernel") || (onDense && parameter.Name == "dense_1/kernel"))];
        Assert.Equal(kernels, with.Parameters.Where(parameter => parameter.Regularizer is not null));
        double penalty = 0.5 * kernels.Sum(kernel => kernel.Value.ToArray().Sum(w => Math.Abs(double.CreateChecked(w))));
        FitOptions options = new() { BatchSize = 4, ValidationSplit = 0.3, Optimizer = Standstill, Threads = 1 };
        EpochRecord penalised = with.Fit(new RecordingDataset<T>(20), options).Epochs[0];
        EpochRecord plain = without.Fit(new RecordingDataset<T>(20), options).Epochs[0];
        Expect.Close(plain.Loss + penalty, penalised.Loss, Tolerance);
        Expect.Close(plain.ValidationLoss!.Value + penalty, penalised.ValidationLoss!.Value, Tolerance);
        Assert.Equal(plain.ValidationAccuracy, penalised.ValidationAccuracy);
    }

    /// <summary>The last batch of 13 by 4 is one example: its step must be as large as that example alone makes it.</summary>
    [Fact]
    public void A_smaller_last_batch_is_a_mean_over_its_own_examples()
    {
        FitOptions options = new() { BatchSize = 4, Shuffle = false, Optimizer = new SGD(0.1), Threads = 1 };
        RecordingDataset<T> data = new(13);
        Model<T> whole = Model(), parts = Model();
        whole.Fit(data, options);
        parts.Fit(new DatasetSlice<T>(data, 0, 12), options);
        parts.Fit(new DatasetSlice<T>(data, 12, 1), options with { BatchSize = 1 });
        Expect.SameBits<T>("weights", whole.Weights, parts.Weights);
    }

    [Fact]
    public void Training_learns()
    {
        Model<T> model = Model();
        History history = model.Fit(new RecordingDataset<T>(60), new FitOptions { Epochs = 40, BatchSize = 8, Optimizer = new Adam(0.01) });
        Assert.Equal(40, history.Epochs.Count);
        Assert.Equal(Enumerable.Range(1, 40), history.Epochs.Select(epoch => epoch.Epoch));
        Assert.True(history.Epochs[^1].Loss < history.Epochs[0].Loss / 2, $"from {history.Epochs[0].Loss} to {history.Epochs[^1].Loss}");
        Assert.All(history.Epochs, epoch => Assert.True(epoch.TrainingSeconds > 0 && epoch.ImagesPerSecond > 0));
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        void Refused(FitOptions options, params string[] parts) =>
            Expect.Throws<ArgumentException>(() => Model().Fit(new RecordingDataset<T>(10), options), parts);
        Refused(new FitOptions { Epochs = 0 }, "Epochs", "at least 1", "0");
        Refused(new FitOptions { BatchSize = 0 }, "BatchSize", "at least 1", "0");
        Refused(new FitOptions { Threads = -1 }, "Threads", "at least 0", "-1");
        Refused(new FitOptions { ValidationSplit = 1 }, "ValidationSplit", "[0, 1)");
        Refused(new FitOptions { ValidationSplit = -0.1 }, "ValidationSplit", "[0, 1)");
        Refused(new FitOptions { ValidationSplit = 0.9 }, "10", "0.9"); // 10 · (1 − 0.9) = 0.99…: none left to train on, as in Keras
    }

    [Fact]
    public void The_defaults_are_Keras()
    {
        FitOptions options = new();
        Assert.Equal((1, 32, 0.0, true), (options.Epochs, options.BatchSize, options.ValidationSplit, options.Shuffle));
        Assert.IsType<Adam>(options.Optimizer);
        Assert.IsType<CategoricalCrossentropy>(options.Loss);
    }

    internal static Model<T> Model(Regularizer? regularizer = null, Regularizer? ofConvolution = null) => new Sequential(
        new Conv2D(5, 3, padding: Padding.Same, activation: Activation.ReLU, kernelRegularizer: ofConvolution),
        new MaxPooling2D(2),
        new Flatten(),
        new Dense(3, Activation.Softmax, kernelRegularizer: regularizer)).Build<T>((4, 6, 2), seed: 3);
}

public sealed class FitFloatTests : FitTests<float>;

public sealed class FitDoubleTests : FitTests<double>;
