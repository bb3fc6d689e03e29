using System.CommandLine;
using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Networks;
using NanoConv.Cifar.Reports;

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
        var standard = new RunSettings();
        Option<string> network = OptionOf.Choice("--network", "The network.", [.. CifarNetwork.Names]);
        Option<int> samples = OptionOf.Whole(
            "--samples", "Training images, from the first; their last tenth is for validation.", standard.Samples, 2);
        Option<int> epochs = OptionOf.Whole("--epochs", "Passes over the training images.", standard.Epochs, 1);
        Option<double> l1 = OptionOf.NotNegative("--l1", "The L1 penalty on the last layer's weights.", standard.L1);
        Option<int> batchSize = OptionOf.Whole("--batch-size", "Images a step.", standard.BatchSize, 1);
        Option<int> seed = OptionOf.Whole(
            "--seed", "Decides initial weights, shuffling and dropout.", standard.Seed, 0);
        Option<int> threads = OptionOf.Threads();
        Option<string?> data = DataSource.CreateOption("CIFAR-10 if it can be had, else shapes10");
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
            "nanoconv-cifar train --data shapes10 --samples 1000 --epochs 1")
        {
            network, samples, epochs, l1, batchSize, seed, threads, data, output,
        };
        command.SetAction(result => Run(
            new RunSettings
            {
                Network = result.GetRequiredValue(network),
                Samples = result.GetValue(samples),
                Epochs = result.GetValue(epochs),
                L1 = result.GetValue(l1),
                BatchSize = result.GetValue(batchSize),
                Seed = result.GetValue(seed),
                Threads = result.GetValue(threads),
                Data = result.GetValue(data),
            },
            result.GetValue(output),
            terminal,
            cancellation));
        return command;
    }

    private static int Run(RunSettings settings, string? path, Terminal terminal, CancellationToken cancellation)
    {
        string standard = Path.Combine("runs", $"{DateTime.Now:yyyyMMdd-HHmmss}-{settings.Network}");
        using RunFolder folder = path is null
            ? RunFolder.PrepareNew(standard, RunFiles.Names)
            : RunFolder.Prepare(path, RunFiles.Names);
        SelectedData data = DataSource.Load(settings.Data, settings.Samples, terminal, cancellation);
        return Execute(new TrainingRun(settings, data), data.Images, folder, terminal, cancellation);
    }

    /// <summary>Trains, writes what the run leaves and reports it.</summary>
    internal static int Execute(
        TrainingRun run, ImageData images, RunFolder folder, Terminal terminal, CancellationToken cancellation)
    {
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(run.Model.Summary());
        var line = new StatusLine(terminal);
        RunOutcome outcome;
        try
        {
            outcome = run.Execute(new TrainingProgress(line), name => ShowEvaluation(line, name), cancellation);
        }
        finally
        {
            line.Clear();
        }
        string model = folder.PathOf(RunFiles.Model);
        bool keepsEarlier = run.ModelEpoch is null && File.Exists(model);
        if (!keepsEarlier && (run.ModelEpoch is not null || outcome != RunOutcome.Diverged))
            RunFiles.Save(run, folder);
        switch (outcome)
        {
            case RunOutcome.TrainingInterrupted:
                string kept = run.ModelEpoch is { } epoch ? $"kept the best model so far, of epoch {epoch}, in {model}"
                    : keepsEarlier ? $"no epoch was finished; the earlier run's files in {folder.Path} are as they were"
                    : $"kept the weights as they were in the first epoch in {model}";
                terminal.Error.WriteLine($"interrupted: {kept}");
                return Interruption.ExitCode;
            case RunOutcome.EvaluationInterrupted:
                terminal.Error.WriteLine($"training finished, evaluation interrupted: the model is in {model}");
                return Interruption.ExitCode;
            case RunOutcome.Diverged:
                throw new UserErrorException(run.ModelEpoch is { } best
                    ? $"{run.StopReason}; kept the best model so far, of epoch {best}, in {model}"
                    : run.StopReason!);
            default:
                ReportResults(run.ToRecord(RunFiles.Model), images, terminal.Out);
                terminal.Out.WriteLine($"Written to {folder.Path}: {string.Join(", ", RunFiles.Names)}");
                return 0;
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
        WriteSplit(
            $"On train, {results.Train.Images:N0} images of {data}, validation included:", results.Train, output);
        WriteSplit($"On test, {results.Test.Images:N0} images of {data}:", results.Test, output);
        output.WriteLine(
            $"Accuracy on test {results.Test.Accuracy:F4}; always predicting the most frequent class " +
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
