using NanoConv.Tests.Checkpoints;

namespace NanoConv.Tests.Training;

/// <summary>Epochs of whole batches alone, and fits that end after so many steps.</summary>
public sealed class StepLimitTests
{
    private const int Examples = 22, Batch = 8;

    private static readonly TensorDataset<float> Data = new(
        new Tensor<float>((Examples, 5), Numbers.Reals<float>(Examples * 5, seed: 1)), [.. Enumerable.Range(0, Examples).Select(i => i % 3)], 3);

    private static readonly FitOptions Options = new() { BatchSize = Batch, Epochs = 3, Seed = 4 };

    [Fact]
    public void The_last_part_of_a_batch_is_left_out()
    {
        Model<float> fitted = Build(), alone = Build();
        List<(int Step, int Seen)> places = [];
        History history = fitted.Fit(Data, Options with { Epochs = 1, Shuffle = false, DropRemainder = true, Callbacks = [Watching(places)] });
        alone.Fit(new DatasetSlice<float>(Data, 0, 16), Options with { Epochs = 1, Shuffle = false });
        Assert.Equal([(1, 8), (2, 16)], places);
        Expect.SameBits<float>("weights", alone.Weights, fitted.Weights);
        Assert.Equal(history.Epochs[0].Loss, AloneLoss(), 1e-12);

        double AloneLoss() => Build().Fit(new DatasetSlice<float>(Data, 0, 16), Options with { Epochs = 1, Shuffle = false }).Epochs[0].Loss;
    }

    [Fact]
    public void Shuffled_it_is_others_each_time_and_whole_batches_are_all_there()
    {
        RecordingDataset<float> data = new(Examples);
        Model<float> model = new Sequential(new Flatten(), new Dense(3, Activation.Softmax)).Build<float>(data.InputShape);
        model.Fit(data, Options with { DropRemainder = true, Threads = 1 });
        int[][] epochs = [.. data.Visited.Chunk(16)];
        Assert.Equal(3, epochs.Length);
        Assert.All(epochs, epoch => Assert.Equal(16, epoch.Distinct().Count()));
        Assert.NotEqual(epochs[0].Order(), epochs[1].Order());
        List<(int Step, int Seen)> places = [];
        Build().Fit(Data, Options with { BatchSize = 50, DropRemainder = true, Epochs = 1, Callbacks = [Watching(places)] });
        Assert.Equal([(1, 22)], places); // not enough for a batch are one
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(100)]
    public void A_fit_ends_after_its_steps_in_the_midst_of_an_epoch_too(int steps)
    {
        Model<float> limited = Build(), stepped = Build();
        List<(int Step, int Seen)> places = [];
        History history = limited.Fit(Data, Options with { MaxSteps = steps, Callbacks = [Watching(places)] });
        Assert.Equal(Math.Min(steps, 9), places.Count);
        Assert.Equal((places.Count + 2) / 3, history.Epochs.Count);
        Model<float> cancelled = Build();
        using CancellationTokenSource cancellation = new();
        int taken = 0;
        OnStep stop = new(_ =>
        {
            if (++taken == steps)
                cancellation.Cancel();
        });
        Record.Exception(() => cancelled.Fit(Data, Options with { Callbacks = [stop] }, cancellation.Token));
        Expect.SameBits<float>("weights", cancelled.Weights, limited.Weights);
        double expected = places.Count % 3 == 0 ? Examples : places.Count % 3 * Batch;
        Assert.Equal(expected, history.Epochs[^1].ImagesPerSecond * history.Epochs[^1].TrainingSeconds, 1e-6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_is_resumed_from_any_step_and_finished_only_once(bool dropRemainder)
    {
        // The end makes the slow weights the model's: once more would be seen, and too early, too.
        FitOptions options = Options with { MaxSteps = 5, DropRemainder = dropRemainder, Optimizer = new SGD(0.1) { Lookahead = new Lookahead(3) } };
        MemoryStore store = new() { EverySteps = 1 };
        Model<float> whole = Build();
        History history = whole.Fit(Data, options with { Checkpoints = store });
        Assert.Equal([0, 1, 2, 3, 4, 5], store.Checkpoints.Keys);
        foreach ((int step, byte[] checkpoint) in store.Checkpoints)
        {
            Model<float> resumed = Build();
            History again = resumed.Fit(Data, options with { Checkpoints = new MemoryStore { From = checkpoint } });
            Expect.SameBits<float>($"weights from step {step}", whole.Weights, resumed.Weights);
            Assert.Equal(history.Epochs.Select(epoch => epoch.Loss), again.Epochs.Select(epoch => epoch.Loss));
        }

        Refused(Data, options with { MaxSteps = 6 }, "max_steps");
        Refused(Data, options with { MaxSteps = null }, "max_steps");
        Refused(Data, options with { DropRemainder = !dropRemainder }, "drop_remainder");
        Refused(new DatasetSlice<float>(Data, 0, 21), options, "training_examples 22 then, 21 now"); // as many whole batches, but others

        void Refused(IDataset<float> data, FitOptions other, string part) => Expect.Throws<ArgumentException>(
            () => Build().Fit(data, other with { Checkpoints = new MemoryStore { From = store.Checkpoints[2] } }), part);
    }

    [Theory]
    [InlineData(null, false, 9)]
    [InlineData(null, true, 6)]
    [InlineData(5, true, 5)]
    [InlineData(100, false, 9)]
    public void All_steps_are_known_from_the_beginning(int? limit, bool dropRemainder, int expected) =>
        Assert.Equal(expected, new TrainingState(Examples, Options with { MaxSteps = limit, DropRemainder = dropRemainder }).AllSteps);

    [Fact]
    public void Both_are_kept_with_a_model()
    {
        FitOptions options = Options with { MaxSteps = 5, DropRemainder = true };
        FitOptions back = TrainingDescription.Read(TrainingDescription.Write(options))!;
        Assert.Equal((5, true), (back.MaxSteps, back.DropRemainder));
        FitOptions usual = TrainingDescription.Read(TrainingDescription.Write(Options))!;
        Assert.Equal((null, false), (usual.MaxSteps, usual.DropRemainder));
        Assert.DoesNotContain("max_steps", TrainingDescription.Write(Options), StringComparison.Ordinal);
        Expect.Throws<ArgumentOutOfRangeException>(() => Build().Fit(Data, Options with { MaxSteps = 0 }), "MaxSteps", "at least 1");
        Expect.Throws<ArgumentException>(() => _ = new Trainer<float>(Build(), new FitOptions { MaxSteps = 3 }), "which are Fit's");
        Expect.Throws<ArgumentException>(() => _ = new Trainer<float>(Build(), new FitOptions { DropRemainder = true }), "which are Fit's");
    }

    private static OnStep Watching(List<(int Step, int Seen)> places) => new(state => places.Add((state.Step, state.ExamplesSeen)));

    private static Model<float> Build() => new Sequential(new Dense(4, Activation.ReLU), new Dense(3, Activation.Softmax)).Build<float>(5, seed: 2);
}
