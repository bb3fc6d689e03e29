using System.Numerics;

namespace NanoConv.Tests.Checkpoints;

/// <summary>A fit that is broken off anywhere and resumed ends with the bits of one that never was.</summary>
public abstract class ResumeTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Steps = 4; // an epoch: 26 examples, of which 19 in batches of 5

    public static TheoryData<string> Optimizers => ["adam", "adam, epsilon hat", "sgd", "momentum", "nesterov"];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void A_fit_resumed_after_any_step_ends_with_the_same_bits(string optimizer)
    {
        FitOptions options = Options with { Optimizer = Optimizer(optimizer) };
        Run plain = new(options), whole = new(options with { Checkpoints = new MemoryStore { EverySteps = 1 } });
        plain.ShouldEqual(whole); // keeping checkpoints changes nothing
        SortedDictionary<int, byte[]> checkpoints = ((MemoryStore)whole.Options.Checkpoints!).Checkpoints;
        Assert.Equal(Enumerable.Range(0, (whole.History.Epochs.Count * Steps) + 1), checkpoints.Keys);
        foreach ((int step, byte[] checkpoint) in checkpoints)
        {
            // Other initial weights, another number of threads: neither matters.
            Run resumed = new(options with { Threads = 1 + (step % 3), Checkpoints = new MemoryStore { From = checkpoint } }, modelSeed: 99);
            resumed.ShouldEqual(whole);
            Assert.Equal(whole.Tally.Told[^(resumed.Tally.Told.Count - 1)..], resumed.Tally.Told[1..]); // told what was left, no more
        }
    }

    [Fact]
    public void Early_stopping_goes_on_waiting_where_it_was()
    {
        // Weights that stand still: the loss never improves, so the fit ends after one epoch and the patience.
        FitOptions options = Options with { Epochs = 9, Optimizer = new SGD(1e-30), Shuffle = false };
        MemoryStore store = new() { EverySteps = 1 };
        Run whole = new(options with { Checkpoints = store }, stop: true);
        Assert.Equal(3, whole.History.Epochs.Count);
        foreach (byte[] checkpoint in store.Checkpoints.Values)
            new Run(options with { Checkpoints = new MemoryStore { From = checkpoint } }, stop: true).ShouldEqual(whole);
    }

    /// <summary>A callback may ask in an epoch's midst for the end after it.</summary>
    [Fact]
    public void An_end_that_was_asked_for_is_remembered_and_the_epoch_finished()
    {
        MemoryStore store = new() { EverySteps = 1 };
        OnStep stop = new(state => state.StopTraining |= state is { Epoch: 2, Step: 2 });
        Run whole = new(Options with { Checkpoints = store, Callbacks = [stop] });
        Assert.Equal(2, whole.History.Epochs.Count);
        foreach (int step in (int[])[Steps + 2, Steps + 3, 2 * Steps])
            new Run(Options with { Checkpoints = new MemoryStore { From = store.Checkpoints[step] } }).ShouldEqual(whole);
    }

    [Fact]
    public void A_finished_fit_goes_on_to_more_epochs()
    {
        MemoryStore store = new();
        new Run(Options with { Epochs = 2, Checkpoints = store });
        Assert.Equal([0, Steps, 2 * Steps], store.Checkpoints.Keys); // at the start and the ends of epochs alone
        new Run(Options with { Checkpoints = new MemoryStore { From = store.Checkpoints[2 * Steps] } }).ShouldEqual(new Run(Options));
    }

    [Fact]
    public void Other_frozen_layers_than_then_are_refused()
    {
        MemoryStore store = new() { EverySteps = 1 };
        T[] whole = Frozen(store, "conv2d_1");
        byte[] checkpoint = store.Checkpoints[2];
        Expect.SameBits<T>("weights", whole, Frozen(new MemoryStore { From = checkpoint }, "conv2d_1"));
        Expect.Throws<ArgumentException>(() => Frozen(new MemoryStore { From = checkpoint }), "frozen conv2d_1 then, (not given) now");
        Expect.Throws<ArgumentException>(() => Frozen(new MemoryStore { From = checkpoint }, "dense_1"), "frozen conv2d_1 then, dense_1 now");

        static T[] Frozen(MemoryStore store, params string[] layers)
        {
            Model<T> model = Network().Build<T>((4, 6, 2), seed: 1);
            foreach (string layer in layers)
                model.Freeze(layer);
            model.Fit(new RecordingDataset<T>(26), Options with { Checkpoints = store });
            return model.Weights.ToArray();
        }
    }

    [Fact]
    public void Fewer_epochs_than_have_begun_are_refused()
    {
        MemoryStore store = new() { EverySteps = 1 };
        new Run(Options with { Checkpoints = store });
        Expect.Throws<ArgumentException>(
            () => new Run(Options with { Epochs = 2, Checkpoints = new MemoryStore { From = store.Checkpoints[(2 * Steps) + 1] } }),
            "Epochs: expected at least 3", "received 2");
    }

    [Fact]
    public void Every_so_many_steps_are_counted_over_all_epochs()
    {
        MemoryStore store = new() { EverySteps = 3 };
        new Run(Options with { Checkpoints = store });
        Assert.Equal([0, 3, 4, 6, 8, 9, 12], store.Checkpoints.Keys);
        Expect.Throws<ArgumentOutOfRangeException>(() => new MemoryStore { EverySteps = -1 }, "EverySteps: expected at least 0, received -1");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(Steps)]
    [InlineData(Steps + 3)]
    public void A_fit_that_is_cancelled_leaves_a_checkpoint_of_its_last_step(int last)
    {
        using CancellationTokenSource source = new();
        MemoryStore store = new();
        int steps = 0;
        OnStep cancel = new(_ => CancelAt(++steps));
        void CancelAt(int step)
        {
            if (step == last)
                source.Cancel();
        }

        Assert.ThrowsAny<OperationCanceledException>(() => new Run(Options with { Checkpoints = store, Callbacks = [cancel] }, cancellation: source.Token));
        Assert.Equal(last, store.Checkpoints.Keys.Last());
        new Run(Options with { Checkpoints = new MemoryStore { From = store.Checkpoints[last] } }).ShouldEqual(new Run(Options));
    }

    [Fact]
    public void Other_settings_are_refused_and_listed()
    {
        MemoryStore store = new() { Identity = new Dictionary<string, string> { ["data"] = "cats" } };
        new Run(Options with { Checkpoints = store });
        MemoryStore again = new() { From = store.Checkpoints[0], Identity = new Dictionary<string, string> { ["data"] = "dogs" } };
        FitOptions other = Options with { Seed = 8, BatchSize = 6, ValidationSplit = 0.5, Shuffle = false, Optimizer = new SGD(), Checkpoints = again };
        Model<T> model = Network().Build<T>((4, 6, 2), seed: 1);
        T[] before = model.Weights.ToArray();
        Expect.Throws<ArgumentException>(
            () => model.Fit(new RecordingDataset<T>(26), other),
            "'memory'", "training_examples 19 then, 13 now", "validation_examples 7 then, 13 now", "batch_size 5 then, 6 now", "seed 7 then, 8 now",
            "shuffle True then, False now", "data cats then, dogs now",
            "optimizer Adam(learning_rate 0.01, beta1 0.9, beta2 0.999, epsilon 1E-07) then, SGD(learning_rate 0.01, momentum 0, nesterov False) now",
            "callbacks KeepBest(monitor val_accuracy), EarlyStopping(monitor val_loss, ");
        Expect.SameBits<T>("weights", before, model.Weights);
    }

    /// <summary>The rest of an epoch would take examples a second time, and leave others out.</summary>
    [Fact]
    public void A_checkpoint_of_a_library_whose_seeds_give_other_numbers_is_refused()
    {
        MemoryStore store = new() { Identity = new Dictionary<string, string> { ["random_numbers"] = "other ones" } };
        new Run(Options with { Checkpoints = store });
        Expect.Throws<ArgumentException>(
            () => new Run(Options with { Checkpoints = new MemoryStore { From = store.Checkpoints[0] } }),
            "random_numbers other ones then, SplitMix64, keyed by domain now");
    }

    [Fact]
    public void Early_stopping_restores_the_best_weights_of_before_it_was_resumed()
    {
        // The first epoch is the best: validation asks for other classes than training teaches.
        (Tensor<T> inputs, int[] labels) = Examples();
        int[] others = [.. labels.Select(label => (label + 1) % 3)];
        MemoryStore store = new() { EverySteps = 1 };
        T[] expected = Fit(store);
        Assert.Equal(2 * Steps, store.Checkpoints.Keys.Last());
        foreach (byte[] checkpoint in store.Checkpoints.Values)
            Expect.SameBits<T>("weights", expected, Fit(new MemoryStore { From = checkpoint }));

        T[] Fit(MemoryStore checkpoints)
        {
            EarlyStopping stopping = new(EpochQuantity.ValidationLoss, restoreBestWeights: true);
            T[]? first = null;
            Model<T> model = Network().Build<T>((4, 6, 2), seed: 1);
            Watch keep = new((_, epoch) => first = epoch.Epoch == 1 ? model.Weights.ToArray() : first);
            FitOptions options = Options with { ValidationSplit = 0, Epochs = 6, Checkpoints = checkpoints, Callbacks = [stopping, keep] };
            model.Fit(inputs, labels, inputs, others, options);
            Assert.Equal((1, 2), (stopping.BestEpoch, stopping.StoppedEpoch));
            if (first is not null)
                Expect.SameBits<T>("weights", first, model.Weights);
            return model.Weights.ToArray();
        }

        static (Tensor<T> Inputs, int[] Labels) Examples()
        {
            const int Count = 19;
            RecordingDataset<T> data = new(Count);
            Tensor<T> pixels = new((Count, 4, 6, 2));
            for (int i = 0; i < Count; i++)
                data.CopyInput(i, pixels.AsSpan().Slice(i * 48, 48));
            return (pixels, [.. Enumerable.Range(0, Count).Select(i => i % 3)]);
        }
    }

    [Fact]
    public void A_setting_of_one_side_alone_is_named()
    {
        MemoryStore store = new();
        new Run(Options with { Checkpoints = store });
        MemoryStore again = new() { From = store.Checkpoints[0], Identity = new Dictionary<string, string> { ["data"] = "dogs" } };
        Expect.Throws<ArgumentException>(() => new Run(Options with { Checkpoints = again }), "found: data (not given) then, dogs now");
    }

    private static FitOptions Options => new()
    {
        Epochs = 3,
        BatchSize = 5,
        ValidationSplit = 0.25,
        Seed = 7,
        Threads = 1,
        Optimizer = new Adam(0.01),
    };

    private static Optimizer Optimizer(string name) => name switch
    {
        "adam" => new Adam(0.01),
        "adam, epsilon hat" => new Adam(0.01, epsilonHat: true),
        "sgd" => new SGD(0.05),
        "momentum" => new SGD(0.05, momentum: 0.9),
        _ => new SGD(0.05, momentum: 0.9, nesterov: true),
    };

    private static Sequential Network() => new(
        new Conv2D(4, 3, padding: Padding.Same, activation: Activation.ReLU, kernelRegularizer: new L2(1e-3)),
        new MaxPooling2D(2),
        new Dropout(0.25),
        new Flatten(),
        new Dense(3, Activation.Softmax, kernelRegularizer: new L1(1e-3)));

    /// <summary>A fit with all that comes of it.</summary>
    private sealed class Run
    {
        private readonly T[] weights;
        private readonly T[] bestWeights;
        private readonly EpochRecord best;

        public Run(FitOptions options, int modelSeed = 1, bool stop = false, CancellationToken cancellation = default)
        {
            Model<T> model = Network().Build<T>((4, 6, 2), modelSeed);
            KeepBest<T> keep = new(model);
            EarlyStopping stopping = new(patience: stop ? 2 : 100);
            Options = options with { Callbacks = [keep, .. options.Callbacks, stopping, Tally] };
            History = model.Fit(new RecordingDataset<T>(26), Options, cancellation);
            weights = model.Weights.ToArray();
            Assert.True(keep.Restore());
            (best, bestWeights) = (Untimed(keep.Best!), model.Weights.ToArray());
        }

        public FitOptions Options { get; }

        public History History { get; }

        public Tally Tally { get; } = new();

        public void ShouldEqual(Run other)
        {
            Expect.SameBits<T>("weights", other.weights, weights);
            Expect.SameBits<T>("best weights", other.bestWeights, bestWeights);
            Assert.Equal(other.History.Epochs.Select(Untimed), History.Epochs.Select(Untimed));
            Assert.Equal(other.Tally.Calls, Tally.Calls);
            Assert.Equal(other.best, best);
        }

        private static EpochRecord Untimed(EpochRecord epoch) => epoch with { TrainingSeconds = 0, ImagesPerSecond = 0 };
    }
}

public sealed class ResumeFloatTests : ResumeTests<float>;

public sealed class ResumeDoubleTests : ResumeTests<double>;
