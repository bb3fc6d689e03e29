using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

/// <summary>train --patience and --keep-best: when training stops, which epoch's model is kept, and that it is said.</summary>
public sealed class TrainStoppingTests : IDisposable
{
    private const int Samples = 200, Training = 180, Epochs = 20, Patience = 2;

    private static readonly string[] Run =
    [
        "train", "--data", "shapes10", "--samples", $"{Samples}", "--network", "thinner_deeper", "--batch-size", "8", "--epochs", $"{Epochs}",
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>So few pictures are soon learnt by heart: validation loss falls for a few epochs, and no more.</summary>
    [Fact]
    public void Training_stops_when_validation_gets_no_better_and_keeps_the_best_epoch()
    {
        string output = CommandResult.Of([.. Run, "--patience", $"{Patience}", "--keep-best", "--output", folder["run"]]).ShouldSucceed().Out;
        RunRecord record = RunRecord.Read(folder["run/run.json"]);
        int lowest = record.History.MinBy(epoch => epoch.ValidationLoss)!.Epoch, last = record.History.Count;
        Assert.InRange(last, Patience + 1, Epochs - 1);
        Assert.Equal(lowest + Patience, last);
        Assert.Equal($"epoch {last}: no lower validation loss than in epoch {lowest} for {Patience} epochs", record.EarlyStop);
        Assert.True(record.Completed);
        Assert.Null(record.StopReason);
        Assert.Equal((Patience, true), (record.Settings.Patience, record.Settings.KeepBest));

        EpochRecord best = record.History.MaxBy(epoch => epoch.ValidationAccuracy)!;
        Assert.Equal(best.Epoch, record.Model.Epoch);
        Assert.NotEqual(last, best.Epoch);
        Assert.Contains($"Stopped after {record.EarlyStop}", output, StringComparison.Ordinal);
        Assert.Contains($"Kept epoch {best.Epoch} of {last}, the best on validation: accuracy {best.ValidationAccuracy:F4}", output, StringComparison.Ordinal);

        // The file has that epoch's weights: what it comes to on the validation pictures is what the epoch came to.
        (byte[] pixels, byte[] labels) = Shapes10.Generate(Shapes10Split.Train, Samples);
        ByteImageDataset<float> images = new(pixels, labels, (32, 32, 3), 10);
        Model<float> model = ModelFile.Read(folder["run/model.safetensors"]).Model;
        Evaluation evaluation = model.Evaluate(new DatasetSlice<float>(images, Training, Samples - Training));
        Assert.Equal(best.ValidationAccuracy!.Value, evaluation.Accuracy);
        Assert.Equal(best.ValidationLoss!.Value, evaluation.Loss, 1e-9);
        Assert.Equal(model.Evaluate(images).Accuracy, record.Results!.Train.Accuracy); // reported of the same model
    }

    [Fact]
    public void A_run_that_is_broken_off_and_resumed_stops_and_keeps_as_one_that_never_was()
    {
        string[] run = [.. Run, "--patience", $"{Patience}", "--keep-best"];
        CommandResult.Of([.. run, "--output", folder["whole"]]).ShouldSucceed();
        CommandResult interrupted = CommandResult.InterruptedAt("epoch  2/", [.. run, "--output", folder["run"], "--checkpoint", folder["kept"]]);
        Assert.Equal(130, interrupted.ExitCode);
        Assert.Contains("kept the best model so far, of epoch ", interrupted.Error, StringComparison.Ordinal);
        CommandResult.Of("train", "--resume", folder["kept"], "--patience", "3")
            .ShouldFail(1, "--resume", $"found --patience 3 instead of {Patience}");
        for (int time = 1; time <= 2; time++) // the second time there is nothing left to do
        {
            CommandResult.Of("train", "--resume", folder["kept"]).ShouldSucceed();
            Assert.Equal(File.ReadAllBytes(folder["whole/model.safetensors"]), File.ReadAllBytes(folder["run/model.safetensors"]));
            RunRecord whole = RunRecord.Read(folder["whole/run.json"]), resumed = RunRecord.Read(folder["run/run.json"]);
            Assert.Equal((whole.EarlyStop, whole.Model.Epoch, whole.Settings), (resumed.EarlyStop, resumed.Model.Epoch, resumed.Settings));
            Assert.NotNull(resumed.EarlyStop);
        }
    }

    [Fact]
    public void The_last_epoch_is_kept_where_nothing_else_is_asked_for_and_the_best_can_be_had_afterwards()
    {
        string[] few = [.. Run[..^1], "4"];
        string output = CommandResult.Of([.. few, "--output", folder["run"], "--checkpoint", folder["kept"]]).ShouldSucceed().Out;
        RunRecord record = RunRecord.Read(folder["run/run.json"]);
        EpochRecord best = record.History.MaxBy(epoch => epoch.ValidationAccuracy)!;
        Assert.NotEqual(4, best.Epoch);
        Assert.Equal((4, null), (record.Model.Epoch, record.EarlyStop));
        Assert.DoesNotContain("Kept", output, StringComparison.Ordinal);
        CommandResult.Of("train", "--resume", folder["kept"], "--keep-best").ShouldSucceed();
        Assert.Equal(best.Epoch, RunRecord.Read(folder["run/run.json"]).Model.Epoch);
    }

    /// <summary>Shapes10 has each class once in ten pictures: the tenth picture is of a class that the nine before it are not of.</summary>
    [Fact]
    public void Validation_pictures_of_a_class_that_training_lacks_are_warned_of()
    {
        CommandResult result = CommandResult.Of(
            "train", "--data", "shapes10", "--samples", "10", "--epochs", "1", "--network", "thinner_deeper", "--output", folder["run"]);
        Assert.Equal(0, result.ExitCode);
        string line = Assert.Single(result.Error.TrimEnd().Split('\n'));
        Assert.StartsWith("warning: expected training examples of every class", line, StringComparison.Ordinal);
        Assert.Contains("found none of class ", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("many")]
    public void A_patience_that_is_no_number_of_epochs_is_a_usage_error(string patience) =>
        CommandResult.Of("train", "--patience", patience).ShouldFail(2, "--patience", "expected a whole number from 0", $"found '{patience}'");
}
