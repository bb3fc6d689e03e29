using System.Diagnostics;
using NanoConv.Cifar.Data;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Networks;
using NanoConv.Data;
using NanoConv.Graphs;
using NanoConv.Metrics;
using NanoConv.Models;
using NanoConv.Training;

namespace NanoConv.Cifar.Experiments;

/// <summary>
/// One training run by the paper's common protocol: the first n images, the last tenth of them held out, Adam,
/// and at the end reports on train and test. It knows nothing of terminals and folders.
/// </summary>
public sealed class TrainingRun
{
    private const int FixedBytes = 200_000, EpochBytes = 600; // curves, reports and descriptions; an epoch in the record and in the model's file

    private readonly SelectedData data;
    private readonly EpochLog log = new();
    private readonly RunClock clock = new();
    private RunSettings settings;
    private string? stopReason;
    private string? earlyStop;
    private int? modelEpoch;
    private double? evaluationSeconds;
    private RunResults? results;

    /// <summary>Builds the network.</summary>
    /// <param name="settings">How to train.</param>
    /// <param name="data">The images; exactly the samples the settings ask for.</param>
    /// <param name="checkpoints">Where checkpoints are kept, and one to go on from may be; null for none.</param>
    public TrainingRun(RunSettings settings, SelectedData data, CheckpointFolder? checkpoints = null)
    {
        (this.settings, this.data, Checkpoints) = (settings, data, checkpoints);
        Model = CifarNetwork.Create(settings.Network, settings.L1).Build<float>(CifarNetwork.InputShape, settings.Seed);
    }

    /// <summary>The model.</summary>
    public Model<float> Model { get; }

    /// <summary>Hears, before the first step, what is probably a mistake in the images.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Where checkpoints are kept; null if none are.</summary>
    public CheckpointFolder? Checkpoints { get; }

    /// <summary>
    /// Trains and evaluates. When cancelled in training, when a checkpoint cannot be kept, or when the loss is no number any
    /// more, it ends with the best model so far: the weights after the epoch with the greatest validation accuracy, or those of the last step
    /// before the first epoch's end. When cancelled later, training is finished: the model is the last epoch's, or the best one's, as
    /// the settings have it.
    /// </summary>
    /// <param name="progress">Told of every step and epoch.</param>
    /// <param name="evaluating">Told before each evaluation on what it is.</param>
    /// <param name="cancellation">Ends the run early, without an exception.</param>
    /// <returns>How it ended.</returns>
    public RunOutcome Execute(Callback progress, Action<string>? evaluating, CancellationToken cancellation)
    {
        RunOutcome outcome = Fit(progress, cancellation);
        if (outcome != RunOutcome.Completed)
            return outcome;
        try
        {
            results = Evaluate(evaluating, cancellation);
            return RunOutcome.Completed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            stopReason = "evaluation interrupted";
            return RunOutcome.EvaluationInterrupted;
        }
        catch (UserErrorException exception) // the model is what training came to, and is not lost for that
        {
            stopReason = exception.Message;
            return RunOutcome.Diverged;
        }
    }

    /// <summary>Why the run ended before its time; null if it did not.</summary>
    public string? StopReason => stopReason;

    /// <summary>The epoch whose end the model is; null if none was finished.</summary>
    public int? ModelEpoch => modelEpoch;

    /// <summary>About as many bytes as its files will take at most; what 1,000 epochs and more leave behind counts as that of 1,000.</summary>
    public long ExpectedBytes => sizeof(float) * (long)Model.ParameterCount + FixedBytes + EpochBytes * Math.Min(settings.Epochs, 1000);

    /// <summary>Writes the model, with what is needed to use it, as safetensors.</summary>
    /// <param name="path">The file to write or replace.</param>
    public void SaveModel(string path) =>
        new ModelFile(Model, data.Images.ClassNames, data.Images.Name).Write(path, HistoryOfModel());

    /// <summary>The epochs up to the model's own, and what was asked for.</summary>
    private History HistoryOfModel() => new(log.Epochs.Take(modelEpoch ?? 0)) { Options = TrainingOptions() };

    /// <summary>
    /// Within a callback at an epoch's end: lets the run be seen as if no more epochs had been asked for, evaluated; a run
    /// of its own would have come to the same bits. Its clock stands still meanwhile.
    /// </summary>
    /// <param name="use">Saves it, say; not called where the model's outputs are no numbers.</param>
    /// <param name="cancellation">Ends the evaluation.</param>
    public void AsIfEnded(Action<TrainingRun> use, CancellationToken cancellation)
    {
        clock.Stop();
        RunSettings whole = settings;
        try
        {
            settings = settings with { Epochs = log.Epochs[^1].Epoch };
            modelEpoch = settings.Epochs;
            try
            {
                results = Evaluate(null, cancellation);
            }
            catch (UserErrorException)
            {
                return;
            }

            use(this);
        }
        finally
        {
            (settings, modelEpoch, results, evaluationSeconds) = (whole, null, null, null);
            clock.Start();
        }
    }

    /// <summary>All that is known of the run.</summary>
    /// <param name="modelFile">The name of the model's file.</param>
    public RunRecord ToRecord(string modelFile)
    {
        int training = TrainingPart();
        double trainingSeconds = log.Epochs.Sum(epoch => epoch.TrainingSeconds);
        using Process process = Process.GetCurrentProcess();
        return new RunRecord(
            RunRecord.SchemaName,
            RunRecord.CurrentVersion,
            stopReason is null,
            stopReason,
            settings,
            new RunData(
                data.Images.Name, data.Images.IsCifar10, data.Images.Source, data.Notice, data.Images.ClassNames,
                training, data.Images.TrainingCount - training, data.Images.TestCount,
                data.Images.TrainingSha256, data.Images.TestSha256),
            RunEnvironment.Current(),
            RunModel.Of(modelFile, modelEpoch, Model),
            [.. log.Epochs],
            new RunTimings(
                clock.StartedAt,
                clock.FitSeconds,
                trainingSeconds,
                log.Epochs.Count == 0 ? null : (double)training * log.Epochs.Count / trainingSeconds,
                evaluationSeconds,
                process.PeakWorkingSet64,
                clock.Resumed),
            results,
            earlyStop);
    }

    /// <summary>As the library splits, and Keras: ⌊n · (1 − split)⌋.</summary>
    private int TrainingPart() => (int)Math.Floor(data.Images.TrainingCount * (1.0 - settings.ValidationSplit));

    /// <summary>The network, and the memory that this run takes.</summary>
    public string Summary => Model.Summary(TrainingOptions() with { Threads = settings.Threads }, data.Images.TrainingCount);

    private FitOptions TrainingOptions() => new()
    {
        Epochs = settings.Epochs,
        BatchSize = settings.BatchSize,
        ValidationSplit = settings.ValidationSplit,
        Seed = settings.Seed,
    };

    private RunOutcome Fit(Callback progress, CancellationToken cancellation)
    {
        var best = new KeepBest<float>(Model);
        EarlyStopping? stopping = settings.Patience > 0 ? new(EpochQuantity.ValidationLoss, patience: settings.Patience) : null;
        FitOptions options = TrainingOptions() with
        {
            Threads = settings.Threads,
            Checkpoints = Checkpoints,
            Warn = Warn,
            Callbacks = stopping is null ? [best, log, clock, progress] : [best, log, clock, stopping, progress],
        };
        try
        {
            Model.Fit(data.Images.TrainingSet(), options, cancellation);
            modelEpoch = log.Epochs[^1].Epoch;
            if (stopping?.StoppedEpoch is { } stopped)
            {
                string waited = settings.Patience == 1 ? "1 epoch" : $"{settings.Patience} epochs";
                earlyStop = $"epoch {stopped}: no lower validation loss than in epoch {stopping.BestEpoch} for {waited}";
            }

            if (settings.KeepBest)
                KeepBestOf(best);
            return RunOutcome.Completed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            stopReason = "training interrupted";
            KeepBestOf(best);
            return RunOutcome.TrainingInterrupted;
        }
        catch (CheckpointException exception)
        {
            stopReason = $"cannot keep a checkpoint in '{Checkpoints!.Path}': {FileErrors.Reason(exception.InnerException!)}";
            KeepBestOf(best);
            return RunOutcome.CheckpointFailed;
        }
        catch (NonFiniteLossException exception)
        {
            stopReason = exception.Message + (PenaltyOverflows() ? "; try a smaller --l1" : "");
            KeepBestOf(best);
            return RunOutcome.Diverged;
        }
        finally
        {
            clock.Stop();
        }
    }

    private void KeepBestOf(KeepBest<float> best)
    {
        best.Restore();
        modelEpoch = best.Best?.Epoch;
    }

    /// <summary>Whether finite weights have a penalty that is not: then its strength is to blame.</summary>
    private bool PenaltyOverflows() => Model.Parameters.Any(parameter =>
        parameter.Regularizer is not null
        && !parameter.Value.ContainsAnyExceptInRange(float.MinValue, float.MaxValue)
        && !float.IsFinite(parameter.Regularizer.Penalty<float>(parameter.Value)));

    private RunResults Evaluate(Action<string>? evaluating, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        SplitResult train = EvaluateOn("train", data.Images.TrainingSet(), evaluating, cancellation);
        SplitResult test = EvaluateOn("test", data.Images.TestSet(), evaluating, cancellation);
        var baseline = MostFrequentBaseline.Fit<byte>(data.Images.TrainingLabels);
        evaluationSeconds = watch.Elapsed.TotalSeconds;
        return new RunResults(train, test, new BaselineResult(
            data.Images.ClassNames[baseline.PredictedClass], baseline.Accuracy<byte>(data.Images.TestLabels)));
    }

    private SplitResult EvaluateOn(
        string name, ByteImageDataset<float> images, Action<string>? evaluating, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        evaluating?.Invoke(name);
        return SplitResult.Of(Model, images, data.Images.ClassNames, settings.Threads, cancellation);
    }
}
