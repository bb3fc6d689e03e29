using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests.Training;

/// <summary>A callback starts afresh with every fit.</summary>
public sealed class CallbackReuseTests : PropertySuite
{
    private static readonly string Log = Path.Combine(Path.GetTempPath(), $"nanoconv-{Guid.NewGuid():N}.csv");

    [Fact]
    public void Keep_best_of_a_second_fold_knows_nothing_of_the_first()
    {
        Model<double> model = FitTests<double>.Model();
        KeepBest<double> keep = new(model);
        FitOptions options = new() { Epochs = 2, ValidationSplit = 0.25, Threads = 1, Optimizer = new SGD(1e-30), Callbacks = [keep] };
        foreach (double weight in (double[])[3, 7]) // all weights alike: as many right answers in both folds, none better
        {
            model.Edit(weights => weights.Fill(weight));
            model.Fit(new RecordingDataset<double>(8), options);
        }

        Assert.True(keep.Restore());
        Assert.All(model.Weights.ToArray(), weight => Assert.Equal(7, weight, 1e-12));
    }

    /// <summary>Not the weights of the fit before, either.</summary>
    [Fact]
    public void Keep_best_of_a_fit_that_ended_within_its_first_epoch_has_nothing_to_restore()
    {
        Model<double> model = FitTests<double>.Model();
        KeepBest<double> keep = new(model);
        FitOptions options = new() { ValidationSplit = 0.25, Threads = 1, Callbacks = [keep] };
        model.Fit(new RecordingDataset<double>(8), options);
        Assert.ThrowsAny<OperationCanceledException>(() => model.Fit(new RecordingDataset<double>(8), options, new CancellationToken(canceled: true)));
        double[] weights = model.Weights.ToArray();
        Assert.Null(keep.Best);
        Assert.False(keep.Restore());
        Expect.SameBits<double>("weights", weights, model.Weights);
    }

    /// <summary>Every callback of the library; one that is forgotten here is an error.</summary>
    [Fact]
    public void Two_fits_with_one_callback_give_what_two_fresh_ones_give()
    {
        IEnumerable<string> found = typeof(Callback).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Callback))).Select(Named);
        Assert.Equal(found.Order(), Made(FitTests<double>.Model(), 0, 0).Select(made => Named(made.GetType())).Distinct().Order());
        ForAll(Cases, static c =>
        {
            Assert.Equal(Outcome(c, together: false), Outcome(c, together: true));
        });
        File.Delete(Log);

        static string Named(Type type) => type.Name.Split('`')[0];
    }

    private static Arbitrary<ReuseCase> Cases =>
        (from seeds in Gen.Zip(Gen.Choose(0, 999), Gen.Choose(0, 999))
         from examples in Gen.Zip(Gen.Choose(6, 20), Gen.Choose(6, 20))
         from epochs in Gen.Zip(Gen.Choose(1, 5), Gen.Choose(1, 5))
         from setting in Gen.Zip(Gen.Choose(0, 2), Gen.Choose(0, 2))
         from rate in Gen.Elements(1e-30, 0.1, 1)
         select new ReuseCase(seeds, examples, epochs, setting.Item1, setting.Item2, rate)).ToArbitrary();

    private static Callback[] Made(Model<double> model, int patience, int from) =>
    [
        new KeepBest<double>(model),
        new KeepBest<double>(model, EpochQuantity.ValidationLoss),
        new EarlyStopping(patience: patience, startFromEpoch: from),
        new EarlyStopping(EpochQuantity.ValidationAccuracy, patience: patience, minDelta: 0.1, baseline: 0.4, restoreBestWeights: true),
        new ConsoleProgress(TextWriter.Null),
        new CsvLogger(Log),
        new ReduceLROnPlateau(factor: 0.5, patience: patience, minDelta: 0.1, cooldown: from),
    ];

    /// <summary>What two fits one after the other come to, of the same model, with one set of callbacks or with one each.</summary>
    private static string[] Outcome(ReuseCase c, bool together)
    {
        Model<double> model = FitTests<double>.Model();
        List<string> outcome = [];
        Callback[] callbacks = Made(model, c.Patience, c.From);
        foreach ((int seed, int examples, int epochs) in ((int, int, int)[])
            [(c.Seeds.Item1, c.Examples.Item1, c.Epochs.Item1), (c.Seeds.Item2, c.Examples.Item2, c.Epochs.Item2)])
        {
            FitOptions options = new()
            {
                Epochs = epochs,
                BatchSize = 4,
                ValidationSplit = 0.4,
                Seed = seed,
                Threads = 1,
                Optimizer = new SGD(c.Rate),
                Callbacks = callbacks,
            };
            History history = model.Fit(new RecordingDataset<double>(examples), options);
            outcome.AddRange(history.Epochs.Select(epoch => $"{epoch with { TrainingSeconds = 0, ImagesPerSecond = 0 }}"));
            outcome.Add($"weights {Bits(model.Weights)}");
            foreach (IResumable callback in callbacks.OfType<IResumable>())
            {
                SavedState memory = new();
                callback.Save(memory);
                outcome.Add($"{callback} remembers {string.Join(", ", memory.Texts)}, " + string.Join(", ", memory.Arrays.Select(Written)));
            }

            outcome.Add(File.ReadAllText(Log));
            foreach (KeepBest<double> keep in callbacks.OfType<KeepBest<double>>())
            {
                keep.Restore();
                outcome.Add($"best of epoch {keep.Best!.Epoch} {Bits(model.Weights)}");
            }

            if (!together)
                callbacks = Made(model, c.Patience, c.From);
        }

        return [.. outcome];
    }

    // All but what an epoch took.
    private static string Written(KeyValuePair<string, SavedArray> array)
    {
        double[] values = (double[])array.Value.Values;
        return $"{array.Key} {Bits(array.Key == "best" && values.Length > 1 ? values.AsSpan(0, 5) : values)}";
    }

    private static string Bits(ReadOnlySpan<double> values) => Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values));

    private sealed record ReuseCase((int, int) Seeds, (int, int) Examples, (int, int) Epochs, int Patience, int From, double Rate);
}
