using System.Text.Json;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Tests.Commands;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Reproduction;

public sealed class ReproduceCommandTests : IDisposable
{
    private static readonly string[] Quick = ["reproduce", "--quick", "--data", "shapes10", "--only", "deeper", "--output"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Interrupted_and_started_again_it_goes_on_and_then_trains_nothing_more()
    {
        CommandResult first = CommandResult.InterruptedAt("1/2 ", [.. Quick, folder["r"], "--jobs", "1"]);
        Assert.Equal(130, first.ExitCode);
        Assert.Contains("interrupted: 1 of 2 runs are finished", first.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["r/index.html"]));
        string finished = Assert.Single(Directory.GetFiles(folder["r/runs"], "run.json", SearchOption.AllDirectories));
        byte[] record = File.ReadAllBytes(finished);

        CommandResult second = CommandResult.Of([.. Quick, folder["r"]]).ShouldSucceed();
        Assert.Contains("1 of 2 runs were finished before", second.Out, StringComparison.Ordinal);
        Assert.Contains("2/2 ", second.Out, StringComparison.Ordinal);
        Assert.Equal(record, File.ReadAllBytes(finished));
        Assert.Equal(["figures", "index.html", "results.json", "runs"], new DirectoryInfo(folder["r"]).GetFileSystemInfos().Select(i => i.Name).Order());
        string again = CommandResult.Of([.. Quick, folder["r"], "--no-pictures"]).ShouldSucceed().Out;
        Assert.Contains("2 of 2 runs were finished before", again, StringComparison.Ordinal);
    }

    [Fact]
    public void The_plan_s_commands_leave_what_is_collected()
    {
        string[] lines = CommandResult.Of([.. Quick, folder["plan"], "--plan"]).ShouldSucceed().Out.TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Empty(folder.Names);
        string[] collect = ["--collect", folder["plan"], "--no-pictures"];
        Train(lines[0]);
        CommandResult part = CommandResult.Of([.. Quick, folder["r"], .. collect]);
        Assert.Equal(1, part.ExitCode);
        const string Missing = "missing: default, n = 500, 20 epochs, L1 0.0001, seed 1 (default-n500-epochs20-batch32-l1_0.0001-seed1)";
        Assert.Contains(Missing, part.Out, StringComparison.Ordinal);
        Train(lines[1]);
        CommandResult.Of([.. Quick, folder["r"], .. collect]).ShouldSucceed();

        using JsonDocument results = JsonDocument.Parse(File.ReadAllText(folder["r/results.json"]));
        Assert.True(results.RootElement.GetProperty("quick").GetBoolean());
        JsonElement experiment = results.RootElement.GetProperty("experiments")[0];
        Assert.Equal("deeper", experiment.GetProperty("name").GetString());
        JsonElement row = experiment.GetProperty("rows")[0];
        string name = row.GetProperty("runs")[0].GetString()!;
        RunRecord record = RunRecord.Read(folder[$"plan/runs/{name}/run.json"]);
        Assert.Equal(record.Results!.Test.Accuracy, row.GetProperty("test_accuracy").GetProperty("mean").GetDouble());
        Assert.Equal(0.47, row.GetProperty("figures")[0].GetProperty("paper").GetDouble());
        JsonElement run = results.RootElement.GetProperty("runs").GetProperty(name);
        Assert.Equal(record.Results.Test.Loss, run.GetProperty("results").GetProperty("test").GetProperty("loss").GetDouble());
        Assert.Equal(JsonValueKind.Null, run.GetProperty("settings").GetProperty("data").ValueKind);

        // The words behind the program are a command line of this program.
        static void Train(string line) => CommandResult.Of([.. line[line.IndexOf(" train ", StringComparison.Ordinal)..].Trim().Split(' ')]).ShouldSucceed();
    }

    [Fact]
    public void Two_reproductions_do_not_share_a_folder()
    {
        using RunFolder first = RunFolder.PrepareAlone(folder["r"], "index.html");
        CommandResult.Of([.. Quick, folder["r"]]).ShouldFail(1, "--output", $"found '{folder["r"]}' in use");
        CommandResult.Of([.. Quick, folder["r"], "--collect", folder.Path, "--no-pictures"]).ShouldFail(1, "--output", $"found '{folder["r"]}' in use");
    }

    [Fact]
    public void Mistakes_are_named()
    {
        CommandResult.Of("reproduce", "--only", "everything").ShouldFail(2, "--only", "expected baseline, curves", "found 'everything'");
        CommandResult.Of("reproduce", "--seeds", "0").ShouldFail(2, "--seeds", "from 1");
        CommandResult.Of("reproduce", "--collect", folder["none"], "--output", folder["r"]).ShouldFail(1, "--collect", "none");
        CommandResult.Of("reproduce", "--collect").ShouldFail(2, "--collect");
        CommandResult.Of("reproduce", "--collect", folder.Path, "--plan").ShouldFail(1, "--collect", "expected neither --plan nor --jobs");
        CommandResult.Of("reproduce", "--data", folder["none"], "--output", folder["r"]).ShouldFail(1, "none");
        Assert.Empty(folder.Names);
    }
}
