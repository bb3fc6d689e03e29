using System.Diagnostics;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Reproduction;

namespace NanoConv.Cifar.Commands;

/// <summary>A reproduction in the terminal: a line for each finished run, and one that moves for all that goes on.</summary>
internal sealed class ReproductionProgress : IReproductionProgress
{
    private readonly StatusLine line;
    private readonly RunLibrary library;
    private readonly Lock gate = new();
    private readonly Stopwatch clock = Stopwatch.StartNew();
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
    public ReproductionProgress(Terminal terminal, RunLibrary library, IReadOnlyList<RunGroup> groups, int done)
    {
        (line, this.library, this.done) = (new StatusLine(terminal), library, done);
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
            line.WriteLine($"{Count()} {Describe(run.Record.Settings)}: {100 * run.Record.Results!.Test.Accuracy:0.0} % on test, "
                + $"fit in {run.Record.Timings.FitSeconds:0.0} s{(done < all ? End() : "")}");
        }
    }

    /// <inheritdoc/>
    public void Failed(RunSettings settings, string reason)
    {
        lock (gate)
        {
            Leave(settings);
            line.WriteLine($"{Count()} {Describe(settings)}: no result, {reason}");
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
    private string End()
    {
        double share = Share;
        if (share < 0.005 || clock.Elapsed.TotalSeconds < 5)
            return "";
        TimeSpan left = clock.Elapsed * ((1 - share) / share);
        DateTime end = DateTime.Now + left;
        return left.TotalHours < 12 ? $"; ends at about {end:HH:mm}" : $"; ends at about {end:yyyy-MM-dd HH:mm}";
    }

    private void Show()
    {
        double share = Share;
        string runs = string.Concat(underWay.Select(run =>
            $"; {run.Key.Longest.Network} {run.Key.Longest.Samples} epoch {run.Value.Epoch}/{run.Key.Longest.Epochs}"));
        line.Show($"{done} of {all} runs", share, $"{100 * share:0} %{End()}{runs}");
    }
}
