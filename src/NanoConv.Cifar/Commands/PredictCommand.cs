using System.CommandLine;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Images;
using NanoConv.Data;
using NanoConv.Graphs;
using NanoConv.Kernels;

namespace NanoConv.Cifar.Commands;

/// <summary><c>predict</c>: what a trained model takes pictures for.</summary>
internal static class PredictCommand
{
    /// <summary>What the command is called.</summary>
    public const string Name = "predict";

    /// <summary>What it does.</summary>
    public const string Description = "Shows the probabilities of the classes for pictures.";

    private const int BarLength = 40;

    /// <summary>The command.</summary>
    /// <param name="terminal">Where to write.</param>
    /// <param name="cancellation">Ctrl+C.</param>
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var model = new Argument<string>("MODEL") { Description = "A model.safetensors made by train." };
        var images = new Argument<string[]>("IMAGE")
        {
            Description = "PNG or JPEG pictures of any size; they are laid on white and averaged to 32 x 32, square or not.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new CommandWithExamples(
            Name,
            Description,
            "nanoconv-cifar predict runs/first/model.safetensors cat.jpg dog.png")
        {
            model, images,
        };
        command.SetAction(result => Run(
            result.GetRequiredValue(model), result.GetRequiredValue(images), terminal, cancellation));
        return command;
    }

    private static void Run(string path, string[] images, Terminal terminal, CancellationToken cancellation)
    {
        ModelFile file = ModelFile.Read(path);
        if (file.Model.OutputShape.Rank != 1)
        {
            throw new UserErrorException(
                $"'{path}': expected a model with one number for each class as its output, "
                + $"found one of shape {file.Model.OutputShape}");
        }
        (int height, int width) = (file.Model.InputShape[0], file.Model.InputShape[1]);
        var pixels = new byte[images.Length * file.Model.InputShape.Elements];
        for (int i = 0; i < images.Length; i++)
        {
            RgbImage image = ImageFile.Read(images[i], width, height);
            image.Pixels.Span.CopyTo(pixels.AsSpan(i * file.Model.InputShape.Elements));
            cancellation.ThrowIfCancellationRequested();
        }
        int classes = file.ClassNames.Count;
        var batch = new ByteImageDataset<float>(pixels, new byte[images.Length], file.Model.InputShape, classes);
        Span<float> probabilities = file.Model.Predict(batch, cancellation: cancellation).AsSpan();
        if (probabilities.ContainsAnyExceptInRange(float.MinValue, float.MaxValue)) // NaN is in no range
            throw new UserErrorException($"'{path}': expected finite outputs, found NaN or infinity: {file.Model.DescribeNonFinite(batch)}");
        if (!file.Model.EndsInSoftmax)
        {
            SoftmaxRows.Forward<float>(probabilities, probabilities, classes);
            terminal.Out.WriteLine("The model ends without softmax: softmax is applied to its outputs.");
        }
        if (file.DataName is { } data and not "CIFAR-10")
            terminal.Out.WriteLine($"The model was trained on {data}, not CIFAR-10: it knows only these classes.");
        for (int i = 0; i < images.Length; i++)
        {
            terminal.Out.WriteLine(images[i]);
            WriteBars(file.ClassNames, probabilities.Slice(i * classes, classes), terminal.Out);
        }
    }

    private static void WriteBars(IReadOnlyList<string> names, ReadOnlySpan<float> probabilities, TextWriter output)
    {
        int width = names.Max(name => name.Length);
        float[] values = probabilities.ToArray();
        foreach (int c in Enumerable.Range(0, values.Length).OrderByDescending(c => values[c]))
        {
            float probability = values[c];
            string bar = new('█', (int)Math.Round(probability * BarLength));
            output.WriteLine($"  {names[c].PadRight(width)}  {probability:F4}  {bar}".TrimEnd());
        }
    }
}
