using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Reproduction;
using Xunit;

namespace NanoConv.Cifar.Tests.Reproduction;

public sealed class PaperExperimentsTests
{
    [Fact]
    public void Every_run_of_the_paper_is_planned_and_none_twice()
    {
        var plan = new ReproductionPlan(PaperExperiments.All(quick: false), seeds: 1, isQuick: false);
        string[] expected =
        [
            .. from samples in (int[])[5000, 10000, 20000, 40000] select $"default-n{samples}-epochs20-l1_0.0001-seed1",
            .. from l1 in (string[])["0", "0.01", "1", "100"] select $"default-n5000-epochs20-l1_{l1}-seed1",
            .. from l1 in (string[])["0", "0.001", "0.01"] select $"default-n40000-epochs20-l1_{l1}-seed1",
            .. from samples in (int[])[5000, 40000] select $"maxpooling-n{samples}-epochs20-l1_0.0001-seed1",
            .. from run in (string[])["n5000-epochs20", "n5000-epochs100", "n40000-epochs100", "n40000-epochs45"]
                select $"thinner_deeper-{run}-l1_0.0001-seed1",
        ];
        Assert.Equal(expected.Order(), plan.Runs.Select(ReproductionPlan.NameOf).Order());
        Assert.Equal(40000, plan.Samples);
        Assert.Equal(3 * plan.Runs.Count, new ReproductionPlan(plan.Experiments, seeds: 3, isQuick: false).Runs.Count);
    }

    [Fact]
    public void Runs_that_differ_in_epochs_only_are_trained_as_one_the_most_work_first()
    {
        IReadOnlyList<RunGroup> groups = RunGroup.Of(new ReproductionPlan(PaperExperiments.All(quick: false), 1, false).Runs);
        Assert.Equal(15, groups.Count);
        Assert.Equal(groups.OrderByDescending(group => group.Work), groups);
        RunGroup many = Assert.Single(groups, group => group.Longest is { Network: "thinner_deeper", Samples: 40000 });
        Assert.Equal((100, 45), (many.Longest.Epochs, Assert.Single(many.Shorter).Key));
    }

    [Fact]
    public void A_quick_run_has_a_tenth_of_the_images_and_says_so_in_its_labels()
    {
        IReadOnlyList<PaperExperiment> full = PaperExperiments.All(quick: false), quick = PaperExperiments.All(quick: true);
        Assert.Equal(full.Select(experiment => experiment.Name), quick.Select(experiment => experiment.Name));
        foreach ((PaperRow row, PaperRow shorter) in full.SelectMany(e => e.Rows).Zip(quick.SelectMany(e => e.Rows)))
        {
            int epochs = row.Settings.Epochs switch { 20 => 20, 45 => 18, 100 => 40, var other => throw new InvalidOperationException($"{other}") };
            Assert.Equal(row.Settings with { Samples = row.Settings.Samples / 10, Epochs = epochs, BatchSize = 32 }, shorter.Settings);
            if (row.Label.Contains("n = ", StringComparison.Ordinal))
                Assert.EndsWith($"n = {shorter.Settings.Samples:N0}", shorter.Label, StringComparison.Ordinal);
            if (row.Label.EndsWith("epochs", StringComparison.Ordinal))
                Assert.Equal($"{shorter.Settings.Epochs} epochs", shorter.Label);
            Assert.All(shorter.Figures, figure => Assert.True((figure.Epoch ?? 1) <= shorter.Settings.Epochs));
        }
    }

    [Fact]
    public void Names_are_told_apart()
    {
        IReadOnlyList<PaperExperiment> all = PaperExperiments.All(quick: false);
        Assert.Equal(all.Count, all.Select(experiment => experiment.Name).Distinct().Count());
        Assert.All(all, experiment => Assert.InRange(experiment.Main, 0, experiment.Rows.Count - 1));
        Assert.All(all, experiment => Assert.Equal(
            experiment.Rows.Count, experiment.Rows.Select(row => row.Label).Distinct().Count()));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(12, 12)]
    [InlineData(1, 1)]
    public void Curves_part_where_training_stays_above_validation(int? parts, int? expected)
    {
        RowResult row = FakeRuns.Row(parts: parts);
        int? found = Parting.Epoch(row.Runs[0].Record.History);
        Assert.Equal(expected is null, found is null);
        Assert.InRange(found - expected ?? 0, -1, 1); // averaged over five epochs
    }

    [Fact]
    public void Curves_that_meet_again_have_not_parted()
    {
        EpochRecord[] history = [.. Enumerable.Range(1, 20).Select(epoch => new EpochRecord(epoch, 1, epoch == 10 ? 0.9 : 0.5, 1, 0.5, 1, 1))];
        Assert.Null(Parting.Epoch(history));
        Assert.Null(Parting.Epoch([new EpochRecord(1, 1, 0.9, null, null, 1, 1)]));
        Assert.Null(Parting.FinalGap([new EpochRecord(1, 1, 0.9, null, null, 1, 1)]));
        Assert.Equal(0.1, Parting.FinalGap(FakeRuns.Row(parts: 16).Runs[0].Record.History)!.Value, 12);
    }

    [Fact]
    public void Mean_and_spread_are_those_of_a_sample()
    {
        Assert.Equal(new Spread(2, 1, 3), Spread.Of([1, 2, 3]));
        Assert.Equal(new Spread(5, null, 1), Spread.Of([5]));
        Assert.Null(Spread.Of([]));
    }
}
