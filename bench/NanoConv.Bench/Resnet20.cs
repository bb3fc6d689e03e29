using System.Globalization;
using System.Numerics;
using System.Text.Json;
using NanoConv.Cifar;
using NanoConv.Cifar.Data;

namespace NanoConv.Bench;

/// <summary>Trains the residual network of 20 layers on CIFAR-10, as bench/pytorch/resnet20.py does: docs/resnet20.md.</summary>
internal static class Resnet20
{
    private const int Batch = 128, TraceSteps = 20, TracePictures = 1000, StepsAMean = 100;

    public static int Run(ReadOnlySpan<string> args)
    {
        Resnet20Options options = Resnet20Options.Parse(args);
        try
        {
            ImageData data = new Cifar10Reader().Read(options.Data, options.Images);
            if (options.Trace is null)
                Train(data, options);
            else if (options.IsDouble)
                Trace<double>(data, options, options.Trace);
            else
                Trace<float>(data, options, options.Trace);
            return 0;
        }
        catch (DataException mistake)
        {
            throw new UserErrorException(mistake.Message, mistake);
        }
    }

    private static void Train(ImageData data, Resnet20Options options)
    {
        Model<float> model = Resnet20Network.Build<float>(options.Seed);
        using StreamWriter? output = options.Output is { } file ? new StreamWriter(file) { AutoFlush = true } : null;
        FitOptions fit = Options(options) with { Epochs = options.Epochs, Callbacks = [new Lines(options, output)] };
        model.Fit(Pictures<float>(data.TrainingPixels, data.TrainingLabels), Pictures<float>(data.TestPixels, data.TestLabels), fit);
    }

    // Saves the initial weights, from which PyTorch can start too; then the loss of each step, and that of a few test pictures afterwards.
    private static void Trace<T>(ImageData data, Resnet20Options options, string weights)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Model<T> model = Resnet20Network.Build<T>(options.Seed);
        model.SaveWeights(weights);
        Trainer<T> trainer = new(model, Options(options));
        IDataset<T> pictures = Pictures<T>(data.TrainingPixels, data.TrainingLabels);
        for (int step = 0; step < TraceSteps; step++)
            Print(trainer.Step(new DatasetSlice<T>(pictures, step * Batch, Batch)).Loss);
        Print(model.Evaluate(new DatasetSlice<T>(Pictures<T>(data.TestPixels, data.TestLabels), 0, TracePictures), threads: options.Threads).Loss);

        static void Print(double loss) => Console.WriteLine(loss.ToString("F12", CultureInfo.InvariantCulture));
    }

    private static FitOptions Options(Resnet20Options options) =>
        new() { BatchSize = Batch, Optimizer = new SGD(options.Rate, momentum: 0.9), Seed = options.Seed, Threads = options.Threads };

    private static NormalizedPictures<T> Pictures<T>(byte[] pixels, byte[] labels)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        new(new ByteImageDataset<T>(pixels, labels, Resnet20Network.Picture, Resnet20Network.Classes));

    /// <summary>A line for each epoch: what it came to, and the mean loss of each 100 steps that ended in it.</summary>
    private sealed class Lines(Resnet20Options options, StreamWriter? output) : Callback
    {
        private readonly List<double> means = [];
        private double sum, before;
        private int steps;

        public override void OnEpochBegin(TrainingState state) => before = 0;

        public override void OnStepEnd(TrainingState state)
        {
            double now = state.Loss * state.ExamplesSeen;
            sum += (now - before) / Math.Min(Batch, state.Examples - ((state.Step - 1) * Batch));
            before = now;
            if (++steps % StepsAMean > 0)
                return;
            means.Add(sum / StepsAMean);
            sum = 0;
        }

        public override void OnEpochEnd(TrainingState state, EpochRecord epoch)
        {
            output?.WriteLine(JsonSerializer.Serialize(new
            {
                framework = "NanoConv",
                seed = options.Seed,
                images = state.Examples,
                rate = options.Rate,
                epoch = epoch.Epoch,
                loss = epoch.Loss,
                accuracy = epoch.Accuracy,
                test_loss = epoch.ValidationLoss,
                test_accuracy = epoch.ValidationAccuracy,
                images_per_second = epoch.ImagesPerSecond,
                step_losses = means,
            }));
            means.Clear();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"seed {options.Seed}, epoch {epoch.Epoch}: loss {epoch.Loss:F4}, test loss {epoch.ValidationLoss:F4}, "
                + $"test accuracy {epoch.ValidationAccuracy:F4}, {epoch.ImagesPerSecond:F0} images/s"));
        }
    }
}
