using System.CommandLine;
using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Networks;
using NanoConv.Data;
using NanoConv.Losses;

namespace NanoConv.Cifar.Commands;

/// <summary><c>evaluate</c>: how well a trained model does on the test images.</summary>
internal static class EvaluateCommand
{
    /// <summary>What the command is called.</summary>
    public const string Name = "evaluate";

    /// <summary>What it does.</summary>
    public const string Description = "Reports how well a trained model does on the test images.";

    /// <summary>The command.</summary>
    /// <param name="terminal">Where to write.</param>
    /// <param name="cancellation">Ctrl+C.</param>
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var model = new Argument<string>("MODEL") { Description = "A model.safetensors made by train." };
        Option<string?> data = DataSource.CreateOption("what the model was trained on");
        Option<int> threads = OptionOf.Threads();
        var command = new CommandWithExamples(
            Name,
            Description,
            "nanoconv-cifar evaluate runs/first/model.safetensors")
        {
            model, data, threads,
        };
        command.SetAction(result => Run(
            result.GetRequiredValue(model), result.GetValue(data), result.GetValue(threads), terminal, cancellation));
        return command;
    }

    private static void Run(string path, string? data, int threads, Terminal terminal, CancellationToken cancellation)
    {
        ModelFile file = ModelFile.Read(path);
        ImageData images = Load(path, file, data, terminal, cancellation);
        ClassMatch classes = ClassMatch.Of(file, path, images);
        var test = new ByteImageDataset<float>(images.TestPixels, classes.Translate(images.TestLabels), CifarNetwork.InputShape, classes.Names.Count);
        cancellation.ThrowIfCancellationRequested();
        var line = new StatusLine(terminal);
        line.Show("evaluating on test", 0, "");
        SplitResult result;
        try
        {
            result = SplitResult.Of(file.Model, test, classes.Names, threads, cancellation);
        }
        catch (UserErrorException exception)
        {
            throw new UserErrorException($"'{path}': {exception.Message}", exception);
        }
        finally
        {
            line.Clear();
        }
        if (classes.Notice is not null)
            terminal.Out.WriteLine(classes.Notice);
        terminal.Out.WriteLine();
        terminal.Out.WriteLine($"On test, {result.Images:N0} images of {DataSource.Describe(images)}:");
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(result.ReportText);
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(result.MatrixText);
        terminal.Out.WriteLine();
        terminal.Out.WriteLine($"Loss {result.Loss:F4}, accuracy {result.Accuracy:F4}");
    }

    private static ImageData Load(
        string path, ModelFile file, string? data, Terminal terminal, CancellationToken cancellation)
    {
        try
        {
            return DataSource.Load(data ?? TrainedOn(path, file), 1, terminal, cancellation).Images;
        }
        catch (DataException exception) when (data is null)
        {
            throw new DataException(
                $"cannot find what '{path}' was trained on: {exception.Message}; give --data PATH", exception);
        }
    }

    /// <summary>
    /// The value of --data that means what a model was trained on: the path in the record beside it, should it have
    /// been a path, else the data set that the model names; null if it names none.
    /// </summary>
    private static string? TrainedOn(string path, ModelFile file) => file.DataName switch
    {
        "Shapes10" => DataSelection.Shapes10,
        "CIFAR-10" => RecordedPath(path) ?? DataSelection.Cifar10,
        _ => null,
    };

    private static string? RecordedPath(string model)
    {
        string path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(model))!, RunRecord.FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            RunRecord record = RunRecord.Read(path);
            bool isOfModel = record.Model.File == Path.GetFileName(model) && record.Data.IsCifar10;
            return isOfModel && DataSelection.IsPath(record.Settings.Data) ? record.Data.Source : null;
        }
        catch (Exception exception) when (exception is UserErrorException or IOException or UnauthorizedAccessException)
        {
            return null; // the record is but a hint
        }
    }
}
