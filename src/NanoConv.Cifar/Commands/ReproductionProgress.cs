using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Reproduction;
using NanoConv.Regularizers;

namespace NanoConv.Cifar.Commands;

/// <summary>A reproduction in the terminal: a line for each finished run, and one that moves for all that goes on.</summary>
internal sealed class ReproductionProgress : IReproductionProgress
{
    private readonly StatusLine line;
    private readonly RunLibrary library;
    private readonly Lock gate = new();
    private readonly TimeProvider clock;
    private readonly long start;
    private readonly double work;
    private readonly int all;
    private readonly Dictionary<RunGroup, (int Epoch, double Share)> underWay = [];
    private double finishedWork;
    private int done;

    /// <summary>Begins.</summary>
    /// <param name="terminal">Where to show it.</param>
    /// <param name="library">Takes in what is finished.</param>
    /// <param name="groups">What is to be trained.</param>
    /// <param name="done">Runs that were finished before.</param>
    /// <param name="clock">The time; the system's if null.</param>
    public ReproductionProgress(Terminal terminal, RunLibrary library, IReadOnlyList<RunGroup> groups, int done, TimeProvider? clock = null)
    {
        (line, this.library, this.done) = (new StatusLine(terminal), library, done);
        this.clock = clock ?? TimeProvider.System;
        start = this.clock.GetTimestamp();
        work = groups.Sum(group => group.Work);
        all = done + groups.Sum(group => group.Runs.Count());
    }

    /// <summary>Runs that are finished, those of earlier times included.</summary>
    public int Done => done;

    /// <inheritdoc/>
    public void Report(RunGroup group, int epoch, double share)
    {
        lock (gate)
        {
            underWay[group] = (epoch, share);
            Show();
        }
    }

    /// <inheritdoc/>
    public void Finished(FinishedRun run)
    {
        lock (gate)
        {
            library.Add(run);
            done++;
            Leave(run.Record.Settings);
            RunSettings settings = run.Record.Settings;
            string accuracy = $"{100 * run.Record.Results!.Test.Accuracy:0.0} %", whole = $"{Count()} {Describe(settings)}: {accuracy} on test";
            string fit = $"fit in {run.Record.Timings.FitSeconds:0.0} s", end = done < all && End() is { } time ? $"; ends at about {time}" : "";
            line.WriteLine(
                $"{whole}, {fit}{end}",
                $"{whole}, {fit}",
                whole,
                $"{Count()} {ReproductionPlan.NameOf(settings)}: {accuracy}",
                $"{Count()} {settings.Network}: {accuracy}",
                $"{Count()}: {accuracy}");
        }
    }

    /// <inheritdoc/>
    public void Failed(RunSettings settings, string reason)
    {
        lock (gate)
        {
            Leave(settings);
            line.WriteWhole($"{Count()} {Describe(settings)}: no result, {reason}");
        }
    }

    /// <summary>Takes the moving line away.</summary>
    public void Clear()
    {
        lock (gate)
            line.Clear();
    }

    /// <summary>A run in words.</summary>
    /// <param name="settings">Its settings.</param>
    public static string Describe(RunSettings settings) =>
        $"{settings.Network}, n = {settings.Samples:N0}, {settings.Epochs} epochs, L1 {settings.L1:0.####}, seed {settings.Seed}";

    private string Count() => $"{done.ToString().PadLeft($"{all}".Length)}/{all}";

    private void Leave(RunSettings settings)
    {
        RunGroup? group = underWay.Keys.FirstOrDefault(group => group.Longest == ReproductionPlan.Essence(settings));
        if (group is null)
            return; // a shorter run, whose longer one goes on
        underWay.Remove(group);
        finishedWork += group.Work;
    }

    private double Share => (finishedWork + underWay.Sum(run => run.Key.Work * run.Value.Share)) / work;

    // The first moments say little of the whole.
    private string? End()
    {
        double share = Share;
        TimeSpan elapsed = clock.GetElapsedTime(start);
        if (share < 0.005 || elapsed.TotalSeconds < 5)
            return null;
        TimeSpan left = elapsed * ((1 - share) / share);
        DateTimeOffset end = clock.GetLocalNow() + left;
        return left.TotalHours < 12 ? $"{end:HH:mm}" : $"{end:yyyy-MM-dd HH:mm}";
    }

    private void Show()
    {
        double share = Share;
        string percent = $"{100 * share:0} %", brief = End() is { } end ? $"{percent}, ends {end}" : percent;
        line.Show(
            $"{done} of {all} runs",
            share,
            brief.Replace("ends", "ends at about", StringComparison.Ordinal) + Runs(run => $"{run.Network} {run.Samples} epoch "),
            brief + Runs(run => $"{run.Network} "),
            $"{brief}; {underWay.Count} under way",
            brief,
            percent);

        string Runs(Func<RunSettings, string> name) =>
            string.Concat(underWay.Select(run => $"; {name(run.Key.Longest)}{run.Value.Epoch}/{run.Key.Longest.Epochs}"));
    }
}
