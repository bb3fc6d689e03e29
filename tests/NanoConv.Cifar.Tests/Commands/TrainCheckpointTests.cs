using System.Diagnostics;
using System.Text.Json.Nodes;
using NanoConv.Cifar.Commands;
using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

/// <summary>Runs that are broken off, by Ctrl+C or by SIGKILL, and resumed leave what a run leaves that never was.</summary>
public sealed class TrainCheckpointTests : IDisposable
{
    private static readonly string[] Run = ["train", "--data", "shapes10", "--samples", "200", "--network", "thinner_deeper", "--batch-size", "32", "--epochs"];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Ctrl_C_leaves_a_checkpoint_and_says_how_to_go_on()
    {
        CommandResult.Of([.. Run, "4", "--output", folder["whole"]]).ShouldSucceed();
        CommandResult interrupted = CommandResult.InterruptedAt("epoch 2/4", [.. Run, "4", "--output", folder["run"], "--checkpoint", folder["kept"]]);
        Assert.Equal(130, interrupted.ExitCode);
        Assert.Contains($"; to go on: nanoconv-cifar train --resume {folder["kept"]}", interrupted.Error, StringComparison.Ordinal);
        Assert.False(RunRecord.Read(folder["run/run.json"]).Completed);

        CommandResult resumed = CommandResult.Of("train", "--resume", folder["kept"]).ShouldSucceed();
        Assert.Contains("of epoch 2, step 6", resumed.Out, StringComparison.Ordinal);
        Assert.Matches("\nResults go to .*run\r?\n", resumed.Out);
        Assert.DoesNotContain("epoch 2/4", resumed.Out, StringComparison.Ordinal);
        Assert.Contains("epoch 3/4", resumed.Out, StringComparison.Ordinal);
        ShouldBeEqual("whole", "run");
        RunTimings timings = RunRecord.Read(folder["run/run.json"]).Timings;
        Assert.Equal(1, timings.Resumed);
        Assert.InRange(timings.TrainingSeconds, 0, timings.FitSeconds); // the first half is counted too
    }

    [Fact]
    public void A_finished_run_goes_on_to_more_epochs_and_into_another_folder()
    {
        CommandResult.Of([.. Run, "3", "--output", folder["whole"]]).ShouldSucceed();
        CommandResult.Of([.. Run, "1", "--output", folder["short"], "--checkpoint", folder["kept"], "--checkpoint-every", "4"]).ShouldSucceed();
        byte[] before = File.ReadAllBytes(folder["short/model.safetensors"]);
        CommandResult.Of("train", "--resume", folder["kept"], "--epochs", "3", "--output", folder["long"]).ShouldSucceed();
        ShouldBeEqual("whole", "long");
        Assert.Equal(before, File.ReadAllBytes(folder["short/model.safetensors"]));
        Assert.Equal(4, RunNote.Read(new CheckpointFolder(folder["kept"]).ReadNewest()).EverySteps);
    }

    [Fact]
    public void A_damaged_checkpoint_is_said_aloud_and_the_one_before_it_used()
    {
        CommandResult.Of([.. Run, "2", "--output", folder["run"], "--checkpoint", folder["kept"]]).ShouldSucceed();
        byte[] model = File.ReadAllBytes(folder["run/model.safetensors"]);
        IReadOnlyList<string> files = new CheckpointFolder(folder["kept"]).Files;
        using (FileStream file = File.OpenWrite(files[0]))
            file.SetLength(file.Length - 1);
        CommandResult result = CommandResult.Of("train", "--resume", folder["kept"]);
        Assert.Equal(0, result.ExitCode);
        string line = Assert.Single(result.Error.TrimEnd().Split('\n'));
        Assert.StartsWith($"warning: the checkpoint '{files[0]}' cannot be used: ", line, StringComparison.Ordinal);
        Assert.Equal(model, File.ReadAllBytes(folder["run/model.safetensors"]));

        foreach (string file in new CheckpointFolder(folder["kept"]).Files)
            File.WriteAllText(file, "");
        CommandResult.Of("train", "--resume", folder["kept"]).ShouldFail(1, "expected a checkpoint that is whole, found none");
    }

    [Fact]
    public void A_folder_that_another_run_uses_is_refused_and_left_alone()
    {
        CommandResult.Of([.. Run, "1", "--output", folder["run"], "--checkpoint", folder["kept"]]).ShouldSucceed();
        string[] before = [.. new CheckpointFolder(folder["kept"]).Files];
        var other = new CheckpointFolder(folder["kept"]) { Start = CheckpointStart.Resume };
        other.Begin();
        CommandResult.Of("train", "--resume", folder["kept"], "--epochs", "2")
            .ShouldFail(1, $"expected a folder that no other process uses, found '{folder["kept"]}' in use");
        other.End();
        Assert.Equal(before, new CheckpointFolder(folder["kept"]).Files);
        CommandResult.Of("train", "--resume", folder["kept"], "--epochs", "2").ShouldSucceed();
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_kept_ends_the_run_with_its_best_model_and_a_way_to_go_on()
    {
        CommandResult.Of([.. Run, "3", "--output", folder["whole"]]).ShouldSucceed();
        CommandResult.Of([.. Run, "1", "--output", folder["run"], "--checkpoint", folder["kept"]]).ShouldSucceed();
        string inTheWay = folder["kept/checkpoint-000000012.safetensors"]; // of epoch 2: no file can be moved there
        Directory.CreateDirectory(inTheWay);
        CommandResult.Of("train", "--resume", folder["kept"], "--epochs", "3").ShouldFail(
            1, $"cannot keep a checkpoint in '{folder["kept"]}': ", "; kept the best model so far, of epoch ",
            $"; to go on: nanoconv-cifar train --resume {folder["kept"]}");
        RunRecord record = RunRecord.Read(folder["run/run.json"]);
        Assert.Equal((false, 2), (record.Completed, record.History.Count));
        Assert.StartsWith("cannot keep a checkpoint", record.StopReason, StringComparison.Ordinal);
        Directory.Delete(inTheWay);
        CommandResult.Of("train", "--resume", folder["kept"], "--epochs", "3").ShouldSucceed();
        ShouldBeEqual("whole", "run");
    }

    [Fact]
    public void Settings_and_data_other_than_the_runs_are_refused()
    {
        string black = BlackCifar10.WriteFolder(folder["black"]), grey = BlackCifar10.WriteFolder(folder["grey"]);
        using (FileStream file = File.OpenWrite(Path.Combine(grey, Cifar10Archive.ImageFiles[0])))
        {
            file.Position = 1000;
            file.WriteByte(1);
        }

        CommandResult.InterruptedAt(
            "epoch 1/9", "train", "--data", black, "--samples", "20", "--epochs", "9", "--network", "thinner_deeper",
            "--output", folder["run"], "--checkpoint", folder["kept"]);
        string[] resume = ["train", "--resume", folder["kept"]];
        CommandResult.Of([.. resume, "--seed", "2", "--network", "default", "--samples", "20", "--l1", "0.5"])
            .ShouldFail(1, "--resume", "found --network default instead of thinner_deeper, --l1 0.5 instead of 0.0001, --seed 2 instead of 1");
        CommandResult.Of([.. resume, "--data", grey]).ShouldFail(1, "training_sha256");
        CommandResult.Of([.. Run, "1", "--checkpoint", folder["kept"], "--output", folder["other"]])
            .ShouldFail(1, "--checkpoint", "expected a folder without checkpoints", $"to go on with that run: --resume {folder["kept"]}");
        Assert.False(Directory.Exists(folder["other"]));
        Directory.Move(folder["kept"], folder["kept here"]);
        CommandResult.Of([.. Run, "1", "--checkpoint", folder["kept here"], "--output", folder["other"]])
            .ShouldFail(1, $"to go on with that run: --resume '{folder["kept here"]}'");
    }

    [Fact]
    public void Options_that_do_not_go_together_are_usage_errors()
    {
        CommandResult.Of("train", "--resume", "a", "--checkpoint", "b").ShouldFail(2, "--checkpoint", "--resume alone", "found both");
        CommandResult.Of("train", "--checkpoint-every", "3").ShouldFail(2, "--checkpoint-every", "found neither");
        CommandResult.Of("train", "--checkpoint", "a", "--checkpoint-every", "-1").ShouldFail(2, "--checkpoint-every", "from 0");
        CommandResult.Of("train", "--checkpoint", "").ShouldFail(2, "--checkpoint", "found nothing");
    }

    [Fact]
    public void Where_nothing_can_be_resumed_or_kept_is_found_before_the_data_is_looked_at()
    {
        CommandResult.Of("train", "--data", folder["none"], "--resume", folder["kept"]).ShouldFail(1, "kept", "expected a folder with checkpoints");
        File.WriteAllText(folder["file"], "");
        CommandResult.Of("train", "--data", folder["none"], "--checkpoint", folder["file"], "--output", folder["run"]).ShouldFail(1, "found a file");
        CommandResult.Of("train", "--data", folder["none"], "--checkpoint", folder["kept"], "--output", folder["run"]).ShouldFail(1, "none");
        Assert.Equal(["file"], folder.Names); // no empty folder stays behind
    }

    [Fact]
    public void A_checkpoint_that_the_library_alone_has_written_is_refused()
    {
        Model<float> model = new Sequential(new Dense(2, Activation.Softmax)).Build<float>(3);
        model.Fit(new Tensor<float>((4, 3), new float[12]), new int[4], new FitOptions { Checkpoints = new CheckpointFolder(folder["kept"]) });
        CommandResult.Of("train", "--resume", folder["kept"]).ShouldFail(1, "expected a checkpoint written by train");
    }

    [Fact]
    public async Task A_run_that_is_killed_again_and_again_leaves_the_same_files()
    {
        const int LeastKills = 3;
        const string Epochs = "15"; // far more steps than are taken until the last kill
        CommandResult.Of([.. Run, Epochs, "--output", folder["whole"]]).ShouldSucceed();
        var random = new Random();
        string[] arguments = [.. Run, Epochs, "--output", folder["run"], "--checkpoint", folder["kept"], "--checkpoint-every", "1"];
        for (int kills = 0; kills < LeastKills; kills++)
        {
            Assert.NotEqual(0, await RunOnce(arguments, TimeSpan.FromMilliseconds(random.Next(100))));
            arguments = ["train", "--resume", folder["kept"]];
        }

        Assert.Equal(0, await RunOnce(arguments, killedAfter: null));
        ShouldBeEqual("whole", "run");
        Assert.Equal(LeastKills, RunRecord.Read(folder["run/run.json"]).Timings.Resumed);
        Assert.Equal(2 + 1, Directory.GetFiles(folder["kept"]).Length); // and .lock
    }

    /// <summary>Runs the program, to its end, or to its first new checkpoint and a little on, where it is killed.</summary>
    /// <returns>Its exit code.</returns>
    private async Task<int> RunOnce(string[] arguments, TimeSpan? killedAfter)
    {
        string? earlier = Newest();
        using Process process = ProcessTests.Start(arguments);
        using var patience = new CancellationTokenSource(Patience);
        Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token);
        Task<string> error = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            while (killedAfter is not null && Newest() == earlier && !process.HasExited)
                await Task.Delay(2, patience.Token);
            if (killedAfter is { } delay)
                await Task.Delay(delay, patience.Token);
            else
                await process.WaitForExitAsync(patience.Token);
        }
        finally
        {
            process.Kill();
        }

        await process.WaitForExitAsync(patience.Token);
        Assert.Equal("", await error);
        await output;
        return process.ExitCode;
    }

    private string? Newest() => new CheckpointFolder(folder["kept"]).Files.FirstOrDefault();

    private void ShouldBeEqual(string expected, string actual)
    {
        foreach (string name in (string[])["model.safetensors", "curves.png"])
            Assert.Equal(File.ReadAllBytes(folder[$"{expected}/{name}"]), File.ReadAllBytes(folder[$"{actual}/{name}"]));
        Assert.Equal(Untimed(expected), Untimed(actual));
    }

    private string Untimed(string run)
    {
        JsonObject record = JsonNode.Parse(File.ReadAllText(folder[$"{run}/run.json"]))!.AsObject();
        Assert.True(record.Remove("timings"));
        foreach (JsonNode? epoch in record["history"]!.AsArray())
            Assert.True(epoch!.AsObject().Remove("training_seconds") && epoch.AsObject().Remove("images_per_second"));
        return record.ToJsonString();
    }
}
