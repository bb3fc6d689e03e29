using System.Collections.Concurrent;
using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Files;
using NanoConv.Training;

namespace NanoConv.Cifar.Reproduction;

/// <summary>Trains the runs of a plan, several at a time, each into a folder of its own.</summary>
/// <param name="data">The data, with at least as many training images as any run takes.</param>
/// <param name="folder">The folder of all runs' folders.</param>
/// <param name="fileNames">The files that a run may leave.</param>
/// <param name="save">Writes a run's files into its folder.</param>
/// <param name="progress">Hears how far it is.</param>
public sealed class ReproductionRunner(
    SelectedData data,
    string folder,
    IReadOnlyList<string> fileNames,
    Func<TrainingRun, RunFolder, RunRecord> save,
    IReproductionProgress progress)
{
    private readonly ConcurrentDictionary<int, Lazy<SelectedData>> parts = new();

    /// <summary>Trains groups of runs.</summary>
    /// <param name="groups">The groups, in the order in which they are begun.</param>
    /// <param name="jobs">How many at a time.</param>
    /// <param name="threads">Threads of each.</param>
    /// <param name="cancellation">Ends it; runs that are finished stay.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="UserErrorException">A run cannot be saved.</exception>
    public void Run(IReadOnlyList<RunGroup> groups, int jobs, int threads, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var waiting = new ConcurrentQueue<RunGroup>(groups);
        var failures = new ConcurrentQueue<Exception>();
        // Threads of their own: each is busy for minutes.
        Thread[] workers = [.. Enumerable.Range(0, Math.Min(jobs, groups.Count)).Select(_ => new Thread(Work) { IsBackground = true })];
        foreach (Thread worker in workers)
            worker.Start();
        foreach (Thread worker in workers)
            worker.Join();
        cancellation.ThrowIfCancellationRequested();
        if (failures.TryDequeue(out Exception? failure))
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);

        void Work()
        {
            try
            {
                while (!stop.IsCancellationRequested && waiting.TryDequeue(out RunGroup? group))
                    Train(group, threads, stop.Token);
            }
            catch (Exception exception)
            {
                failures.Enqueue(exception);
                stop.Cancel();
            }
        }
    }

    private void Train(RunGroup group, int threads, CancellationToken cancellation)
    {
        // Tried out before the work whose results they will hold.
        Dictionary<RunSettings, RunFolder> folders = group.Runs.ToDictionary(
            run => run, run => RunFolder.PrepareAlone(Path.Combine(folder, ReproductionPlan.NameOf(run)), fileNames));
        try
        {
            Train(group, threads, folders, cancellation);
        }
        finally
        {
            foreach (RunFolder made in folders.Values)
                made.Dispose();
        }
    }

    private void Train(RunGroup group, int threads, Dictionary<RunSettings, RunFolder> folders, CancellationToken cancellation)
    {
        SelectedData part = parts.GetOrAdd(group.Longest.Samples, samples => new(() => data with { Images = data.Images.First(samples) })).Value;
        var run = new TrainingRun(group.Longest with { Threads = threads }, part);
        foreach (RunFolder target in folders.Values)
            target.Reserve(run.ExpectedBytes);
        RunOutcome outcome = run.Execute(new Listener(this, group, run, folders, cancellation), evaluating: null, cancellation);
        if (outcome == RunOutcome.Completed)
            Save(run, folders[group.Longest]);
        if (outcome != RunOutcome.Diverged)
            return;
        foreach (RunSettings lost in group.Runs.Where(lost => !File.Exists(folders[lost].PathOf(fileNames[^1]))))
            progress.Failed(lost, run.StopReason!);
    }

    private void Save(TrainingRun run, RunFolder target)
    {
        RunRecord record;
        try
        {
            record = save(run, target);
        }
        catch (UserErrorException mistake)
        {
            RunRecord lost = run.ToRecord(fileNames[0]);
            string accuracy = lost.Results is null ? "" : $"{Words.Percent(lost.Results.Test.Accuracy)} on test, but ";
            throw new UserErrorException($"{ReproductionPlan.NameOf(lost.Settings)}: {accuracy}{mistake.Message}", mistake);
        }

        progress.Finished(new FinishedRun(target.Path, record));
    }

    private void Report(RunGroup group, TrainingState state) => progress.Report(
        group, state.Epoch, (state.Epoch - 1 + (double)state.ExamplesSeen / state.Examples) / state.Epochs);

    private sealed class Listener(
        ReproductionRunner runner,
        RunGroup group,
        TrainingRun run,
        Dictionary<RunSettings, RunFolder> folders,
        CancellationToken cancellation) : Callback
    {
        public override void OnStepEnd(TrainingState state) => runner.Report(group, state);

        public override void OnEpochEnd(TrainingState state, EpochRecord epoch)
        {
            if (group.Shorter.TryGetValue(epoch.Epoch, out RunSettings? shorter))
                run.AsIfEnded(ended => runner.Save(ended, folders[shorter]), cancellation);
        }
    }
}
