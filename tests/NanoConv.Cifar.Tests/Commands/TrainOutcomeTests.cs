using System.Text.Json;
using NanoConv.Cifar.Commands;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

/// <summary>What a training run leaves when it does not go as planned, and in a folder that is used again.</summary>
public sealed class TrainOutcomeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string[] arguments;

    public TrainOutcomeTests() => arguments =
    [
        "train", "--data", BlackCifar10.WriteFolder(folder["black"]), "--samples", "20", "--epochs", "2",
        "--network", "thinner_deeper", "--output", folder["run"],
    ];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Ctrl_C_in_the_evaluation_leaves_the_finished_training()
    {
        CommandResult result = CommandResult.InterruptedAt("epoch 2/2", arguments);
        Assert.Equal(130, result.ExitCode);
        Assert.Matches("^training finished, evaluation interrupted: .*model.safetensors", result.Error);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
        RunRecord record = RunRecord.Read(folder["run/run.json"]);
        Assert.False(record.Completed);
        Assert.Equal(2, record.Model.Epoch);
        Assert.Null(record.Results);
        Assert.Equal("evaluation interrupted", StopReason());
        Assert.Equal(["curves.png", "model.safetensors", "run.json"], Names());
    }

    [Fact]
    public void Ctrl_C_in_training_leaves_the_best_epoch()
    {
        CommandResult result = CommandResult.InterruptedAt("epoch 1/2", arguments);
        Assert.Equal(130, result.ExitCode);
        Assert.Contains("kept the best model so far, of epoch 1", result.Error, StringComparison.Ordinal);
        Assert.Equal("training interrupted", StopReason());
    }

    [Fact]
    public void Ctrl_C_in_the_first_epoch_leaves_an_earlier_run_as_it_was()
    {
        CommandResult.InterruptedAt("epoch 1/2", arguments);
        Dictionary<string, byte[]> before = Names().ToDictionary(name => name, name => File.ReadAllBytes(Result(name)));
        CommandResult result = CommandResult.InterruptedAt("conv2d_1", arguments);
        Assert.Equal(130, result.ExitCode);
        Assert.Contains("as they were", result.Error, StringComparison.Ordinal);
        Assert.Equal(before.Keys, Names());
        Assert.All(before, file => Assert.Equal(file.Value, File.ReadAllBytes(Result(file.Key))));
    }

    [Fact]
    public void Curves_of_an_earlier_run_do_not_stay_beside_a_run_without_epochs()
    {
        Directory.CreateDirectory(folder["run"]);
        File.WriteAllText(Result("curves.png"), "old");
        File.WriteAllText(Result("run.json"), "old");
        CommandResult result = CommandResult.InterruptedAt("conv2d_1", arguments);
        Assert.Equal(130, result.ExitCode);
        Assert.Equal(["model.safetensors", "run.json"], Names());
        Assert.Null(RunRecord.Read(Result("run.json")).Model.Epoch);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("curves.png")]
    public void A_result_that_cannot_be_written_is_named_and_no_record_of_another_run_stays(string name)
    {
        Directory.CreateDirectory(folder["run"]);
        File.WriteAllText(Result("run.json"), "old");
        using var interruption = new Interruption(CancellationToken.None);
        CommandResult.WithActionAt(
            "epoch 2/2", () => Directory.CreateDirectory(Result(name)), interruption, arguments)
            .ShouldFail(1, "cannot write", Path.Combine("run", name), "found a folder");
        string old = File.Exists(Result("run.json")) ? File.ReadAllText(Result("run.json")) : "";
        Assert.True(old is "" || !Names().Except(["run.json", name]).Any());
    }

    [Fact]
    public void The_data_a_model_was_trained_on_is_found_by_its_record()
    {
        CommandResult.Of(arguments).ShouldSucceed();
        string output = CommandResult.Of("evaluate", Result("model.safetensors")).ShouldSucceed().Out;
        Assert.Contains(folder["black"], output, StringComparison.Ordinal);

        Directory.Delete(folder["black"], recursive: true);
        CommandResult.Of("evaluate", Result("model.safetensors")).ShouldFail(1, folder["black"], "give --data PATH");
    }

    private string Result(string name) => folder[Path.Combine("run", name)];

    private IEnumerable<string> Names() =>
        [.. Directory.GetFileSystemEntries(folder["run"]).Select(path => Path.GetFileName(path)!).Order()];

    private string? StopReason()
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Result("run.json")));
        return json.RootElement.TryGetProperty("stop_reason", out JsonElement reason) ? reason.GetString() : null;
    }
}
