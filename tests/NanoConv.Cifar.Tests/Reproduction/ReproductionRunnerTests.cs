using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Reproduction;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Reproduction;

public sealed class ReproductionRunnerTests : IDisposable, IReproductionProgress
{
    private readonly TemporaryFolder folder = new();
    private readonly List<FinishedRun> finished = [];
    private readonly List<RunSettings> failed = [];
    private double lastShare;
    private long roomSeen;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_run_of_fewer_epochs_comes_out_of_a_longer_one_with_the_bits_of_a_run_of_its_own()
    {
        Run("shared", RunGroup.Of([FakeRuns.Settings(1), FakeRuns.Settings(3)]), jobs: 1);
        Assert.Equal([1, 3], finished.Select(run => run.Record.Settings.Epochs));
        Run("own", RunGroup.Of([FakeRuns.Settings(1)]), jobs: 1);
        Run("own", RunGroup.Of([FakeRuns.Settings(3)]), jobs: 1);
        for (int i = 0; i < 2; i++)
        {
            (FinishedRun shared, FinishedRun own) = (finished[i], finished[2 + i]);
            Assert.NotEqual(shared.Folder, own.Folder);
            Assert.True(Weights(shared).SequenceEqual(Weights(own)));
            Assert.Equal(own.Record.Results!.Test.ConfusionMatrix, shared.Record.Results!.Test.ConfusionMatrix);
            Assert.Equal(own.Record.Results.Test.Loss, shared.Record.Results.Test.Loss);
            Assert.Equal(own.Record.Model with { Algorithms = null }, shared.Record.Model with { Algorithms = null });
            Assert.Equal(own.Record.Model.Algorithms, shared.Record.Model.Algorithms);
            Assert.Equal(own.Record.Settings, shared.Record.Settings);
            Assert.Equal(Curve(own), Curve(shared));
            Assert.True(shared.Record.Completed);
        }

        Assert.False(Weights(finished[0]).SequenceEqual(Weights(finished[1])));
        Assert.InRange(finished[0].Record.Timings.FitSeconds, 0, finished[1].Record.Timings.FitSeconds);
    }

    [Fact]
    public void Runs_side_by_side_come_to_the_same_bits_as_one_after_the_other()
    {
        IReadOnlyList<RunGroup> groups = RunGroup.Of([.. Enumerable.Range(1, 4).Select(seed => FakeRuns.Settings(1, seed))]);
        Run("one", groups, jobs: 1);
        Run("many", groups, jobs: 4);
        foreach (FinishedRun run in finished.Take(4))
        {
            FinishedRun twin = Assert.Single(finished.Skip(4), other => other.Record.Settings.Seed == run.Record.Settings.Seed);
            Assert.True(Weights(run).SequenceEqual(Weights(twin)));
        }

        Assert.Equal(1, lastShare);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_stops_all_runs()
    {
        File.WriteAllText(folder["runs"], "");
        IReadOnlyList<RunGroup> groups = RunGroup.Of([.. Enumerable.Range(1, 4).Select(seed => FakeRuns.Settings(1, seed))]);
        var error = Assert.Throws<UserErrorException>(() => Run("runs", groups, jobs: 2));
        Assert.Contains("found a file", error.Message, StringComparison.Ordinal);
        Assert.Empty(finished);
    }

    [Fact]
    public void A_run_that_cannot_be_saved_still_says_what_it_came_to()
    {
        var runner = new ReproductionRunner(
            FakeRuns.Data(), folder["runs"], FakeRuns.FileNames, (_, _) => throw new UserErrorException("cannot write 'x': the disk is full"), this);
        var error = Assert.Throws<UserErrorException>(() => runner.Run(RunGroup.Of([FakeRuns.Settings(1)]), jobs: 1, threads: 1, CancellationToken.None));
        Assert.Matches(@"^thinner_deeper-n40-epochs1-batch16-l1_0\.0001-seed1: [0-9.]+ % on test, but cannot write 'x': the disk is full$", error.Message);
        Assert.Empty(finished);
    }

    [Fact]
    public void Runs_have_room_and_their_folders_to_themselves_while_they_train()
    {
        using (RunFolder.PrepareAlone(folder["runs/thinner_deeper-n40-epochs1-batch16-l1_0.0001-seed1"], FakeRuns.FileNames))
        {
            var error = Assert.Throws<UserErrorException>(() => Run("runs", RunGroup.Of([FakeRuns.Settings(1)]), jobs: 1));
            Assert.Contains("in use", error.Message, StringComparison.Ordinal);
        }

        Run("runs", RunGroup.Of([FakeRuns.Settings(1), FakeRuns.Settings(2)]), jobs: 1);
        foreach (FinishedRun run in finished)
            Assert.Equal(["model.safetensors", "run.json"], new DirectoryInfo(run.Folder).GetFiles().Select(file => file.Name).Order());
        Assert.True(roomSeen > 0);
    }

    [Fact]
    public void Finished_runs_are_found_again_and_others_say_why_not()
    {
        Run("runs", RunGroup.Of([FakeRuns.Settings(1), FakeRuns.Settings(2), FakeRuns.Settings(1, seed: 2)]), jobs: 1);
        var data = FakeRuns.Data().Images;
        Assert.Equal(3, Library().Runs.Count);
        Assert.NotNull(Library().Find(FakeRuns.Settings(2) with { Threads = 9, Data = "elsewhere" }));
        Assert.Null(Library().Find(FakeRuns.Settings(2, seed: 2)));
        IReadOnlyList<string> ofOtherData = RunLibrary.In([folder["runs"]], FakeRuns.Data(seed: 7).Images).Refused;
        Assert.Equal(3, ofOtherData.Count);
        Assert.All(ofOtherData, reason => Assert.Contains("made with other data: expected test images", reason, StringComparison.Ordinal));

        FinishedRun[] runs = [.. Library().Runs];
        Rewrite(runs[0], record => record with { Environment = record.Environment with { NanoConv = "0.0.9" } });
        Rewrite(runs[1], record => record with { Completed = false, StopReason = "training interrupted" });
        File.Delete(runs[2].ModelPath);
        Assert.Empty(Library().Runs);
        string reasons = string.Join('\n', Library().Refused);
        foreach (string expected in (string[])["version 0.0.9", "not completed: training interrupted", "its model model.safetensors is missing"])
            Assert.Contains(expected, reasons, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(runs[2].Folder, "run.json"), "{");
        Assert.Contains(Library().Refused, reason => reason.Contains("expected a run.json", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(runs[2].Folder, "run.json"), """{ "schema": "nanoconv-run", "schema_version": 1, "completed": true }""");
        Assert.Equal(3, Library().Refused.Count);

        RunLibrary Library() => RunLibrary.In([folder["runs"], folder["none"]], data);
    }

    [Fact]
    public void A_damaged_model_and_what_a_killed_run_left_are_not_used_again()
    {
        Run("runs", RunGroup.Of([FakeRuns.Settings(1)]), jobs: 1);
        FinishedRun run = finished[0];
        string left = Path.Combine(run.Folder, ".half.tmp");
        Directory.CreateDirectory(left);
        File.Copy(Path.Combine(run.Folder, "run.json"), Path.Combine(left, "run.json"));
        Assert.Empty(RunLibrary.In([folder["runs"]], null).Refused);
        File.WriteAllBytes(run.ModelPath, File.ReadAllBytes(run.ModelPath)[..1000]);
        RunLibrary library = RunLibrary.In([folder["runs"]], null);
        Assert.Empty(library.Runs);
        Assert.Contains("run.json: ", Assert.Single(library.Refused), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_whose_loss_is_no_number_any_more_is_reported_and_the_others_go_on()
    {
        var diverging = FakeRuns.Settings(2) with { L1 = 1e38 };
        Run("runs", RunGroup.Of([diverging, diverging with { Epochs = 1 }, FakeRuns.Settings(1)]), jobs: 1);
        Assert.Equal(FakeRuns.Settings(1) with { Threads = 1 }, Assert.Single(finished).Record.Settings);
        Assert.Equal([1, 2], failed.Select(settings => settings.Epochs));
        Assert.Single(Directory.GetDirectories(folder["runs"]));
    }

    [Fact]
    public void Runs_of_two_data_sets_are_not_collected_together()
    {
        Run("a", RunGroup.Of([FakeRuns.Settings(1)]), jobs: 1);
        Run("b", RunGroup.Of([FakeRuns.Settings(2)]), jobs: 1, seed: 5);
        RunLibrary library = RunLibrary.In([folder["a"], folder["b"]], data: null);
        Assert.Equal(1, Assert.Single(library.Runs).Record.Settings.Epochs);
        Assert.Contains("made with other data", Assert.Single(library.Refused), StringComparison.Ordinal);
    }

    void IReproductionProgress.Report(RunGroup group, int epoch, double share)
    {
        Assert.InRange(share, 0, 1);
        lastShare = share;
        roomSeen = new DirectoryInfo(Path.Combine(folder.Path, "runs")) is { Exists: true } runs
            ? runs.GetFiles(".nanoconv-room", SearchOption.AllDirectories).Sum(file => file.Length) : 0;
    }

    void IReproductionProgress.Finished(FinishedRun run)
    {
        lock (finished)
            finished.Add(run);
    }

    void IReproductionProgress.Failed(RunSettings settings, string reason)
    {
        Assert.NotEmpty(reason);
        failed.Add(settings);
    }

    private void Run(string name, IReadOnlyList<RunGroup> groups, int jobs, int seed = 1) =>
        new ReproductionRunner(FakeRuns.Data(seed), folder[name], FakeRuns.FileNames, FakeRuns.Save, this)
            .Run(groups, jobs, threads: 1, CancellationToken.None);

    private static float[] Weights(FinishedRun run) => ModelFile.Read(run.ModelPath).Model.Weights.ToArray();

    private static (double, double, double?, double?)[] Curve(FinishedRun run) =>
        [.. run.Record.History.Select(epoch => (epoch.Loss, epoch.Accuracy, epoch.ValidationLoss, epoch.ValidationAccuracy))];

    private static void Rewrite(FinishedRun run, Func<RunRecord, RunRecord> change) =>
        change(run.Record).Write(Path.Combine(run.Folder, "run.json"));
}
