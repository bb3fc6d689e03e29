using System.CommandLine;
using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Reports;
using NanoConv.Training;

namespace NanoConv.Cifar.Commands;

/// <summary><c>train</c>, the main job: trains one of the paper's networks and reports how well it does.</summary>
internal static class TrainCommand
{
    /// <summary>What the command is called.</summary>
    public const string Name = "train";

    /// <summary>What it does.</summary>
    public const string Description = "Trains a network and reports how well it does.";

    /// <summary>The command.</summary>
    /// <param name="terminal">Where to write.</param>
    /// <param name="cancellation">Ctrl+C.</param>
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var run = new RunOptions();
        var checkpoints = new CheckpointOptions();
        Option<string?> output = OptionOf.Text(
            "--output",
            $"The folder for {RunRecord.FileName}, {RunFiles.Model} and curves.png. [default: a new one in runs]",
            "DIR",
            "the name of a folder");
        var command = new CommandWithExamples(
            Name,
            Description,
            "nanoconv-cifar train",
            "nanoconv-cifar train --network maxpooling --samples 40000 --output runs/maxpooling",
            "nanoconv-cifar train --data shapes10 --samples 1000 --epochs 1",
            "nanoconv-cifar train --epochs 100 --patience 10 --keep-best",
            "nanoconv-cifar train --checkpoint kept --checkpoint-every 100",
            "nanoconv-cifar train --resume kept");
        run.AddTo(command);
        command.Add(output);
        checkpoints.AddTo(command);
        command.SetAction(result =>
        {
            CheckpointPlan plan = checkpoints.Read(result, terminal);
            RunSettings settings = plan.Resumed is null ? run.Read(result) : run.Read(result, plan.Resumed.Settings);
            string? path = result.GetValue(output) ?? plan.Output;
            if (plan.Resumed is not null) // the checkpoint names the folder, which may be anywhere
                terminal.Out.WriteLine($"Results go to {path}");
            return Run(settings, path, plan, terminal, cancellation);
        });
        return command;
    }

    private static int Run(RunSettings settings, string? path, CheckpointPlan plan, Terminal terminal, CancellationToken cancellation)
    {
        string standard = Path.Combine("runs", $"{DateTime.Now:yyyyMMdd-HHmmss}-{settings.Network}");
        using RunFolder folder = path is null
            ? RunFolder.PrepareNew(standard, RunFiles.Names)
            : RunFolder.PrepareAlone(path, RunFiles.Names);
        using RunFolder? checkpoints = plan.PrepareFolder();
        SelectedData data = DataSource.Load(settings.Data, settings.Samples, terminal, cancellation);
        var run = new TrainingRun(settings, data, plan.Of(settings, data.Images, folder.Path))
        {
            Warn = text => terminal.Error.WriteLine($"warning: {text}"),
        };
        folder.Reserve(run.ExpectedBytes);
        plan.RequireRoom(run.Model);
        return Execute(run, data.Images, folder, terminal, cancellation);
    }

    /// <summary>Trains, writes what the run leaves and reports it.</summary>
    internal static int Execute(
        TrainingRun run, ImageData images, RunFolder folder, Terminal terminal, CancellationToken cancellation)
    {
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(run.Summary);
        var line = new StatusLine(terminal);
        RunOutcome outcome;
        try
        {
            outcome = run.Execute(new ConsoleProgress(line), name => ShowEvaluation(line, name), cancellation);
        }
        finally
        {
            line.Clear();
        }
        string goOn = WayToGoOn(run);
        if (outcome == RunOutcome.CheckpointFailed)
            throw new UserErrorException($"{run.StopReason}; {KeepBest(run, folder)}{goOn}");
        if (outcome == RunOutcome.Completed)
            ReportResults(run.ToRecord(RunFiles.Model), images, terminal.Out); // before the files: it is known, whatever becomes of them
        string model = folder.PathOf(RunFiles.Model);
        bool keepsEarlier = run.ModelEpoch is null && File.Exists(model);
        if (!keepsEarlier && (run.ModelEpoch is not null || outcome != RunOutcome.Diverged))
            Save(run, folder, outcome);
        switch (outcome)
        {
            case RunOutcome.TrainingInterrupted:
                string kept = run.ModelEpoch is { } epoch ? $"kept the best model so far, of epoch {epoch}, in {model}"
                    : keepsEarlier ? $"no epoch was finished; the earlier run's files in {folder.Path} are as they were"
                    : $"kept the weights as they were in the first epoch in {model}";
                terminal.Error.WriteLine($"interrupted: {kept}{goOn}");
                return Interruption.ExitCode;
            case RunOutcome.EvaluationInterrupted:
                terminal.Error.WriteLine($"training finished, evaluation interrupted: the model is in {model}{goOn}");
                return Interruption.ExitCode;
            case RunOutcome.Diverged:
                throw new UserErrorException(run.ModelEpoch is { } best
                    ? $"{run.StopReason}; kept the best model so far, of epoch {best}, in {model}"
                    : run.StopReason!);
            default:
                terminal.Out.WriteLine($"Written to {folder.Path}: {string.Join(", ", RunFiles.Names)}");
                return 0;
        }
    }

    private static string WayToGoOn(TrainingRun run) => run.Checkpoints is { Files.Count: > 0 } checkpoints
        ? $"; to go on: nanoconv-cifar train --resume {Shell.Quote(checkpoints.Path)}" : "";

    /// <summary>Saves what a run came to; the error of one that cannot be saved says how it ended, and what is left of it.</summary>
    private static void Save(TrainingRun run, RunFolder folder, RunOutcome outcome)
    {
        try
        {
            RunFiles.Save(run, folder);
        }
        catch (UserErrorException mistake)
        {
            string ended = outcome switch
            {
                RunOutcome.Completed => "the run is finished, but its model is not kept",
                RunOutcome.EvaluationInterrupted => "training finished, evaluation interrupted, and the model is not kept",
                RunOutcome.TrainingInterrupted => "interrupted, and the best model so far is not kept",
                _ => $"{run.StopReason}; nor can the best model so far be kept",
            };
            throw new UserErrorException($"{ended}: {mistake.Message}{WayToGoOn(run)}", mistake);
        }
    }

    /// <summary>Saves what a run came to whose disk may be full.</summary>
    /// <returns>Whether it could, in words.</returns>
    private static string KeepBest(TrainingRun run, RunFolder folder)
    {
        if (run.ModelEpoch is not { } epoch)
            return "no epoch was finished";
        try
        {
            RunFiles.Save(run, folder);
            return $"kept the best model so far, of epoch {epoch}, in {folder.PathOf(RunFiles.Model)}";
        }
        catch (UserErrorException mistake)
        {
            return $"nor can the best model so far be kept: {mistake.Message}";
        }
    }

    private static void ShowEvaluation(StatusLine line, string name)
    {
        line.Clear();
        line.Show($"evaluating on {name}", name == "train" ? 0 : 0.5, "");
    }

    private static void ReportResults(RunRecord record, ImageData images, TextWriter output)
    {
        RunResults results = record.Results!;
        string data = DataSource.Describe(images);
        output.WriteLine();
        if (record.EarlyStop is not null)
            output.WriteLine($"Stopped after {record.EarlyStop}");
        if (record.Settings.KeepBest && record.History.FirstOrDefault(epoch => epoch.Epoch == record.Model.Epoch) is { } best)
            output.WriteLine($"Kept epoch {best.Epoch} of {record.History.Count}, the best on validation: accuracy {best.ValidationAccuracy:F4}");
        WriteSplit(
            $"On train, {results.Train.Images:N0} images of {data}, validation included:", results.Train, output);
        WriteSplit($"On test, {results.Test.Images:N0} images of {data}:", results.Test, output);
        output.WriteLine(
            $"Accuracy on test {results.Test.Accuracy:F4}; always the most frequent class " +
            $"({results.Baseline.Class}) {results.Baseline.TestAccuracy:F4}");
        output.WriteLine(
            $"Fit {record.Timings.FitSeconds:F1} s, training at {record.Timings.ImagesPerSecond:N0} images/s; " +
            $"evaluation {record.Timings.EvaluationSeconds:F1} s");
    }

    private static void WriteSplit(string heading, SplitResult result, TextWriter output)
    {
        output.WriteLine(heading);
        output.WriteLine();
        output.WriteLine(result.ReportText);
        output.WriteLine();
        output.WriteLine(result.MatrixText);
        output.WriteLine();
    }
}
