namespace NanoConv.Tests.Training;

/// <summary>Who is told what and when; stopping, keeping the best, and cancelling.</summary>
public sealed class CallbackTests
{
    [Fact]
    public void Callbacks_are_told_in_order()
    {
        List<string> told = [];
        FitOptions options = new() { Epochs = 2, BatchSize = 2, Callbacks = [new Teller(told, "a"), new Teller(told, "b")] };
        FitTests<float>.Model().Fit(new RecordingDataset<float>(5), options);
        string[] epoch1 = ["epoch 1 begins", "step 1 saw 2", "step 2 saw 4", "step 3 saw 5", "epoch 1 ends"];
        string[] epoch2 = [.. epoch1.Select(line => line.Replace("epoch 1", "epoch 2", StringComparison.Ordinal))];
        string[] expected = ["train begins", .. epoch1, .. epoch2, "train ends"];
        Assert.Equal(expected.SelectMany(line => new[] { $"a: {line}", $"b: {line}" }), told);
    }

    [Fact]
    public void The_state_tells_where_training_is()
    {
        List<(int, int, int)> told = [];
        OnStep tell = new(state => told.Add((state.Epochs, state.Examples, state.StepsPerEpoch)));
        FitOptions options = new() { Epochs = 2, BatchSize = 4, ValidationSplit = 0.25, Callbacks = [tell] };
        FitTests<float>.Model().Fit(new RecordingDataset<float>(12), options);
        Assert.Equal(Enumerable.Repeat((2, 9, 3), 6), told);
    }

    [Fact]
    public void Running_loss_and_accuracy_end_as_the_epochs()
    {
        (double Loss, double Accuracy) last = default;
        FitOptions options = new() { BatchSize = 3, Callbacks = [new OnStep(state => last = (state.Loss, state.Accuracy))] };
        EpochRecord epoch = FitTests<double>.Model().Fit(new RecordingDataset<double>(10), options).Epochs[0];
        Assert.Equal((epoch.Loss, epoch.Accuracy), last);
    }

    [Theory]
    [InlineData(1, 4)] // 5 4 3 | 3.5: no better once
    [InlineData(2, 7)] // … 2.9 | 2.95 2.9: no better twice
    [InlineData(3, 8)] // … and three times
    public void Early_stopping_waits_for_its_patience(int patience, int epochs)
    {
        double[] losses = [5, 4, 3, 3.5, 2.9, 2.95, 2.9, 2.91, 2, 2];
        TrainingState state = new(1, new FitOptions { Epochs = 10 }) { ValidationExamples = 1 };
        EarlyStopping stopping = new(patience: patience);
        stopping.OnTrainBegin(state);
        int epoch = 0;
        while (!state.StopTraining)
            stopping.OnEpochEnd(state, Record(++epoch, loss: 0, validationLoss: losses[epoch - 1], accuracy: 0));
        Assert.Equal(epochs, epoch);
    }

    [Fact]
    public void Early_stopping_ends_a_fit_after_its_epoch()
    {
        EarlyStopping stopping = new(EpochQuantity.Loss, patience: 3);
        FitOptions options = new() { Epochs = 50, Optimizer = new SGD(1e-30), Shuffle = false, Callbacks = [stopping] };
        for (int fit = 1; fit <= 2; fit++) // the second starts to wait afresh
            Assert.Equal(4, FitTests<double>.Model().Fit(new RecordingDataset<double>(6), options).Epochs.Count);
    }

    [Fact]
    public void Keep_best_keeps_the_first_of_the_best_epochs()
    {
        Model<double> model = FitTests<double>.Model();
        KeepBest<double> keep = new(model);
        Assert.False(keep.Restore());
        TrainingState state = new(1, new FitOptions { Epochs = 1 });
        double[] validation = [0.3, 0.7, 0.5, 0.7];
        for (int epoch = 1; epoch <= 4; epoch++)
        {
            model.Edit(weights => weights.Fill(epoch));
            keep.OnEpochEnd(state, Record(epoch, loss: 0, validationLoss: 1, validation[epoch - 1]) with { Accuracy = 0.2 * epoch });
        }

        Assert.Equal(2, keep.Best!.Epoch);
        Assert.True(keep.Restore());
        Assert.All(model.Weights.ToArray(), weight => Assert.Equal(2, weight));
    }

    [Fact]
    public void Restored_weights_are_those_that_predict()
    {
        Model<double> model = FitTests<double>.Model();
        RecordingDataset<double> data = new(9);
        KeepBest<double> keep = new(model);
        keep.OnEpochEnd(new TrainingState(1, new FitOptions()), Record(1, 0, null, 0.5));
        double[] before = model.Predict(data).AsSpan().ToArray();
        model.Fit(data);
        Assert.NotEqual(before, model.Predict(data).AsSpan().ToArray());
        keep.Restore();
        Expect.SameBits<double>("y", before, model.Predict(data).AsSpan());
    }

    [Fact]
    public void Cancellation_finishes_the_step_and_leaves_its_weights()
    {
        using CancellationTokenSource source = new();
        Model<double> model = FitTests<double>.Model(), reference = FitTests<double>.Model();
        int steps = 0;
        List<string> told = [];
        FitOptions options = new() { Epochs = 3, BatchSize = 2, Callbacks = [new OnStep(_ => CancelAt(++steps)), new Teller(told, "t")] };
        void CancelAt(int step)
        {
            if (step == 4)
                source.Cancel();
        }

        RecordingDataset<double> data = new(6);
        Assert.ThrowsAny<OperationCanceledException>(() => model.Fit(data, options, source.Token));
        Assert.Equal(4, steps);
        Assert.DoesNotContain("t: train ends", told);

        double[]? expected = null;
        int referenceSteps = 0;
        OnStep remember = new(_ => expected = ++referenceSteps == 4 ? reference.Weights.ToArray() : expected);
        reference.Fit(data, options with { Callbacks = [remember] });
        Expect.SameBits<double>("weights", expected, model.Weights);
        reference.Edit(expected.CopyTo);
        Expect.SameBits<double>("y", reference.Predict(data).AsSpan(), model.Predict(data).AsSpan());
    }

    /// <summary>Cancelled while the examples are being read: most of them are then never asked for.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Cancellation_ends_evaluation_and_prediction_within_a_few_examples(int threads)
    {
        foreach (bool evaluate in (bool[])[true, false])
        {
            using CancellationTokenSource source = new();
            Model<float> model = FitTests<float>.Model();
            RecordingDataset<float> data = new(1000) { Visiting = index => CancelAt(index) };
            void CancelAt(int index)
            {
                if (index == 40)
                    source.Cancel();
            }

            Assert.ThrowsAny<OperationCanceledException>(() =>
            {
                if (evaluate)
                    model.Evaluate(data, threads: threads, cancellation: source.Token);
                else
                    model.Predict(data, threads, source.Token);
            });
            Assert.InRange(data.Visited.Length, 41, 100);
            Assert.Equal(1000, model.Predict(data, threads).Shape[0]); // its buffers are all there again
        }
    }

    private static EpochRecord Record(int epoch, double loss, double? validationLoss, double accuracy) =>
        new(epoch, loss, accuracy, validationLoss, validationLoss is null ? null : accuracy, 1, 1);

    private sealed class Teller(List<string> told, string name) : Callback
    {
        public override void OnTrainBegin(TrainingState state) => told.Add($"{name}: train begins");

        public override void OnEpochBegin(TrainingState state) => told.Add($"{name}: epoch {state.Epoch} begins");

        public override void OnStepEnd(TrainingState state) => told.Add($"{name}: step {state.Step} saw {state.ExamplesSeen}");

        public override void OnEpochEnd(TrainingState state, EpochRecord epoch) => told.Add($"{name}: epoch {epoch.Epoch} ends");

        public override void OnTrainEnd(TrainingState state) => told.Add($"{name}: train ends");
    }
}
