using NanoConv.Cifar.Commands;
using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Tests.Commands;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Experiments;

public sealed class TrainingRunTests : IDisposable
{
    private const int Samples = 50;
    private const int TestImages = 20;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_run_reports_on_all_samples_and_on_the_test_images()
    {
        TrainingRun run = Run(new RunSettings { Samples = Samples, Epochs = 2, BatchSize = 16 });
        Assert.Equal(RunOutcome.Completed, run.Execute(new Probe(), null, CancellationToken.None));
        RunRecord record = run.ToRecord("m");
        Assert.True(record.Completed);
        RunData data = record.Data;
        Assert.Equal((45, 5, TestImages), (data.TrainingImages, data.ValidationImages, data.TestImages));
        Assert.Equal([1, 2], record.History.Select(epoch => epoch.Epoch));
        Assert.Equal(2, record.Model.Epoch);
        Assert.Equal(Samples, record.Results!.Train.Images);
        Assert.Equal(TestImages, record.Results.Test.Images);
        Assert.Equal(TestImages, record.Results.Test.ConfusionMatrix.Sum(row => row.Sum()));
        Evaluation expected = run.Model.Evaluate(Images().TestSet());
        Assert.Equal(expected.Accuracy, record.Results.Test.Accuracy);
        Assert.Equal(expected.Loss, record.Results.Test.Loss);
        Assert.Equal(("a", 0.5), (record.Results.Baseline.Class, record.Results.Baseline.TestAccuracy));
        Assert.InRange(record.Timings.TrainingSeconds, 0, record.Timings.FitSeconds);
    }

    [Theory]
    [InlineData("thinner_deeper", 1)]
    [InlineData("default", 60)]
    public void Its_files_take_no_more_than_is_expected_and_not_much_less(string network, int epochs)
    {
        TrainingRun run = Run(new RunSettings { Network = network, Samples = Samples, Epochs = epochs, BatchSize = 32 });
        run.Execute(new Probe(), null, CancellationToken.None);
        using (RunFolder target = RunFolder.PrepareAlone(folder["run"], RunFiles.Names))
            RunFiles.Save(run, target);
        Assert.InRange(new DirectoryInfo(folder["run"]).GetFiles().Sum(file => file.Length), run.ExpectedBytes / 3, run.ExpectedBytes);
    }

    [Fact]
    public void Equal_settings_end_in_equal_weights_whatever_the_threads()
    {
        var settings = new RunSettings { Samples = Samples, Epochs = 1, BatchSize = 16, Threads = 1 };
        TrainingRun one = Run(settings), two = Run(settings with { Threads = 2 });
        TrainingRun other = Run(settings with { Seed = 2 });
        foreach (TrainingRun run in (TrainingRun[])[one, two, other])
            run.Execute(new Probe(), null, CancellationToken.None);
        Assert.True(one.Model.Weights.SequenceEqual(two.Model.Weights));
        Assert.False(one.Model.Weights.SequenceEqual(other.Model.Weights));
    }

    [Fact]
    public void A_cancelled_run_keeps_the_weights_of_its_best_epoch()
    {
        using var cancellation = new CancellationTokenSource();
        var probe = new Probe();
        TrainingRun run = Run(new RunSettings { Samples = Samples, Epochs = 9, BatchSize = 16 });
        probe.EpochEnd = () => probe.Weights.Add(run.Model.Weights.ToArray());
        probe.StepEnd = state =>
        {
            if (state.Epoch == 4 && state.Step == 2)
                cancellation.Cancel();
        };
        Assert.Equal(RunOutcome.TrainingInterrupted, run.Execute(probe, null, cancellation.Token));
        RunRecord record = run.ToRecord("m");
        Assert.False(record.Completed);
        Assert.Null(record.Results);
        Assert.Equal(3, record.History.Count);
        double best = record.History.Max(epoch => epoch.ValidationAccuracy!.Value);
        Assert.Equal(record.History.First(epoch => epoch.ValidationAccuracy == best).Epoch, record.Model.Epoch);
        Assert.True(run.Model.Weights.SequenceEqual(probe.Weights[record.Model.Epoch!.Value - 1]));
    }

    [Fact]
    public void A_run_cancelled_in_its_first_epoch_has_a_model_of_no_epoch()
    {
        using var cancellation = new CancellationTokenSource();
        TrainingRun run = Run(new RunSettings { Samples = Samples, Epochs = 9, BatchSize = 16 });
        var probe = new Probe { StepEnd = _ => cancellation.Cancel() };
        Assert.Equal(RunOutcome.TrainingInterrupted, run.Execute(probe, null, cancellation.Token));
        RunRecord record = run.ToRecord("m");
        Assert.Empty(record.History);
        Assert.Null(record.Model.Epoch);
        Assert.Null(record.Timings.ImagesPerSecond);
    }

    [Fact]
    public void A_run_cancelled_after_its_fit_keeps_the_trained_model()
    {
        using var cancellation = new CancellationTokenSource();
        TrainingRun run = Run(new RunSettings { Samples = Samples, Epochs = 3, BatchSize = 16 });
        var probe = new Probe();
        probe.EpochEnd = () => probe.Weights.Add(run.Model.Weights.ToArray());
        Action<string> cancelInTrain = name =>
        {
            if (name == "train")
                cancellation.Cancel();
            else
                Assert.Fail("evaluated on test after Ctrl+C");
        };
        Assert.Equal(RunOutcome.EvaluationInterrupted, run.Execute(probe, cancelInTrain, cancellation.Token));
        RunRecord record = run.ToRecord("m");
        Assert.Equal((3, false, "evaluation interrupted"), (record.Model.Epoch, record.Completed, record.StopReason));
        Assert.Null(record.Results);
        Assert.Null(record.Timings.EvaluationSeconds);
        Assert.True(run.Model.Weights.SequenceEqual(probe.Weights[2]));
    }

    [Fact]
    public void A_run_whose_loss_is_no_number_any_more_keeps_its_best_epoch()
    {
        var probe = new Probe();
        TrainingRun run = Run(new RunSettings { Samples = Samples, Epochs = 9, BatchSize = 16 });
        probe.EpochEnd = () => probe.Weights.Add(run.Model.Weights.ToArray());
        probe.StepEnd = state =>
        {
            if (state.Epoch == 3)
                Poison(run);
        };
        Assert.Equal(RunOutcome.Diverged, run.Execute(probe, null, CancellationToken.None));
        RunRecord record = run.ToRecord("m");
        Assert.False(record.Completed);
        Assert.Contains("epoch 3, step 2", record.StopReason, StringComparison.Ordinal);
        Assert.DoesNotContain("--l1", record.StopReason, StringComparison.Ordinal);
        Assert.Equal(2, record.History.Count);
        Assert.True(run.Model.Weights.SequenceEqual(probe.Weights[record.Model.Epoch!.Value - 1]));
    }

    [Fact]
    public void The_best_epoch_of_a_run_whose_loss_is_no_number_any_more_is_written_and_named()
    {
        TrainingRun run = Run(new RunSettings { Samples = Samples, Epochs = 3, BatchSize = 16 });
        using var output = new WatchedWriter("epoch 2/3", () => Poison(run));
        using (RunFolder results = RunFolder.Prepare(folder["run"], "model.safetensors", "curves.png", "run.json"))
        {
            var error = Assert.Throws<UserErrorException>(() => TrainCommand.Execute(
                run, Images(), results, new Terminal(output, TextWriter.Null), CancellationToken.None));
            Assert.Matches("epoch 3, step 1: .*; kept the best model so far, of epoch [12], in .*", error.Message);
        }
        RunRecord record = RunRecord.Read(folder["run/run.json"]);
        Assert.False(record.Completed);
        Assert.Contains("epoch 3, step 1", record.StopReason, StringComparison.Ordinal);
        Assert.DoesNotContain(
            float.NaN, ModelFile.Read(folder["run/model.safetensors"]).Model.Weights.ToArray());
    }

    [Fact]
    public void A_model_that_cannot_be_written_is_named()
    {
        TrainingRun run = Run(new RunSettings { Samples = Samples, Epochs = 1 });
        var error = Assert.Throws<UserErrorException>(() => run.SaveModel(folder["none/m.safetensors"]));
        Assert.StartsWith($"cannot write '{folder["none/m.safetensors"]}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_is_read_as_it_was_written()
    {
        TrainingRun run = Run(new RunSettings { Samples = Samples, Epochs = 1, BatchSize = 16 });
        run.Execute(new Probe(), null, CancellationToken.None);
        RunRecord record = run.ToRecord("m");
        record.Write(folder["run.json"]);
        RunRecord read = RunRecord.Read(folder["run.json"]);
        Assert.Equal(record.Settings, read.Settings);
        Assert.Equal(record.History, read.History);
        Assert.Equal(record.Timings, read.Timings);
        Assert.Equal(record.Environment, read.Environment);
        Assert.Equal(record.Results!.Test.ConfusionMatrix, read.Results!.Test.ConfusionMatrix);
        Assert.Equal(record.Results.Test.Classes, read.Results.Test.Classes);
        Assert.Equal("not the real thing", read.Data.Notice);
    }

    [Theory]
    [InlineData("{", "expected a run.json")]
    [InlineData("[]", "expected a run.json")]
    public void A_file_that_is_no_record_is_refused(string text, string expected)
    {
        File.WriteAllText(folder["run.json"], text);
        var error = Assert.Throws<UserErrorException>(() => RunRecord.Read(folder["run.json"]));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"samples\": 50", "\"samples\": 40.0", "expected a whole number, found '40.0'")]
    [InlineData("\"samples\": 50", "\"samples\": 4e1", "expected a whole number, found '4e1'")]
    [InlineData("\"samples\": 50", "\"samples\": -40", "expected a whole number, found '-40'")]
    [InlineData("\"samples\": 50", "\"samples\": \"40\"", "expected a whole number, found '40'")]
    [InlineData("\"samples\": 50", "\"samples\": 4000000000", "expected a whole number, found '4000000000'")]
    [InlineData("\"samples\": 50", "\"samples\": 0", "expected at least 1 sample, found 0")]
    [InlineData("\"epochs\": 1", "\"epochs\": 0", "expected at least 1 epoch, found 0")]
    [InlineData("\"batch_size\": 16", "\"batch_size\": 0", "expected a batch_size of at least 1, found 0")]
    [InlineData("\"l1\": 0.0001", "\"l1\": 1e400", "expected an l1 of at least 0, found Infinity")]
    [InlineData("\"l1\": 0.0001", "\"l1\": \"NaN\"", "expected an l1 of at least 0, found NaN")]
    [InlineData("\"l1\": 0.0001", "\"l1\": -1", "expected an l1 of at least 0, found -1")]
    [InlineData("\"validation_split\": 0.1", "\"validation_split\": 1", "expected a validation_split from 0 to 1, found 1")]
    [InlineData("\"validation_accuracy\": 0", "\"validation_accuracy\": 7", "accuracies from 0 to 1")]
    [InlineData("\"epoch\": 1,\n      \"loss\": ", "\"epoch\": 1,\n      \"loss\": 1e400, \"other\": ", "finite losses")]
    [InlineData("\"epoch\": 1,\n      \"loss\": ", "\"epoch\": 0,\n      \"loss\": ", "expected epochs")]
    [InlineData("\"images\": 50,\n      \"loss\": ", "\"images\": 50,\n      \"loss\": 1e400, \"other\": ", "expected a finite loss")]
    [InlineData("\"recall\": 0,", "\"recall\": -1,", "expected scores from 0 to 1, found -1")]
    [InlineData("\"name\": \"a\"", "\"name\": \"z\"", "expected scores of the classes a, b, c, d, e, f, g, h, i, j, found those of z, b, c")]
    [InlineData("\"model\": {", "\"other\": {", "model")]
    [InlineData("\"settings\": {", "\"settings\": null, \"other\": {", "settings")]
    [InlineData("\"network\"", "\"other\"", "network")]
    [InlineData("\"batch_size\"", "\"other\"", "batch_size")]
    [InlineData("\"m\"", "null", "file")]
    [InlineData("\"algorithms\": {", "\"algorithms\": { \"x\": null,", "expected an algorithm for each layer named")]
    [InlineData("\"m\"", "\"../m\"", "expected the model's file beside it, found '../m'")]
    [InlineData("\"class_names\": [", "\"class_names\": [ null,", "expected a name for each class")]
    [InlineData("\"class_names\": [", "\"class_names\": [ \"more\",", "expected scores for each of 11 classes, found 10")]
    [InlineData("\"history\": [", "\"history\": [ null,", "null among them")]
    [InlineData("\"classes\": [", "\"classes\": [ null,", "expected scores for each of 10 classes, found 11")]
    [InlineData("\"confusion_matrix\": [", "\"confusion_matrix\": [ null,", "expected a confusion matrix of 10 x 10")]
    [InlineData("\"confusion_matrix\": [", "\"confusion_matrix\": [ [],", "expected a confusion matrix of 10 x 10")]
    public void A_record_with_gaps_is_refused(string from, string to, string expected)
    {
        TrainingRun run = Run(new RunSettings { Samples = Samples, Epochs = 1, BatchSize = 16 });
        run.Execute(new Probe(), null, CancellationToken.None);
        run.ToRecord("m").Write(folder["run.json"]);
        string text = File.ReadAllText(folder["run.json"]);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(folder["run.json"], text.Replace(from, to, StringComparison.Ordinal));
        var error = Assert.Throws<UserErrorException>(() => RunRecord.Read(folder["run.json"]));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[\"a\",null]")]
    [InlineData("{}")]
    public void A_model_whose_classes_have_no_names_is_refused(string classes)
    {
        Model<float> model = new Sequential(new Flatten(), new Dense(2)).Build<float>((32, 32, 3));
        model.Save(folder["m.safetensors"], null, new Dictionary<string, string> { ["nanoconv.classes"] = classes });
        var error = Assert.Throws<UserErrorException>(() => ModelFile.Read(folder["m.safetensors"]));
        Assert.Contains("expected a JSON array of class names", error.Message, StringComparison.Ordinal);
    }

    /// <summary>One weight and a padding of 8,000 pixels a side: a kilobyte of file, gigabytes to predict.</summary>
    [Fact]
    public void A_model_that_takes_gigabytes_to_predict_is_refused()
    {
        Model<float> model = new Sequential(
            new Conv2D(1, 1, padding: Padding.Explicit(8000, 8000, 8000, 8000)), new MaxPooling2D(8000), new Flatten(), new Dense(2)).Build<float>((32, 32, 3));
        model.Save(folder["m.safetensors"]);
        var error = Assert.Throws<UserErrorException>(() => ModelFile.Read(folder["m.safetensors"]));
        Assert.Contains("expected a model that predicts in 1024 MB a thread, found one that takes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_of_a_later_version_is_refused()
    {
        TrainingRun run = Run(new RunSettings { Samples = Samples, Epochs = 1 });
        RunRecord record = run.ToRecord("m") with { SchemaVersion = 2 };
        record.Write(folder["run.json"]);
        var error = Assert.Throws<UserErrorException>(() => RunRecord.Read(folder["run.json"]));
        Assert.Contains("version 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_saved_model_predicts_the_same_and_knows_its_classes()
    {
        TrainingRun run = Run(new RunSettings { Samples = Samples, Epochs = 1, BatchSize = 16 });
        run.Execute(new Probe(), null, CancellationToken.None);
        run.SaveModel(folder["m.safetensors"]);
        ModelFile file = ModelFile.Read(folder["m.safetensors"]);
        Assert.Equal(Images().ClassNames, file.ClassNames);
        Assert.Equal("Fake", file.DataName);
        Assert.True(run.Model.Predict(Images().TestSet()).AsSpan().SequenceEqual(
            file.Model.Predict(Images().TestSet()).AsSpan()));
    }

    private static TrainingRun Run(RunSettings settings) =>
        new(settings, new SelectedData(Images(), "not the real thing"));

    private static void Poison(TrainingRun run) => run.Model.Edit(weights => weights[0] = float.NaN);

    /// <summary>Noise with labels: half of all are 0.</summary>
    private static ImageData Images()
    {
        string[] names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        return new ImageData("Fake", "nowhere", isCifar10: false, names, Noise(Samples, 1), Noise(TestImages, 2));
    }

    private static (byte[] Pixels, byte[] Labels) Noise(int count, int seed)
    {
        var pixels = new byte[count * ImageData.ImageBytes];
        new Random(seed).NextBytes(pixels);
        return (pixels, [.. Enumerable.Range(0, count).Select(i => (byte)(i % 2 == 0 ? 0 : i % 10))]);
    }

    private sealed class Probe : Callback
    {
        public List<float[]> Weights { get; } = [];

        public Action<TrainingState>? StepEnd { get; set; }

        public Action? EpochEnd { get; set; }

        public override void OnStepEnd(TrainingState state) => StepEnd?.Invoke(state);

        public override void OnEpochEnd(TrainingState state, EpochRecord epoch) => EpochEnd?.Invoke();
    }
}
