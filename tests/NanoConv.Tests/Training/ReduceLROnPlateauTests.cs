using FsCheck;
using FsCheck.Fluent;
using NanoConv.Tests.Checkpoints;

namespace NanoConv.Tests.Training;

/// <summary>Keras's rules of lowering the rate, in other words; and a fit that lowers it.</summary>
public sealed class ReduceLROnPlateauTests : PropertySuite
{
    private static readonly Arbitrary<int> Seeds = Arb.From(Gen.Choose(0, 1_000_000));

    [Fact]
    public void Rates_are_Keras_on_any_losses() => ForAll(Seeds, static seed =>
    {
        Random random = new(seed);
        (int patience, int cooldown, double minDelta) = (random.Next(4), random.Next(4), random.Next(3) * 0.25);
        (double minimum, bool rises) = (random.Next(2) * 0.05, random.Next(2) == 0);
        TrainingState state = State(new SGD(0.5));
        ReduceLROnPlateau callback = new(
            rises ? EpochQuantity.Accuracy : EpochQuantity.Loss, factor: 0.25, patience, minDelta, cooldown, minimum);
        callback.OnTrainBegin(state);
        double rate = 0.5, best = rises ? double.NegativeInfinity : double.PositiveInfinity;
        (int cool, int wait, int reductions) = (0, 0, 0);
        for (int epoch = 1; epoch <= 25; epoch++)
        {
            double value = random.Next(5) * 0.25;
            callback.OnEpochEnd(state, Record(epoch, value));

            // Keras 3, line by line.
            if (cool > 0)
            {
                cool--;
                wait = 0;
            }

            if (rises ? value > best + minDelta : value < best - minDelta)
            {
                best = value;
                wait = 0;
            }
            else if (cool == 0)
            {
                wait++;
                if (wait >= patience && rate > minimum)
                {
                    rate = Math.Max(rate * 0.25, minimum);
                    reductions++;
                    cool = cooldown;
                    wait = 0;
                }
            }

            Expect.Close(rate, state.LearningRate, 1e-12);
            Assert.Equal(reductions, callback.Reductions);
        }
    });

    /// <summary>0.1 · (0.03 / 0.1) is not 0.03, but there is nothing left to reduce.</summary>
    [Fact]
    public void At_the_least_rate_it_is_over()
    {
        foreach (double minimum in (double[])[0.03, 0.07, 0.011, 0.0123])
        {
            TrainingState state = State(new SGD(0.1));
            ReduceLROnPlateau callback = new(EpochQuantity.Loss, factor: 0.1, patience: 1, minLearningRate: minimum);
            callback.OnTrainBegin(state);
            for (int epoch = 1; epoch <= 20; epoch++)
                callback.OnEpochEnd(state, Record(epoch, 1));
            Expect.Close(minimum, state.LearningRate, 1e-12);
            Assert.Equal(1, callback.Reductions);
        }
    }

    [Fact]
    public void A_schedule_goes_on_at_the_lower_rate()
    {
        TrainingState state = State(new SGD(new PiecewiseConstantDecay([0], [1, 0.5])));
        ReduceLROnPlateau callback = new(EpochQuantity.Loss, factor: 0.25, patience: 1);
        callback.OnTrainBegin(state);
        Assert.Equal(1, state.LearningRate);
        callback.OnEpochEnd(state, Record(1, 1));
        callback.OnEpochEnd(state, Record(2, 1));
        Assert.Equal(0.25, state.LearningRate);
        state.BeginEpoch(1);
        state.Step = 1;
        Assert.Equal(0.125, state.LearningRate);
    }

    /// <summary>One rate in the first three epochs, another in the two after: as if the schedule had said so. From any checkpoint.</summary>
    [Fact]
    public void A_fit_takes_its_steps_at_the_lower_rate()
    {
        float[] expected = Fit(new SGD(new PiecewiseConstantDecay([14], [0.5, 0.125])), []);
        MemoryStore store = new() { EverySteps = 1 };
        Expect.SameBits<float>("weights", expected, Fit(new SGD(0.5), [Patient()], store));
        foreach ((int step, byte[] checkpoint) in store.Checkpoints)
            Expect.SameBits<float>($"from step {step}", expected, Fit(new SGD(0.5), [Patient()], new MemoryStore { From = checkpoint }));
        Expect.Throws<ArgumentException>(
            () => Fit(new SGD(0.5), [new ReduceLROnPlateau(EpochQuantity.Loss)], new MemoryStore { From = store.Checkpoints[1] }),
            "callbacks", "factor 0.25, patience 2, min_delta", "factor 0.1, patience 10, min_delta");

        // No loss is better by a thousand: lowered after the third epoch, and then never again.
        static ReduceLROnPlateau Patient() => new(EpochQuantity.Loss, factor: 0.25, patience: 2, minDelta: 1000, cooldown: 9);

        static float[] Fit(Optimizer optimizer, Callback[] callbacks, CheckpointStore? store = null)
        {
            Model<float> model = new Sequential(new Flatten(), new Dense(3, Activation.Softmax)).Build<float>((4, 6, 2), seed: 1);
            FitOptions options = new() { Epochs = 5, BatchSize = 5, Optimizer = optimizer, Callbacks = callbacks, Checkpoints = store, Threads = 1 };
            model.Fit(new RecordingDataset<float>(25), options);
            return model.Weights.ToArray();
        }
    }

    [Fact]
    public void A_callback_begins_anew_with_every_fit()
    {
        ReduceLROnPlateau callback = new(EpochQuantity.Loss, patience: 1);
        for (int fit = 0; fit < 2; fit++)
        {
            TrainingState state = State(new SGD(1));
            callback.OnTrainBegin(state);
            callback.OnEpochEnd(state, Record(1, 2 - fit));
            Assert.Equal(0, callback.Reductions);
            callback.OnEpochEnd(state, Record(2, 5));
            Assert.Equal(1, callback.Reductions);
        }
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Refused(() => _ = new ReduceLROnPlateau(factor: 1), "expected a factor in (0, 1), received 1");
        Refused(() => _ = new ReduceLROnPlateau(factor: 0), "factor");
        Refused(() => _ = new ReduceLROnPlateau(patience: -1), "patience");
        Refused(() => _ = new ReduceLROnPlateau(cooldown: -1), "cooldown");
        Refused(() => _ = new ReduceLROnPlateau(minDelta: double.NaN), "minDelta");
        Refused(() => _ = new ReduceLROnPlateau(minLearningRate: -1), "learning rate of at least 0, received -1");
        Refused(() => _ = new ReduceLROnPlateau((EpochQuantity)9), "ReduceLROnPlateau", "9");
        Expect.Throws<ArgumentException>(() => new ReduceLROnPlateau().OnTrainBegin(State(new SGD())), "ReduceLROnPlateau monitors val_loss");
        Refused(() => State(new SGD()).LearningRateScale = double.NaN, "LearningRateScale");
        Assert.Equal(
            "ReduceLROnPlateau(monitor val_loss, factor 0.1, patience 10, min_delta 0.0001, cooldown 0, min_lr 0)", $"{new ReduceLROnPlateau()}");

        static void Refused(Action mistake, params string[] parts) => Expect.Throws<ArgumentOutOfRangeException>(mistake, parts);
    }

    [Fact]
    public void A_checkpoint_with_no_scale_at_all_or_a_bad_one()
    {
        TrainingState state = State(new SGD(1)), scaled = State(new SGD(1)), back = State(new SGD(1));
        SavedState saved = new(), bad = new();
        state.Save(saved);
        back.Restore(saved);
        Assert.Equal(1, back.LearningRateScale);
        scaled.LearningRateScale = 0.375;
        scaled.Save(bad);
        back.Restore(bad);
        Assert.Equal(0.375, back.LearningRateScale);
        bad.Set("learning_rate_scale", double.NaN);
        Expect.Throws<InvalidDataException>(() => back.Restore(bad), "'learning_rate_scale': expected a finite number of at least 0, found NaN");
        SavedState many = new();
        new ReduceLROnPlateau().Save(many);
        many.Set<double>("best", [1, 2]);
        Expect.Throws<InvalidDataException>(() => new ReduceLROnPlateau().Restore(many), "'best': expected one number at most, found 2");
    }

    private static TrainingState State(Optimizer optimizer) => new(10, new FitOptions { Epochs = 99, BatchSize = 5, Optimizer = optimizer });

    private static EpochRecord Record(int epoch, double value) => new(epoch, value, value, null, null, 1, 1);
}
