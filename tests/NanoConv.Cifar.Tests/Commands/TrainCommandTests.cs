using NanoConv.Cifar.Commands;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

public sealed class TrainCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("--network", "resnet", "expected default, maxpooling or thinner_deeper, found 'resnet'")]
    [InlineData("--samples", "many", "expected a whole number from 2 to 1000000, in digits, found 'many'")]
    [InlineData("--samples", "1", "expected a whole number from 2")]
    [InlineData("--epochs", "0", "expected a whole number from 1")]
    [InlineData("--epochs", "1.5", "expected a whole number from 1")]
    [InlineData("--l1", "-1", "expected a number of at least 0, as 0.0001 or 1e-4, found '-1'")]
    [InlineData("--l1", "nan", "expected a number of at least 0")]
    [InlineData("--batch-size", "0", "expected a whole number from 1")]
    [InlineData("--seed", "-1", "expected a whole number from 0")]
    [InlineData("--threads", "5000", "expected a whole number from 0 to 1024")]
    public void A_value_out_of_range_is_a_usage_error(string option, string value, string expected) =>
        CommandResult.Of("train", option, value, "--output", folder["run"]).ShouldFail(2, option, expected);

    [Fact]
    public void More_samples_than_there_are_is_refused_before_any_work()
    {
        CommandResult.Of("train", "--data", "shapes10", "--samples", "50001", "--output", folder["run"])
            .ShouldFail(1, "--samples", "at most 50,000", "found 50,001");
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void Missing_data_is_named_and_no_folder_stays_behind()
    {
        CommandResult.Of("train", "--data", folder["none"], "--output", folder["a/b/run"]).ShouldFail(1, "none");
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void A_folder_that_was_there_stays()
    {
        Directory.CreateDirectory(folder["run"]);
        CommandResult.Of("train", "--data", folder["none"], "--output", folder["run"]).ShouldFail(1, "none");
        Assert.Equal(["run"], folder.Names);
    }

    [Theory]
    [InlineData("run.json")]
    [InlineData("model.safetensors")]
    [InlineData("curves.png")]
    public void A_folder_in_the_place_of_a_result_is_found_before_the_data_is_looked_at(string name)
    {
        Directory.CreateDirectory(folder[$"run/{name}"]);
        CommandResult.Of("train", "--data", folder["none"], "--output", folder["run"])
            .ShouldFail(1, name, "found a folder");
    }

    [Theory]
    [InlineData("--output", "expected the name of a folder, found nothing")]
    [InlineData("--data", "expected cifar10, shapes10 or a path, found nothing")]
    public void An_empty_name_is_a_usage_error(string option, string expected) =>
        CommandResult.Of("train", option, "").ShouldFail(2, option, expected, "--help'");

    [Fact]
    public void A_folder_that_cannot_be_written_is_found_before_the_data_is_looked_at()
    {
        File.WriteAllText(folder["file"], "");
        CommandResult result = CommandResult.Of("train", "--data", folder["none"], "--output", folder["file"]);
        result.ShouldFail(1, "file", "found a file");
    }

    [Fact]
    public void A_loss_that_is_no_number_ends_training_with_its_place_and_writes_nothing()
    {
        CommandResult.Of(
            "train", "--data", "shapes10", "--samples", "20", "--l1", "1e300", "--output", folder["run"])
            .ShouldFail(1, "epoch 1", "step 1", "try a smaller --l1");
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void Ctrl_C_before_training_ends_with_130_and_leaves_no_file()
    {
        using var interruption = new Interruption(new CancellationToken(canceled: true));
        CommandResult result = CommandResult.Of(
            interruption, "train", "--data", "shapes10", "--samples", "20", "--output", folder["run"]);
        Assert.Equal(130, result.ExitCode);
        Assert.Contains("interrupted", result.Error, StringComparison.Ordinal);
        Assert.Empty(folder.Names);
    }
}
