using NanoConv.Cifar.Commands;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Tests.Data;
using NanoConv.Cifar.Tests.Files;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

/// <summary>What is lost and what is said where there is no room for results, before, during and after the work.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string[] run;

    public FullDiskTests() => run =
    [
        "train", "--data", BlackCifar10.WriteFolder(folder["black"]), "--samples", "20", "--epochs", "2", "--network", "thinner_deeper",
    ];

    public void Dispose() => folder.Dispose();

    [SmallDiskFact]
    public void Too_little_room_is_found_before_training_and_both_numbers_are_told()
    {
        using var disk = new SmallDisk(1024);
        disk.Fill(leaveKilobytes: 100);
        CommandResult result = CommandResult.Of([.. run, "--output", disk["run"]]);
        result.ShouldFail(1, $"cannot write in '{disk["run"]}': expected room for the results, about ", " bytes, found ");
        Assert.DoesNotContain("epoch 1/2", result.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(disk["run"]));

        disk.Empty();
        result = CommandResult.Of([.. run, "--output", folder["run"], "--checkpoint", disk["kept"]]);
        result.ShouldFail(1, $"cannot write in '{disk["kept"]}': expected room for checkpoints, about ", " bytes, found ");
        Assert.DoesNotContain("epoch 1/2", result.Out, StringComparison.Ordinal);
    }

    [SmallDiskFact]
    public void A_disk_that_fills_while_a_network_trains_takes_no_result()
    {
        using var disk = new SmallDisk(1024);
        CommandResult result = At("epoch 2/2", () => disk.Fill(), [.. run, "--output", disk["run"]]).ShouldSucceed();
        Assert.Contains("Accuracy on test", result.Out, StringComparison.Ordinal);
        Assert.True(RunRecord.Read(disk["run/run.json"]).Completed);
        Assert.Equal(10, ModelFile.Read(disk["run/model.safetensors"]).ClassNames.Count);
        Assert.Equal(["curves.png", "model.safetensors", "run.json"], new DirectoryInfo(disk["run"]).GetFiles().Select(file => file.Name).Order());
    }

    [SmallDiskFact]
    public void Where_no_checkpoint_was_written_none_is_advised()
    {
        using var disk = new SmallDisk(2048);
        CommandResult result = At("conv2d_1", () => disk.Fill(), [.. run, "--output", folder["run"], "--checkpoint", disk["kept"]]);
        result.ShouldFail(1, $"cannot keep a checkpoint in '{disk["kept"]}': the disk is full; no epoch was finished");
        Assert.DoesNotContain("--resume", result.Error, StringComparison.Ordinal);
    }

    [SmallDiskFact]
    public void What_is_advised_where_a_checkpoint_was_written_works()
    {
        using var disk = new SmallDisk(2048);
        CommandResult result = At("epoch 1/2", () => disk.Fill(), [.. run, "--output", folder["run"], "--checkpoint", disk["kept"]]);
        result.ShouldFail(1, $"cannot keep a checkpoint in '{disk["kept"]}': the disk is full", $"; to go on: nanoconv-cifar train --resume {disk["kept"]}");
        disk.Empty();
        CommandResult.Of("train", "--resume", disk["kept"]).ShouldSucceed();
        Assert.True(RunRecord.Read(folder["run/run.json"]).Completed);
    }

    [Fact]
    public void What_is_known_of_a_finished_run_is_printed_even_if_it_cannot_be_written_and_a_checkpoint_has_the_rest()
    {
        Directory.CreateDirectory(folder["run"]);
        string inTheWay = folder["run/model.safetensors"];
        string[] arguments = [.. run, "--output", folder["run"], "--checkpoint", folder["kept"]];
        CommandResult result = At("epoch 2/2", () => Directory.CreateDirectory(inTheWay), arguments);
        result.ShouldFail(
            1, "the run is finished, but its model is not kept: cannot write", "model.safetensors",
            $"; to go on: nanoconv-cifar train --resume {folder["kept"]}");
        Assert.Contains("Accuracy on test", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("Written to", result.Out, StringComparison.Ordinal);

        Directory.Delete(inTheWay);
        CommandResult.Of("train", "--resume", folder["kept"]).ShouldSucceed();
        Assert.True(RunRecord.Read(folder["run/run.json"]).Completed);
    }

    [Fact]
    public void A_reproduction_says_what_it_knows_before_it_writes()
    {
        string[] quick = ["reproduce", "--quick", "--data", "shapes10", "--only", "deeper", "--jobs", "1", "--no-pictures", "--output", folder["r"]];
        string inTheWay = folder["r/runs/thinner_deeper-n500-epochs20-batch32-l1_0.0001-seed1/model.safetensors"]; // of the run with less work
        CommandResult result = At("1/2 ", () => Directory.CreateDirectory(inTheWay), quick);
        result.ShouldFail(1, "cannot write ", "; 1 of 2 runs are finished in ", "; start the same command again to go on");
        Directory.Delete(inTheWay);

        result = At("2/2 ", () => Directory.CreateDirectory(folder["r/results.json"]), quick);
        result.ShouldFail(1, "results.json", "; the runs are kept, start the same command again for the report");
        Assert.Contains("Thinner and deeper: ", result.Out, StringComparison.Ordinal);
        Directory.Delete(folder["r/results.json"]);
        Assert.Contains("2 of 2 runs were finished before", CommandResult.Of(quick).ShouldSucceed().Out, StringComparison.Ordinal);
    }

    private static CommandResult At(string text, Action action, string[] arguments)
    {
        using var interruption = new Interruption(CancellationToken.None);
        return CommandResult.WithActionAt(text, action, interruption, arguments);
    }
}
