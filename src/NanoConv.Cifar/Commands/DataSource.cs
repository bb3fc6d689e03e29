using System.CommandLine;
using NanoConv.Cifar.Data;

namespace NanoConv.Cifar.Commands;

/// <summary>The option <c>--data</c>, and what stands behind it.</summary>
internal static class DataSource
{
    private const string Rule = "A folder or .tar.gz with CIFAR-10 in its binary version, cifar10 (the cache, "
        + "downloaded if need be) or shapes10 (built-in drawings).";

    /// <summary>The option.</summary>
    /// <param name="standard">What the help says of its default.</param>
    public static Option<string?> CreateOption(string standard) => OptionOf.Text(
        "--data",
        $"{Rule} [default: {standard}]",
        "PATH|cifar10|shapes10",
        $"{DataSelection.Cifar10}, {DataSelection.Shapes10} or a path");

    /// <summary>Gets images, with a progress bar should that take long, and says if they are not CIFAR-10.</summary>
    /// <param name="data">The option's value.</param>
    /// <param name="samples">Training images.</param>
    /// <param name="terminal">Where to write.</param>
    /// <param name="cancellation">Ctrl+C.</param>
    public static SelectedData Load(string? data, int samples, Terminal terminal, CancellationToken cancellation)
    {
        var line = new StatusLine(terminal);
        line.Show("looking for the data", 0, "");
        try
        {
            var cache = new Cifar10Cache(CacheFolder.Default());
            var selection = new DataSelection(cache, count => DrawShapes(count, line, cancellation));
            SelectedData selected = selection
                .SelectAsync(data, samples, new DownloadProgress(line), cancellation).GetAwaiter().GetResult();
            line.Clear();
            string source = selected.Images.Source;
            terminal.Out.WriteLine(selected.Notice is null
                ? $"Data: {selected.Images.Name}, {source}"
                : $"Data: {selected.Notice}");
            return selected;
        }
        finally
        {
            line.Clear();
        }
    }

    /// <summary>The data set's name, and plainly so if it is not CIFAR-10.</summary>
    /// <param name="images">The images.</param>
    public static string Describe(ImageData images) => Describe(images.Name, images.IsCifar10);

    /// <summary>The same, of a data set's name.</summary>
    public static string Describe(string name, bool isCifar10) => isCifar10 ? name : $"{name} (not CIFAR-10)";

    private static ImageData DrawShapes(int samples, StatusLine line, CancellationToken cancellation)
    {
        if (samples > Shapes10.TrainCount)
        {
            throw new DataException(
                $"--samples: expected at most {Shapes10.TrainCount:N0} training images, as many as Shapes10 has, "
                + $"found {samples:N0}");
        }
        const string drawing = "drawing the pictures of Shapes10";
        line.Clear();
        line.Show(drawing, 0, "train");
        (byte[], byte[]) training = Shapes10.Generate(Shapes10Split.Train, samples, cancellation: cancellation);
        line.Clear();
        line.Show(drawing, (double)samples / (samples + Shapes10.TestCount), "test");
        (byte[], byte[]) test = Shapes10.Generate(Shapes10Split.Test, Shapes10.TestCount, cancellation: cancellation);
        return new ImageData("Shapes10", "built in", isCifar10: false, Shapes10.ClassNames, training, test);
    }

    private sealed class DownloadProgress(StatusLine line) : IProgress<(long Received, long Total)>
    {
        public void Report((long Received, long Total) value) => line.Show(
            "downloading CIFAR-10",
            (double)value.Received / value.Total,
            $"{value.Received / 1e6:F0} of {value.Total / 1e6:F0} MB");
    }
}
