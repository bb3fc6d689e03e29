using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests.Training;

/// <summary>When training ends, and with which weights, by Keras 3's rules.</summary>
public sealed class EarlyStoppingTests : PropertySuite
{
    private const EpochQuantity Loss = EpochQuantity.Loss, Accuracy = EpochQuantity.Accuracy;

    /// <summary>
    /// Worked out by hand, epoch by epoch, from Keras's rules: epochs up to startFromEpoch are not looked at; the first after them is
    /// the best so far; a value is better if it is so by more than minDelta; one that is better, and better than the baseline, too,
    /// ends the wait; one that is not better ends training if it has been waited for patience epochs.
    /// </summary>
    public static TheoryData<string, EarlyStopping, double[], int?, int> Traces => new()
    {
        { "falls throughout", new(Loss), [5, 4, 3, 2], null, 4 },
        { "patience 0 stops after the first that is no better", new(Loss), [5, 4, 4, 1], 3, 2 },
        { "patience 1 likewise", new(Loss, patience: 1), [5, 4, 4, 1], 3, 2 },
        { "patience 2: 3.5 | 2.9, 2.95 2.9 |", new(Loss, patience: 2), [5, 4, 3, 3.5, 2.9, 2.95, 2.9, 1], 7, 5 },
        { "an accuracy is to rise", new(Accuracy, patience: 2), [0.1, 0.3, 0.2, 0.3, 0.9], 4, 2 },
        { "a loss that rises as an accuracy", new(Accuracy), [1, 2, 3], null, 3 },
        { "less than min_delta does not count", new(Loss, minDelta: 0.5, patience: 2), [4, 3.75, 3.5, 1], 3, 1 },
        { "min_delta itself does not, more does", new(Loss, minDelta: 0.5, patience: 2), [4, 3.5, 3.25, 3, 2.75], 5, 3 },
        { "min_delta of an accuracy", new(Accuracy, minDelta: 0.25, patience: 1), [0.25, 0.75, 1, 1], 3, 2 },
        { "small steps add up against the best", new(Loss, minDelta: 0.5, patience: 3), [4, 3.75, 3.5, 3.25, 3, 2.5], null, 6 },
        { "the first two are not looked at", new(Loss, patience: 1, startFromEpoch: 2), [1, 2, 9, 8, 8.5], 5, 4 },
        { "start_from_epoch 3 waits from epoch 4 on", new(Loss, patience: 2, startFromEpoch: 3), [1, 2, 3, 4, 5, 6, 7], 6, 4 },
        { "none is looked at", new(Loss, startFromEpoch: 3), [1, 2, 3], null, 0 },
        { "a baseline that is never reached", new(Loss, patience: 2, baseline: 1), [5, 5, 5, 5], 2, 1 },
        { "better than before, but not than the baseline: the wait goes on", new(Loss, patience: 3, baseline: 1), [5, 4, 3, 2, 2.5, 0], 5, 4 },
        { "better never stops, however long it was waited", new(Loss, patience: 2, baseline: 1), [5, 4, 3, 2, 1.5], null, 5 },
        { "below the baseline the wait begins anew", new(Loss, patience: 2, baseline: 4), [5, 3, 3.5, 3.25, 1], 4, 2 },
        { "the baseline has min_delta, too", new(Loss, minDelta: 1, patience: 2, baseline: 4), [6, 3.5, 3, 1], 3, 2 },
    };

    [Theory]
    [MemberData(nameof(Traces))]
    public void It_stops_where_Keras_does(string why, EarlyStopping stopping, double[] values, int? stopped, int best)
    {
        for (int fit = 1; fit <= 2; fit++)
        {
            TrainingState state = new(1, new FitOptions { Epochs = values.Length });
            stopping.OnTrainBegin(state);
            int epoch = 0;
            while (epoch < values.Length && !state.StopTraining)
                stopping.OnEpochEnd(state, Record(++epoch, values[epoch - 1]));
            Assert.Equal((why, stopped), (why, stopping.StoppedEpoch));
            Assert.Equal(stopped ?? values.Length, epoch);
            Assert.Equal(best, stopping.BestEpoch ?? 0);
        }
    }

    /// <summary>The defaults are Keras's: validation loss, no epoch's patience, the last weights.</summary>
    [Fact]
    public void Its_defaults_are_Keras()
    {
        Assert.Equal(
            "EarlyStopping(monitor val_loss, min_delta 0, patience 0, baseline none, restore_best_weights False, start_from_epoch 0)",
            new EarlyStopping().ToString());
        Assert.Equal(
            "EarlyStopping(monitor val_accuracy, min_delta 0.5, patience 3, baseline 0.25, restore_best_weights True, start_from_epoch 2)",
            new EarlyStopping(EpochQuantity.ValidationAccuracy, 0.5, 3, 0.25, true, 2).ToString());
    }

    /// <summary>Of each quantity another course: only the one that is monitored decides.</summary>
    [Theory]
    [InlineData(EpochQuantity.Loss, 2)]
    [InlineData(EpochQuantity.Accuracy, 3)]
    [InlineData(EpochQuantity.ValidationLoss, 4)]
    [InlineData(EpochQuantity.ValidationAccuracy, 5)]
    public void What_is_monitored_decides(EpochQuantity monitor, int stopped)
    {
        EarlyStopping stopping = new(monitor);
        Model<double> model = FitTests<double>.Model();
        KeepBest<double> keep = new(model, monitor);
        TrainingState state = new(1, new FitOptions { Epochs = 6 }) { ValidationExamples = 1 };
        stopping.OnTrainBegin(state);
        keep.OnTrainBegin(state);
        for (int epoch = 1; epoch <= 6 && !state.StopTraining; epoch++)
        {
            EpochRecord record = new(
                epoch, Falling(epoch, until: 1), 10 - Falling(epoch, until: 2), Falling(epoch, until: 3), 10 - Falling(epoch, until: 4), 1, 1);
            stopping.OnEpochEnd(state, record);
            keep.OnEpochEnd(state, record);
        }

        Assert.Equal((stopped, stopped - 1, stopped - 1), (stopping.StoppedEpoch, stopping.BestEpoch, keep.Best!.Epoch));
    }

    /// <summary>Validation asks for other classes than those already learnt: the first epoch is the best, and the last the worst.</summary>
    [Theory]
    [InlineData(0)] // stops
    [InlineData(9)] // does not
    public void The_best_weights_are_restored_whether_it_stopped_or_not(int patience)
    {
        foreach (bool restore in (bool[])[true, false])
        {
            Model<float> model = FitTests<float>.Model(), expected = FitTests<float>.Model();
            Dictionary<int, float[]> weights = [];
            Watch watch = new((state, _) => weights[state.Epoch] = model.Weights.ToArray());
            EarlyStopping stopping = new(EpochQuantity.ValidationLoss, patience: patience, restoreBestWeights: restore);
            RecordingDataset<float> data = new(24);
            FitOptions learn = new() { Epochs = 30, Threads = 1, Seed = 4, Optimizer = new SGD(0.1) };
            model.Fit(data, learn);
            History history = model.Fit(data, new Shifted(data), learn with { Epochs = 4, Callbacks = [watch, stopping] });
            int last = patience == 0 ? 2 : 4;
            Assert.Equal((last, 1, patience == 0 ? 2 : null), (history.Epochs.Count, stopping.BestEpoch, stopping.StoppedEpoch));
            Expect.SameBits<float>("weights", weights[restore ? 1 : last], model.Weights);
            expected.Edit(weights[restore ? 1 : last].CopyTo);
            Expect.SameBits<float>("y", expected.Predict(data).AsSpan(), model.Predict(data).AsSpan());
        }
    }

    [Theory]
    [InlineData(EpochQuantity.ValidationLoss, "EarlyStopping monitors val_loss", "KeepBest monitors val_loss", "monitor loss")]
    [InlineData(EpochQuantity.ValidationAccuracy, "EarlyStopping monitors val_accuracy", "KeepBest monitors val_accuracy", "monitor accuracy")]
    public void What_a_fit_will_not_know_is_refused_before_it_begins(EpochQuantity monitor, string stops, string keeps, string advice)
    {
        Model<double> model = FitTests<double>.Model();
        RecordingDataset<double> data = new(6);
        (Callback, string)[] cases = [(new EarlyStopping(monitor), stops), (new KeepBest<double>(model, monitor), keeps)];
        foreach ((Callback callback, string named) in cases)
        {
            Expect.Throws<ArgumentException>(
                () => model.Fit(data, new FitOptions { Callbacks = [callback] }), named, "expected examples for validation", "received none", advice);
            Assert.Empty(data.Visited);
            model.Fit(new RecordingDataset<double>(6), new FitOptions { Callbacks = [callback], ValidationSplit = 0.5 });
        }
    }

    [Fact]
    public void Arguments_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping(patience: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping(startFromEpoch: -1));
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new EarlyStopping(minDelta: -0.5), "EarlyStopping", "at least 0", "received -0.5");
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new EarlyStopping(minDelta: double.NaN), "EarlyStopping", "finite minDelta");
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new EarlyStopping(baseline: double.NaN), "EarlyStopping", "finite baseline");
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new EarlyStopping((EpochQuantity)7), "EarlyStopping", "received 7");
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new KeepBest<float>(FitTests<float>.Model(), (EpochQuantity)7), "KeepBest", "received 7");
    }

    /// <summary>
    /// Against another way to say the rules: with no baseline training stops at the first epoch e for which no epoch within patience
    /// before it, nor itself, has improved on the best before.
    /// </summary>
    [Fact]
    public void It_stops_after_the_first_run_of_epochs_without_improvement() => ForAll(Courses, static c =>
    {
        (int[] steps, int patience, int from) = c;
        double[] values = [.. steps.Select(step => (double)step)];
        int? expected = null;
        List<int> improved = [];
        double best = double.PositiveInfinity;
        for (int epoch = from + 1; epoch <= values.Length && expected is null; epoch++)
        {
            if (values[epoch - 1] < best)
            {
                best = values[epoch - 1];
                improved.Add(epoch);
            }
            else if (epoch - improved[^1] >= Math.Max(1, patience))
            {
                expected = epoch;
            }
        }

        EarlyStopping stopping = new(Loss, patience: patience, startFromEpoch: from);
        TrainingState state = new(1, new FitOptions { Epochs = values.Length });
        stopping.OnTrainBegin(state);
        for (int epoch = 1; epoch <= values.Length && !state.StopTraining; epoch++)
            stopping.OnEpochEnd(state, Record(epoch, values[epoch - 1]));
        Assert.Equal(expected, stopping.StoppedEpoch);
    });

    private static Arbitrary<(int[] Steps, int Patience, int From)> Courses =>
        Gen.Zip(Gen.Choose(0, 9).ArrayOf(), Gen.Zip(Gen.Choose(0, 4), Gen.Choose(0, 3)))
            .Select(drawn => (drawn.Item1, drawn.Item2.Item1, drawn.Item2.Item2)).ToArbitrary();

    private static EpochRecord Record(int epoch, double value) => new(epoch, value, value, null, null, 1, 1);

    // Improves up to an epoch, and stands still after it.
    private static double Falling(int epoch, int until) => 9 - Math.Min(epoch, until);

    /// <summary>The same examples, each said to be of the next class.</summary>
    private sealed class Shifted(IDataset<float> data) : IDataset<float>
    {
        public int Count => data.Count;

        public Shape InputShape => data.InputShape;

        public int Classes => data.Classes;

        public void CopyInput(int index, Span<float> destination) => data.CopyInput(index, destination);

        public void CopyTarget(int index, Span<float> destination) => data.CopyTarget(index + 1, destination);
    }
}
