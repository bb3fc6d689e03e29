using System.CommandLine;
using System.Security.Cryptography;
using NanoConv.Cifar.Data;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Images;
using NanoConv.Cifar.Reports;

namespace NanoConv.Cifar.Commands;

/// <summary><c>data</c>: where the data is, whether it is whole, and what it looks like.</summary>
internal static class DataCommand
{
    /// <summary>What the command is called.</summary>
    public const string Name = "data";

    /// <summary>What it does.</summary>
    public const string Description = "Shows where the data is, checks it and draws a contact sheet.";

    private const int PicturesEach = 14;

    /// <summary>The command.</summary>
    /// <param name="terminal">Where to write.</param>
    /// <param name="cancellation">Ctrl+C.</param>
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        Option<string?> data = DataSource.CreateOption("CIFAR-10 if it can be had, else shapes10");
        Option<int> samples = OptionOf.Whole("--samples", "Training images to read and count.", 50_000, 1);
        Option<string> output = OptionOf.Png(
            "The contact sheet to write, a PNG with a row of pictures for each class.", "data.png");
        var command = new CommandWithExamples(
            Name,
            Description,
            "nanoconv-cifar data",
            "nanoconv-cifar data --data shapes10 --samples 1000 --output shapes.png")
        {
            data, samples, output,
        };
        command.SetAction(result => Run(
            result.GetValue(data), result.GetValue(samples), result.GetRequiredValue(output), terminal, cancellation));
        return command;
    }

    private static void Run(string? data, int samples, string output, Terminal terminal, CancellationToken cancellation)
    {
        using IDisposable claim = OutputFile.Claim(output);
        var cache = new Cifar10Cache(CacheFolder.Default());
        terminal.Out.WriteLine(
            $"Cache: {cache.Folder} ({(cache.IsComplete ? "holds" : "does not hold")} CIFAR-10; " +
            $"{CacheFolder.Variable} names another)");
        ImageData images = DataSource.Load(data, samples, terminal, cancellation).Images;
        terminal.Out.WriteLine(images.IsCifar10
            ? $"Checked: the sizes of the six files, {cache.Archive.FileBytes:N0} bytes each; the labels of " +
              $"{images.TrainingCount:N0} training and {images.TestCount:N0} test images, from 0 to 9"
            : $"Checked: {images.Name} is drawn by this program, there is nothing to check");
        if (images.IsCifar10)
            terminal.Out.WriteLine(CompareWithOfficial(images.Source, cache.Archive, cancellation));
        terminal.Out.WriteLine();
        WriteCounts(images, terminal.Out);
        ContactSheet.WritePng(
            output, $"{DataSource.Describe(images)}: the first training images of each class", Rows(images));
        terminal.Out.WriteLine();
        terminal.Out.WriteLine($"Contact sheet of {DataSource.Describe(images)} written to {output}");
    }

    /// <summary>An archive has a published MD5 to compare with; the files in it have none.</summary>
    internal static string CompareWithOfficial(string source, Cifar10Archive official, CancellationToken cancellation)
    {
        if (Directory.Exists(source))
            return "Not compared with the official files: only their archive has a published MD5";
        using FileStream file = File.OpenRead(source);
        string md5 = Convert.ToHexStringLower(MD5.HashDataAsync(file, cancellation).AsTask().GetAwaiter().GetResult());
        return md5 == official.Md5
            ? $"It is the official archive: its MD5 is {md5}"
            : $"It is not the official archive: its MD5 is {md5}, not {official.Md5}";
    }

    private static void WriteCounts(ImageData images, TextWriter output)
    {
        int width = Math.Max(5, images.ClassNames.Max(name => name.Length));
        output.WriteLine($"{"class".PadRight(width)}  {"train",6}  {"test",6}");
        for (int c = 0; c < images.ClassNames.Count; c++)
        {
            int training = images.TrainingLabels.Count(label => label == c);
            int test = images.TestLabels.Count(label => label == c);
            output.WriteLine($"{images.ClassNames[c].PadRight(width)}  {training,6:N0}  {test,6:N0}");
        }
        output.WriteLine($"{"all".PadRight(width)}  {images.TrainingCount,6:N0}  {images.TestCount,6:N0}");
    }

    private static IReadOnlyList<ContactSheetRow> Rows(ImageData images) =>
    [
        .. images.ClassNames.Select((name, c) => new ContactSheetRow(name,
        [
            .. Enumerable.Range(0, images.TrainingCount).Where(i => images.TrainingLabels[i] == c).Take(PicturesEach)
                .Select(i => new RgbImage(ImageData.Width, ImageData.Height,
                    images.TrainingPixels.AsMemory(i * ImageData.ImageBytes, ImageData.ImageBytes))),
        ])),
    ];
}
