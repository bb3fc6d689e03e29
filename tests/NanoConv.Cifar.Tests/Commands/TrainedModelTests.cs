using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Images;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

/// <summary>train, evaluate and predict, on what one run has left.</summary>
public sealed class TrainedModelTests(TrainedModel trained) : IClassFixture<TrainedModel>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Training_shows_summary_epochs_reports_and_baseline()
    {
        string output = trained.Training.ShouldSucceed().Out;
        foreach (string expected in (string[])
        [
            "not CIFAR-10", "conv2d_6 ", "23,314", "epoch 1/2  loss ", "val_accuracy", "epoch 2/2",
            "On train, 100 images of Shapes10 (not CIFAR-10)", "On test, 10,000 images of Shapes10 (not CIFAR-10)",
            "precision", "weighted avg", "true \\ predicted", "most frequent class", "images/s", "Fit ",
        ])
        {
            Assert.Contains(expected, output, StringComparison.Ordinal);
        }
        Assert.All(output.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 120));
    }

    [Fact]
    public void Training_leaves_record_model_and_curves_and_nothing_else()
    {
        Assert.Equal(
            ["curves.png", "model.safetensors", "run.json"],
            Directory.GetFileSystemEntries(trained.Folder).Select(Path.GetFileName).Order());
        RunRecord record = RunRecord.Read(Path.Combine(trained.Folder, "run.json"));
        var expected = new RunSettings
        {
            Network = "thinner_deeper",
            Samples = 100,
            Epochs = 2,
            L1 = 0.001,
            BatchSize = 32,
            Seed = 7,
            Threads = 2,
            Data = "shapes10",
        };
        Assert.Equal(expected, record.Settings);
        Assert.True(record.Completed);
        Assert.False(record.Data.IsCifar10);
        Assert.Contains("not CIFAR-10", record.Data.Notice, StringComparison.Ordinal);
        Assert.Equal(2, record.History.Count);
        Assert.Equal(0.1, record.Results!.Baseline.TestAccuracy);
        Assert.Equal(23_314, record.Model.Parameters);
        Assert.Equal(["conv2d_1", "conv2d_2", "conv2d_3", "conv2d_4", "conv2d_5", "conv2d_6"], record.Model.Algorithms!.Keys);
        string[] lines = trained.Training.Out.Split('\n');
        foreach ((string layer, string algorithm) in record.Model.Algorithms)
            Assert.EndsWith($"  {algorithm}", lines.Single(line => line.StartsWith($"{layer} ", StringComparison.Ordinal)).TrimEnd(), StringComparison.Ordinal);
        Assert.True(ImageFile.Read(Path.Combine(trained.Folder, "curves.png")).Width > 1000);
    }

    [Fact]
    public void The_model_tells_how_it_was_trained()
    {
        RunRecord record = RunRecord.Read(Path.Combine(trained.Folder, "run.json"));
        ModelInfo info = ModelInfo.Read(trained.Path);
        FitOptions options = info.History!.Options!;
        Assert.Equal((2, 32, 0.1, 7, 7), (options.Epochs, options.BatchSize, options.ValidationSplit, options.Seed, info.Seed));
        Assert.Equal((0, 1e-3), (options.Threads, options.Optimizer.LearningRate.At(0)));
        Assert.Equal(
            record.History.Select(epoch => (epoch.Epoch, epoch.Loss, epoch.Accuracy, epoch.ValidationLoss, epoch.ValidationAccuracy)),
            info.History.Epochs.Select(epoch => (epoch.Epoch, epoch.Loss, epoch.Accuracy, epoch.ValidationLoss, epoch.ValidationAccuracy)));
    }

    [Fact]
    public void Evaluating_finds_the_accuracy_that_training_found()
    {
        RunRecord record = RunRecord.Read(Path.Combine(trained.Folder, "run.json"));
        string output = CommandResult.Of("evaluate", trained.Path).ShouldSucceed().Out;
        SplitResult test = record.Results!.Test;
        Assert.Contains($"Loss {test.Loss:F4}, accuracy {test.Accuracy:F4}", output, StringComparison.Ordinal);
        Assert.Contains(test.Accuracy.ToString("0.00"), output, StringComparison.Ordinal);
        Assert.Contains("not CIFAR-10", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Predicting_shows_every_class_for_every_picture()
    {
        ImageFile.WritePng(folder["a.png"], TestPicture.Draw());
        ImageFile.WritePng(folder["b.png"], new RgbImage(32, 32, new byte[32 * 32 * 3]));
        string output = CommandResult.Of("predict", trained.Path, folder["a.png"], folder["b.png"]).ShouldSucceed().Out;
        string[] lines = output.TrimEnd().Split('\n');
        Assert.Equal(1 + 2 * 11, lines.Length);
        Assert.Contains("not CIFAR-10", lines[0], StringComparison.Ordinal);
        Assert.Contains("a.png", lines[1], StringComparison.Ordinal);
        double[] probabilities = [.. lines[2..12].Select(Probability)];
        Assert.Equal(1, probabilities.Sum(), 0.001);
        Assert.Equal(probabilities.OrderDescending(), probabilities);
    }

    [Fact]
    public void One_bad_picture_among_good_ones_is_named_and_nothing_is_shown()
    {
        ImageFile.WritePng(folder["a.png"], TestPicture.Draw());
        CommandResult result = CommandResult.Of("predict", trained.Path, folder["a.png"], folder["b.png"]);
        Assert.Equal("", result.ShouldFail(1, "b.png", "no such file").Out);
    }

    [Fact]
    public void A_model_is_not_evaluated_on_data_of_other_classes()
    {
        CommandResult.Of("evaluate", trained.Path, "--data", BlackCifar10.WriteFolder(folder["black"]))
            .ShouldFail(1, "trained on Shapes10", "circle, ring", "CIFAR-10", "airplane, automobile");
    }

    [Theory]
    [InlineData("evaluate")]
    [InlineData("predict", "a.png")]
    public void A_missing_or_truncated_model_is_named(string command, params string[] more)
    {
        CommandResult.Of([command, folder["none.safetensors"], .. more])
            .ShouldFail(1, "none.safetensors", "no such file");
        byte[] whole = File.ReadAllBytes(trained.Path);
        File.WriteAllBytes(folder["half.safetensors"], whole[..(whole.Length / 2)]);
        CommandResult.Of([command, folder["half.safetensors"], .. more]).ShouldFail(1, "half.safetensors", "expected");
        CommandResult.Of([command, folder.Path, .. more]).ShouldFail(1, "found a folder");
    }

    [Fact]
    public void Logits_become_probabilities()
    {
        SaveModel(new Flatten(), new Dense(3));
        ImageFile.WritePng(folder["a.png"], TestPicture.Draw());
        string output = CommandResult.Of("predict", folder["m.safetensors"], folder["a.png"]).ShouldSucceed().Out;
        Assert.Contains("softmax", output, StringComparison.Ordinal);
        double[] probabilities = [.. output.TrimEnd().Split('\n')[^3..].Select(Probability)];
        Assert.All(probabilities, probability => Assert.InRange(probability, 0, 1));
        Assert.Equal(1, probabilities.Sum(), 0.001);
    }

    [Fact]
    public void A_model_with_maps_for_outputs_is_refused()
    {
        SaveModel(new Conv2D(2, 3));
        ImageFile.WritePng(folder["a.png"], TestPicture.Draw());
        CommandResult result = CommandResult.Of("predict", folder["m.safetensors"], folder["a.png"]);
        Assert.Equal("", result.ShouldFail(1, "m.safetensors", "one number for each class", "(30, 30, 2)").Out);
    }

    [Fact]
    public void Outputs_that_are_no_numbers_are_an_error()
    {
        SaveModel(model => model.Edit(weights => weights.Fill(3e38f)), new Flatten(), new Dense(3, Activation.Softmax));
        ImageFile.WritePng(folder["a.png"], TestPicture.Draw());
        CommandResult.Of("predict", folder["m.safetensors"], folder["a.png"])
            .ShouldFail(1, "m.safetensors", "expected finite outputs");
    }

    private static double Probability(string line) =>
        double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^(line.Contains('█') ? 2 : 1)]);

    private void SaveModel(params Layer[] layers) => SaveModel(_ => { }, layers);

    private void SaveModel(Action<Model<float>> change, params Layer[] layers)
    {
        Model<float> model = new Sequential(layers).Build<float>((32, 32, 3));
        change(model);
        model.Save(folder["m.safetensors"]);
    }
}
