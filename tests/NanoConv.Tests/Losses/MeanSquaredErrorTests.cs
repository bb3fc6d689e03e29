namespace NanoConv.Tests.Losses;

/// <summary>A loss of quantities: nothing is right or wrong, and nothing false is said of it.</summary>
public sealed class MeanSquaredErrorTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nanoconv-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void There_is_a_loss_and_no_accuracy()
    {
        Model<double> model = Build();
        EpochRecord epoch = model.Fit(Data(), new FitOptions { ValidationSplit = 0.25, Loss = new MeanSquaredError(), Threads = 1 }).Epochs[0];
        Assert.Equal((double.NaN, null), (epoch.Accuracy, epoch.ValidationAccuracy));
        Assert.True(epoch is { Loss: > 0, ValidationLoss: > 0 });
        Evaluation evaluation = model.Evaluate(Data(), new MeanSquaredError());
        Assert.Equal((double.NaN, null), (evaluation.Accuracy, evaluation.Confusion));
        Assert.Equal(double.NaN, new Trainer<double>(model, new FitOptions { Loss = new MeanSquaredError() }).Step(Data()).Accuracy);
    }

    /// <summary>Nor of one output that is said to be a class of one.</summary>
    [Fact]
    public void A_single_output_is_no_class()
    {
        Model<double> model = new Sequential(new Dense(1)).Build<double>(2);
        Evaluation evaluation = model.Evaluate(new TensorDataset<double>(new Tensor<double>((3, 2)), new int[3], 1));
        Assert.Equal((double.NaN, null), (evaluation.Accuracy, evaluation.Confusion));
    }

    [Theory]
    [InlineData(EpochQuantity.Accuracy)]
    [InlineData(EpochQuantity.ValidationAccuracy)]
    public void Callbacks_that_monitor_an_accuracy_are_refused(EpochQuantity monitor)
    {
        Model<double> model = Build();
        foreach (Callback callback in (Callback[])[new EarlyStopping(monitor), new KeepBest<double>(model, monitor)])
        {
            FitOptions options = new() { ValidationSplit = 0.25, Loss = new MeanSquaredError(), Callbacks = [callback] };
            Expect.Throws<ArgumentException>(() => model.Fit(Data(), options), "accuracy", "expected a loss that counts right answers", "monitor a loss");
        }

        model.Fit(Data(), new FitOptions { ValidationSplit = 0.25, Loss = new MeanSquaredError(), Callbacks = [new EarlyStopping()] });
    }

    [Fact]
    public void Files_and_checkpoints_know_of_it()
    {
        string path = Path.Combine(folder, "m.safetensors");
        Checkpoints.MemoryStore store = new();
        FitOptions options = new() { Epochs = 2, ValidationSplit = 0.25, Loss = new MeanSquaredError(Reduction.Sum), Checkpoints = store, Threads = 1 };
        Model<double> model = Build();
        History history = model.Fit(Data(), options);
        model.Save(path, history);
        ModelInfo info = ModelInfo.Read(path);
        Assert.Equal(history.Epochs.Select(Untimed), info.History!.Epochs.Select(Untimed));
        Assert.Equal("MeanSquaredError(reduction sum)", $"{info.History.Options!.Loss}");

        Model<double> again = Build();
        byte[] checkpoint = store.Checkpoints.First(kept => kept.Key > 0).Value;
        History resumed = again.Fit(Data(), options with { Checkpoints = new Checkpoints.MemoryStore { From = checkpoint } });
        Expect.SameBits<double>("weights", model.Weights, again.Weights);
        Assert.Equal(history.Epochs.Select(Untimed), resumed.Epochs.Select(Untimed));

        static EpochRecord Untimed(EpochRecord epoch) => epoch with { TrainingSeconds = 0, ImagesPerSecond = 0 };
    }

    [Fact]
    public void Outputs_that_are_no_numbers_end_a_fit()
    {
        Tensor<double> inputs = new((4, 2), [1, 2, 3, 4, 5, 6, 7, double.NaN]);
        TensorDataset<double> data = new(inputs, new Tensor<double>((4, 2)));
        Assert.Throws<NonFiniteLossException>(() => Build().Fit(data, new FitOptions { ValidationSplit = 0.25, Loss = new MeanSquaredError() }));
    }

    /// <summary>A line through points: what least squares gives in closed form.</summary>
    [Fact]
    public void Training_finds_the_line_through_points()
    {
        Model<double> model = new Sequential(new Dense(1)).Build<double>(1);
        double[] x = [-1, -0.5, 0, 0.5, 1], y = [.. x.Select(value => (3 * value) - 2)];
        TensorDataset<double> data = new(new Tensor<double>((5, 1), x), new Tensor<double>((5, 1), y));
        model.Fit(data, new FitOptions { Epochs = 400, BatchSize = 5, Loss = new MeanSquaredError(), Optimizer = new SGD(0.3), Threads = 1 });
        Expect.Close("weights", [3.0, -2.0], model.Weights, 1e-9);
    }

    private static Model<double> Build() => new Sequential(new Dense(4, Activation.Tanh), new Dense(2)).Build<double>(2, seed: 3);

    private static TensorDataset<double> Data() => new(
        new Tensor<double>((12, 2), Numbers.Reals<double>(24, seed: 1)), new Tensor<double>((12, 2), Numbers.Reals<double>(24, seed: 2)));
}
