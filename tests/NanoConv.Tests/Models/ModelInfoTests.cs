using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests.Models;

/// <summary>What a model file says beside the weights comes back as it was.</summary>
public sealed class ModelInfoTests : PropertySuite, IDisposable
{
    private const string TrainingKey = "nanoconv.training";
    private const string HistoryKey = "nanoconv.history";

    private static readonly Arbitrary<int> Seeds = Arb.From(Gen.Choose(0, 1_000_000));

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string FilePath => Path.Combine(folder, "model.safetensors");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Whatever_the_settings_and_the_history_both_come_back_exactly() => ForAll(Seeds, seed =>
    {
        Random random = new(seed);
        FitOptions options = Options(random);
        History history = new(Epochs(random)) { Options = options };
        Model<float> model = Training.FitTests<float>.Model();
        model.Save(FilePath, history);
        History back = ModelInfo.Read(FilePath).History!;
        Assert.Equal(history.Epochs.Select(epoch => epoch with { TrainingSeconds = double.NaN, ImagesPerSecond = double.NaN }), back.Epochs);
        Assert.Equal(Numbers(options), Numbers(back.Options!));
    }, share: 0.5);

    [Fact]
    public void Fit_tells_its_settings_without_what_no_result_depends_on()
    {
        FitOptions options = new()
        {
            Epochs = 2,
            BatchSize = 5,
            ValidationSplit = 0.25,
            Seed = 3,
            Shuffle = false,
            Optimizer = new SGD(0.5, 0.25, nesterov: true),
            Threads = 2,
            Callbacks = [new EarlyStopping()],
        };
        Model<float> model = Training.FitTests<float>.Model();
        History history = model.Fit(new RecordingDataset<float>(12), options);
        Assert.Equal((0, 0), (history.Options!.Threads, history.Options.Callbacks.Count));
        model.Save(FilePath, history);
        ModelInfo info = ModelInfo.Read(FilePath);
        Assert.Equal(Numbers(options), Numbers(info.History!.Options!));
        Assert.Equal(history.Epochs.Select(epoch => epoch.ValidationLoss), info.History.Epochs.Select(epoch => epoch.ValidationLoss));
        Assert.Equal((Model.LibraryVersion, model.InputShape), (info.LibraryVersion, info.InputShape));
        Assert.Equal(model.Summary(), info.Network!.Build<float>(info.InputShape!.Value).Summary());
    }

    /// <summary>Trained again as its file says, from the seed that its file says, a model comes to the same bits.</summary>
    [Fact]
    public void A_file_is_enough_to_repeat_the_training()
    {
        Model<double> model = new Sequential(new Conv2D(2, 3), new Dropout(0.25), new Flatten(), new Dense(3, Activation.Softmax))
            .Build<double>((4, 6, 2), seed: 77);
        model.Save(FilePath, model.Fit(new RecordingDataset<double>(20), new FitOptions { Epochs = 2, BatchSize = 7, Seed = 5 }));
        ModelInfo info = ModelInfo.Read(FilePath);
        Model<double> again = info.Network!.Build<double>(info.InputShape!.Value, info.Seed);
        again.Fit(new RecordingDataset<double>(20), info.History!.Options);
        Expect.SameBits<double>("weights", model.Weights, again.Weights);
        Assert.Equal(77, Model.Load<double>(FilePath).Seed);
    }

    [Fact]
    public void An_optimiser_or_a_loss_of_ones_own_is_named_but_not_read()
    {
        FitOptions[] settings = [new() { Optimizer = new Adam() }, new() { Loss = new OwnLoss() }, new() { Optimizer = new OwnOptimizer() }];
        foreach (FitOptions options in settings)
        {
            Training.FitTests<float>.Model().Save(FilePath, new History { Options = options });
            ModelInfo info = ModelInfo.Read(FilePath);
            Assert.Equal(options.Optimizer is Adam && options.Loss is CategoricalCrossentropy, info.History!.Options is not null);
            if (options.Optimizer is OwnOptimizer)
                Assert.Contains("ModelInfoTests\\u002BOwnOptimizer\",\"learning_rate\":0.125", info.Metadata[TrainingKey], StringComparison.Ordinal);
            if (options.Loss is OwnLoss)
                Assert.Contains("OwnLoss", info.Metadata[TrainingKey], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_that_says_nothing_has_nothing_to_tell()
    {
        Write([]);
        ModelInfo info = ModelInfo.Read(FilePath);
        Assert.Equal((null, null, null, 0, null), (info.LibraryVersion, info.Network, info.InputShape, info.Seed, info.History));
        Training.FitTests<float>.Model().Save(FilePath);
        Assert.Null(ModelInfo.Read(FilePath).History);
    }

    [Theory]
    [InlineData(TrainingKey, "nonsense", "training settings")]
    [InlineData(TrainingKey, "{}", "training settings")]
    [InlineData(TrainingKey, "[]", "training settings")]
    [InlineData(TrainingKey, """{"epochs":"x","optimizer":{"class":"SGD"},"loss":{"class":"CategoricalCrossentropy"}}""", "training settings")]
    [InlineData(TrainingKey, """
        {"epochs":0,"batch_size":1,"validation_split":0,"shuffle":true,"seed":0,"loss":{"class":"CategoricalCrossentropy","from_logits":true},
        "optimizer":{"class":"SGD","learning_rate":1,"momentum":0,"nesterov":false}}
        """, "Epochs: expected at least 1, received 0")]
    [InlineData(TrainingKey, """
        {"epochs":1,"batch_size":1,"validation_split":0,"shuffle":true,"seed":0,"loss":{"class":"CategoricalCrossentropy","from_logits":true},
        "optimizer":{"class":"SGD","learning_rate":-1,"momentum":0,"nesterov":false}}
        """, "learning rate")]
    [InlineData(HistoryKey, "nonsense", "history")]
    [InlineData(HistoryKey, "null", "history")]
    [InlineData(HistoryKey, "[null]", "history")]
    [InlineData(HistoryKey, "[{}]", "history")]
    [InlineData(HistoryKey, """[{"epoch":1,"loss":"x","accuracy":0,"validation_loss":null,"validation_accuracy":null}]""", "history")]
    [InlineData("nanoconv.seed", "one", "whole number", "'one'")]
    [InlineData("nanoconv.seed", "+5", "whole number", "'+5'")]
    [InlineData("nanoconv.seed", "5\0", "whole number", "'5\0'")]
    [InlineData(TrainingKey, """
        {"epochs":1,"batch_size":5.000,"validation_split":0,"shuffle":true,"seed":0,"loss":{"class":"CategoricalCrossentropy","from_logits":true},
        "optimizer":{"class":"SGD","learning_rate":1,"momentum":0,"nesterov":false}}
        """, "training settings", "expected a whole number, found '5.000'")]
    [InlineData(TrainingKey, """
        {"epochs":1,"batch_size":1,"validation_split":0,"shuffle":true,"seed":0,"loss":{"class":"CategoricalCrossentropy","from_logits":true},
        "optimizer":{"class":"SGD","learning_rate":1e400,"momentum":0,"nesterov":false}}
        """, "training settings", "expected a finite number, found '1e400'")]
    [InlineData(HistoryKey, """[{"epoch":1,"loss":1e400,"accuracy":0,"validation_loss":null,"validation_accuracy":null}]""", "history", "'1e400'")]
    [InlineData(HistoryKey, """[{"epoch":1,"loss":"nan","accuracy":0,"validation_loss":null,"validation_accuracy":null}]""", "history", "'nan'")]
    [InlineData("nanoconv.network", """{"input_shape":[4e0],"layers":[]}""", "network description", "expected a whole number, found '4e0'")]
    [InlineData("nanoconv.network", """{"input_shape":[4],"layers":[{"name":"a","class":"Dropout","rate":1e-400}]}""", "finite number, found '1e-400'")]
    [InlineData("nanoconv.network", "{}", "network description")]
    public void What_is_malformed_is_refused(string key, string text, params string[] parts)
    {
        Write(new() { [key] = text });
        Expect.Throws<InvalidDataException>(() => ModelInfo.Read(FilePath), [FilePath, .. parts]);
    }

    /// <summary>Weights can be had from a file whose history is spoilt.</summary>
    [Fact]
    public void Loading_looks_at_the_network_alone()
    {
        Model<float> model = Training.FitTests<float>.Model();
        model.Save(FilePath, metadata: new Dictionary<string, string> { [HistoryKey] = "?", [TrainingKey] = "?" });
        Expect.SameBits<float>("weights", model.Weights, Model.Load<float>(FilePath).Weights);
    }

    private static FitOptions Options(Random random) => new()
    {
        Epochs = random.Next(1, 1000),
        BatchSize = random.Next(1, 1000),
        ValidationSplit = random.NextDouble(),
        Shuffle = random.Next(2) == 0,
        Seed = random.Next(int.MinValue, int.MaxValue),
        Loss = new CategoricalCrossentropy(random.Next(2) == 0),
        Optimizer = random.Next(2) == 0
            ? new SGD(random.NextDouble() + 1e-300, random.NextDouble(), random.Next(2) == 0)
            : new Adam(random.NextDouble() + 1e-300, random.NextDouble(), random.NextDouble(), random.NextDouble() + 1e-300, random.Next(2) == 0),
    };

    private static EpochRecord[] Epochs(Random random) => [.. Enumerable.Range(1, random.Next(0, 5)).Select(epoch =>
    {
        double loss = epoch == 4 ? double.PositiveInfinity : random.NextDouble() * Math.Pow(10, random.Next(-300, 300));
        double? validation = random.Next(2) == 0 ? null : random.NextDouble();
        return new EpochRecord(epoch, loss, random.NextDouble(), validation, validation, random.NextDouble(), random.NextDouble());
    })];

    private static object[] Numbers(FitOptions options) =>
    [
        options.Epochs, options.BatchSize, options.ValidationSplit, options.Shuffle, options.Seed, ((CategoricalCrossentropy)options.Loss).FromLogits,
        $"{options.Optimizer}",
    ];

    private void Write(Dictionary<string, string> metadata) => new SafeTensorsFile(new Dictionary<string, SafeTensor>(), metadata).Write(FilePath);

    private sealed class OwnLoss : Loss
    {
        public override bool TakesLogits => false;

        public override T Evaluate<T>(Span<T> gradient, ReadOnlySpan<T> output, ReadOnlySpan<T> target, T scale) => T.Zero;
    }

    private sealed class OwnOptimizer() : Optimizer(0.125)
    {
        public override OptimizerState<T> Start<T>(int parameters) => new Adam().Start<T>(parameters);
    }
}
