using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Reproduction;
using Xunit;

namespace NanoConv.Cifar.Tests.Reproduction;

/// <summary>Each claim with runs that bear it out, runs that do in part, and runs that do not.</summary>
public sealed class JudgementsTests
{
    [Theory]
    [InlineData(0.50, VerdictKind.Confirmed)]
    [InlineData(0.60, VerdictKind.Depends)]
    [InlineData(0.15, VerdictKind.NotConfirmed)]
    public void Baseline(double test, VerdictKind expected) => Is(expected, "baseline", FakeRuns.Row(test));

    [Theory]
    [InlineData(14, VerdictKind.Confirmed)]
    [InlineData(3, VerdictKind.Depends)]
    [InlineData(null, VerdictKind.NotConfirmed)]
    public void Curves(int? parts, VerdictKind expected) => Is(expected, "curves", FakeRuns.Row(parts: parts));

    [Theory]
    [InlineData(new[] { 0.50, 0.57, 0.62, 0.66 }, 80, VerdictKind.Confirmed)]
    [InlineData(new[] { 0.50, 0.57, 0.62, 0.66 }, 20, VerdictKind.Depends)]
    [InlineData(new[] { 0.40, 0.47, 0.52, 0.56 }, 80, VerdictKind.Depends)]
    [InlineData(new[] { 0.50, 0.57, 0.56, 0.66 }, 80, VerdictKind.NotConfirmed)]
    public void Samples(double[] test, double seconds, VerdictKind expected) => Is(
        expected, "samples", [.. test.Select((accuracy, i) => FakeRuns.Row(accuracy, seconds: i == 3 ? seconds : 10, parts: 1))]);

    [Theory]
    [InlineData(new[] { 0.51, 0.50, 0.40, 0.10, 0.10 }, 0.10, 0.00, VerdictKind.Confirmed)]
    [InlineData(new[] { 0.51, 0.50, 0.40, 0.10, 0.10 }, 0.10, 0.10, VerdictKind.Depends)]
    [InlineData(new[] { 0.51, 0.50, 0.40, 0.10, 0.10 }, 0.00, 0.00, VerdictKind.Depends)]
    [InlineData(new[] { 0.51, 0.50, 0.55, 0.10, 0.10 }, 0.10, 0.00, VerdictKind.NotConfirmed)]
    public void Few_images(double[] test, double small, double large, VerdictKind expected) => Is(
        expected, "l1-few", [.. test.Select((accuracy, i) => FakeRuns.Row(accuracy, parts: 1, gap: i == 1 ? small : i == 2 ? large : 0))]);

    [Theory]
    [InlineData(new[] { 0.66, 0.67, 0.65, 0.60 }, 0.10, VerdictKind.Confirmed)]
    [InlineData(new[] { 0.66, 0.67, 0.65, 0.60 }, 0.00, VerdictKind.Depends)]
    [InlineData(new[] { 0.70, 0.67, 0.65, 0.60 }, 0.10, VerdictKind.NotConfirmed)]
    public void Many_images(double[] test, double gap, VerdictKind expected) => Is(
        expected, "l1-many", [.. test.Select((accuracy, i) => FakeRuns.Row(accuracy, parts: 1, gap: i == 0 ? gap : 0.02))]);

    [Theory]
    [InlineData(0.54, 0.71, 20, VerdictKind.Confirmed)]
    [InlineData(0.54, 0.60, 20, VerdictKind.Depends)]
    [InlineData(0.54, 0.71, 10, VerdictKind.Depends)]
    [InlineData(0.60, 0.71, 20, VerdictKind.Depends)]
    [InlineData(0.40, 0.60, 20, VerdictKind.NotConfirmed)]
    public void Max_pooling(double few, double many, double seconds, VerdictKind expected) => Is(
        expected, "maxpooling",
        FakeRuns.Row(few, seconds: seconds), FakeRuns.Row(many, seconds: seconds), FakeRuns.Row(0.48), FakeRuns.Row(0.66));

    [Theory]
    [InlineData(0.47, 0.00, 7, VerdictKind.Confirmed)]
    [InlineData(0.47, 0.10, 7, VerdictKind.Depends)]
    [InlineData(0.47, 0.00, 12, VerdictKind.Depends)]
    [InlineData(0.30, 0.10, 7, VerdictKind.NotConfirmed)]
    public void Deeper(double test, double gap, double seconds, VerdictKind expected) => Is(
        expected, "deeper", FakeRuns.Row(test, parts: 1, gap: gap, seconds: seconds), FakeRuns.Row(0.48));

    [Theory]
    [InlineData(45, VerdictKind.Confirmed, 0.45)]
    [InlineData(80, VerdictKind.NotConfirmed, 0.45)]
    [InlineData(45, VerdictKind.Depends, 0.60)]
    public void Stopped(double seconds, VerdictKind expected, double test) => Is(
        expected, "deeper-stopped",
        FakeRuns.Row(test, seconds: seconds, parts: 1, gap: test == 0.60 ? 0.1 : 0), FakeRuns.Row(seconds: 100));

    [Theory]
    [InlineData(0.50, null, VerdictKind.Confirmed)]
    [InlineData(0.50, 2, VerdictKind.Depends)]
    [InlineData(0.90, 2, VerdictKind.NotConfirmed)]
    public void Deeper_on_many_images(double paper, int? parts, VerdictKind expected) => Is(
        expected, "deeper-many",
        FakeRuns.Row(0.5, parts: parts, figures: [new(PaperQuantity.TestAccuracy, paper), new(PaperQuantity.ValidationAccuracy, paper, 10)]));

    [Fact]
    public void Missing_runs_are_named_and_nothing_is_judged()
    {
        PaperExperiment experiment = Find("deeper");
        var result = new ExperimentResult(experiment, [FakeRuns.Row() with { Runs = [] }, FakeRuns.Row()], Seeds: 2);
        Assert.Equal(new Verdict(VerdictKind.Missing, "Runs are missing: row (2 of 2), row (1 of 2)."), result.Verdict);
    }

    [Fact]
    public void Heights_are_compared_on_the_paper_s_data_and_numbers_of_images_alone()
    {
        RowResult row = FakeRuns.Row(0.9) with { Paper = Find("baseline").Rows[0] };
        Assert.Equal(VerdictKind.Depends, Judgements.Baseline([row]).Kind);
        RunRecord run = row.Runs[0].Record;
        RunRecord onOtherData = run with { Data = run.Data with { IsCifar10 = false } };
        Assert.Equal(VerdictKind.Confirmed, Judgements.Baseline([row with { Runs = [row.Runs[0] with { Record = onOtherData }] }]).Kind);
        PaperRow quick = PaperExperiments.All(quick: true).Single(experiment => experiment.Name == "baseline").Rows[0];
        Assert.Equal(VerdictKind.Confirmed, Judgements.Baseline([row with { Paper = quick }]).Kind);
    }

    [Fact]
    public void Where_a_network_that_should_learn_is_at_chance_there_is_no_verdict_and_the_margin_is_stated()
    {
        foreach (PaperExperiment experiment in PaperExperiments.All(quick: false))
        {
            for (int atChance = 0; atChance < experiment.Rows.Count; atChance++)
            {
                PaperRow paper = experiment.Rows[atChance];
                Verdict verdict = Judge(experiment.Name, [.. experiment.Rows.Select((_, i) => FakeRuns.Row(i == atChance ? 0.102 : 0.5))]);
                Assert.True(paper.Learns == (verdict.Kind == VerdictKind.NoVerdict), $"{experiment.Name}, {paper.Label}: {verdict}");
                if (paper.Learns)
                {
                    Assert.Contains(
                        "the baseline of 10.0 % is more than 1.5 points above it, 5 standard errors with 10,000 images; "
                        + $"on test there is 10.2 % ({paper.Label}).",
                        verdict.Words, StringComparison.Ordinal);
                }
            }
        }

        Assert.Equal(["L1 = 1", "L1 = 100"], PaperExperiments.All(quick: true).SelectMany(experiment => experiment.Rows)
            .Where(row => !row.Learns).Select(row => row.Label)); // which the paper itself says
    }

    [Theory]
    [InlineData(0.1149, 10000, false)] // 5·√(0.1·0.9/10000) is 0.015
    [InlineData(0.1151, 10000, true)]
    [InlineData(0.43, 20, false)]      // few images say little
    [InlineData(0.45, 20, true)]
    public void Clearly_above_the_baseline_is_five_standard_errors(double test, int images, bool expected)
    {
        RunRecord run = FakeRuns.Row(test).Runs[0].Record;
        Assert.Equal(expected, Learning.IsClear(run with { Results = run.Results! with { Test = run.Results.Test with { Images = images } } }));
    }

    [Fact]
    public void One_seed_at_chance_among_others_is_named()
    {
        FinishedRun learnt = FakeRuns.Row().Runs[0], not = FakeRuns.Row(0.1).Runs[0];
        RowResult row = FakeRuns.Row() with
        {
            Runs = [learnt, not with { Record = not.Record with { Settings = not.Record.Settings with { Seed = 2 } } }],
        };
        Verdict verdict = new ExperimentResult(Find("curves"), [row], Seeds: 2).Verdict;
        Assert.Equal(VerdictKind.NoVerdict, verdict.Kind);
        Assert.EndsWith("on test there is 10.0 % (row, seed 2).", verdict.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.061, "6.1 points below validation")]
    [InlineData(0.061, "6.1 points above validation")]
    [InlineData(-0.0004, "level with validation")]
    public void Training_is_said_to_be_on_the_side_of_validation_where_it_is(double gap, string expected)
    {
        foreach (string name in (string[])["curves", "l1-few", "l1-many", "deeper", "deeper-long", "deeper-stopped"])
        {
            Verdict verdict = Judge(name, [.. Find(name).Rows.Select(_ => FakeRuns.Row(parts: 1, gap: gap))]);
            if (gap > Parting.Margin && name is "curves" or "deeper-long")
                continue; // there the epoch from which on they part is told
            Assert.Contains(expected, verdict.Words, StringComparison.Ordinal);
            Assert.DoesNotContain("−", verdict.Words, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_another_way_round_is_said_that_way_round()
    {
        Says("deeper", "It is more accurate than the default network.", FakeRuns.Row(0.55), FakeRuns.Row(0.48));
        Says("deeper", "It is less accurate than the default network.", FakeRuns.Row(0.40), FakeRuns.Row(0.48));
        Says("deeper", "It is as accurate as the default network, at another", FakeRuns.Row(0.52), FakeRuns.Row(0.53));
        RowResult overfits = FakeRuns.Row(parts: 1);
        Says("l1-many", "over-fits no more than with it.", overfits, overfits, overfits, overfits);
        RowResult calm = FakeRuns.Row(0.5), none = FakeRuns.Row(0.1);
        Says("l1-few", "seen with 0.01, but not with 0.0001.", calm, calm, overfits, none, none);

        static void Says(string name, string words, params RowResult[] rows) => Assert.Contains(words, Judge(name, rows).Words, StringComparison.Ordinal);
    }

    private static void Is(VerdictKind expected, string name, params RowResult[] rows)
    {
        Verdict verdict = Judge(name, rows);
        Assert.True(expected == verdict.Kind, $"{verdict}");
        Assert.EndsWith(".", verdict.Words, StringComparison.Ordinal);
    }

    private static Verdict Judge(string name, RowResult[] rows)
    {
        PaperExperiment experiment = Find(name);
        Assert.Equal(experiment.Rows.Count, rows.Length);
        RowResult[] results = [.. rows.Zip(experiment.Rows, (row, paper) => row with
        {
            Paper = row.Paper.Figures.Count > 0 ? paper with { Figures = row.Paper.Figures } : paper,
        })];
        return new ExperimentResult(experiment, results, Seeds: 1).Verdict;
    }

    private static PaperExperiment Find(string name) => PaperExperiments.All(quick: false).Single(experiment => experiment.Name == name);
}
