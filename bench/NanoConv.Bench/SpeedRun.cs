using System.Globalization;
using System.Text.Json;
using NanoConv.Cifar;
using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Networks;

namespace NanoConv.Bench;

/// <summary>The CIFAR-10 speed run, as bench/pytorch/cifar94.py does it: a line of JSON an epoch, and at the end the accuracy of six views a picture.</summary>
internal static class SpeedRun
{
    private const string Usage = "usage: cifar94 --data DIR [--n N] [--seed N] [--steps N] [--threads N] [--output FILE]";

    public static int Run(ReadOnlySpan<string> args)
    {
        (string? data, string? output, int images, int seed, int? steps, int threads) = (null, null, 50_000, 1, null, 0);
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : string.Empty;
            bool isCount = PlainNumber.TryCount(value, out long count) && count <= int.MaxValue;
            (data, output) = (args[i] == "--data" ? value : data, args[i] == "--output" ? value : output);
            (images, seed) = (args[i] == "--n" ? (int)count : images, args[i] == "--seed" ? (int)count : seed);
            (steps, threads) = (args[i] == "--steps" ? (int)count : steps, args[i] == "--threads" ? (int)count : threads);
            bool isText = args[i] is "--data" or "--output", isNumber = args[i] is "--n" or "--seed" or "--steps" or "--threads";
            if (!((isText && value.Length > 0) || (isNumber && isCount && !(args[i] == "--steps" && count == 0))))
                throw new UserErrorException($"expected the options below, found '{args[i]} {value}'\n{Usage}");
        }

        if (data is null)
            throw new UserErrorException($"expected the folder of CIFAR-10's files, found none\n{Usage}");
        try
        {
            Train(new Cifar10Reader().Read(data, images), output, (seed, steps, threads));
            return 0;
        }
        catch (DataException mistake)
        {
            throw new UserErrorException(mistake.Message, mistake);
        }
    }

    private static void Train(ImageData data, string? output, (int Seed, int? Steps, int Threads) how)
    {
        ByteImageDataset<float> training = data.TrainingSet(), test = data.TestSet();
        Model<float> model = Cifar94.Build(training, how.Seed);
        using StreamWriter? file = output is null ? null : new StreamWriter(output) { AutoFlush = true };
        FitOptions options = Cifar94.Options(training.Count);
        model.Fit(training, test, options with
        {
            Seed = how.Seed,
            Threads = how.Threads,
            Epochs = how.Steps is { } steps ? (int)Math.Ceiling(steps / (double)Math.Max(1, training.Count / Cifar94.BatchSize)) : options.Epochs,
            MaxSteps = how.Steps ?? options.MaxSteps,
            Callbacks = [new Lines(how.Seed, Math.Min(Cifar94.BatchSize, training.Count), file)],
        });
        double one = model.Evaluate(test, threads: how.Threads).Accuracy; // of the slow weights, which a fit's end makes the model's
        ConfusionMatrix six = ConfusionMatrix.Of(model.Predict(test, Cifar94.Views, how.Threads), Array.ConvertAll(data.TestLabels, label => (int)label));
        Write(file, new { framework = "NanoConv", seed = how.Seed, test_accuracy = one, test_accuracy_six_views = six.Accuracy });
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"seed {how.Seed}: test accuracy {one:F4}, of six views a picture {six.Accuracy:F4}"));
    }

    private static void Write<TLine>(StreamWriter? file, TLine line) => file?.WriteLine(JsonSerializer.Serialize(line));

    private sealed class Lines(int seed, int batch, StreamWriter? file) : Callback
    {
        public override void OnEpochEnd(TrainingState state, EpochRecord epoch)
        {
            Write(file, new
            {
                framework = "NanoConv",
                seed,
                epoch = epoch.Epoch,
                loss = epoch.Loss / batch,
                accuracy = epoch.Accuracy,
                test_accuracy = epoch.ValidationAccuracy,
                seconds = epoch.TrainingSeconds,
                images_per_second = epoch.ImagesPerSecond,
            });
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"seed {seed}, epoch {epoch.Epoch}: loss {epoch.Loss / batch:F4} a picture, test accuracy {epoch.ValidationAccuracy:F4}, "
                + $"{epoch.ImagesPerSecond:F0} images/s"));
        }
    }
}
