using System.Globalization;
using System.Numerics;
using System.Text.Json;
using NanoConv.Cifar;
using NanoConv.Cifar.Data;

namespace NanoConv.Bench;

/// <summary>
/// The residual network of 20 layers for CIFAR-10 (He et al., 2016, section 4.2), trained as bench/pytorch/resnet20.py trains it, whose
/// modules have the names of the layers here: docs/resnet20.md.
/// </summary>
internal static class Resnet20
{
    private const int Batch = 128, Classes = 10, TraceSteps = 20, TracePictures = 1000, StepsAMean = 100;

    // PyTorch's weight decay d adds d·w to a gradient, L2 adds 2λ·w.
    private const double WeightDecay = 1e-4;

    // PyTorch's defaults, in Keras's meaning: what stays of a moving average, not what is new.
    private const double NormMomentum = 0.9, NormEpsilon = 1e-5;

    private static readonly Shape Picture = (ImageData.Height, ImageData.Width, ImageData.Channels);

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

    /// <summary>
    /// A convolution of 16 filters, three blocks each of 16, 32 and 64 filters, the first of the latter two at stride 2, the mean over the
    /// picture, and ten classes.
    /// </summary>
    public static Model<T> Build<T>(int seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Node image = Network.Input(Picture), x = image;
        int convolutions = 0, shortcuts = 0;
        x = Normalized(x, 16, 1).Then(Activation.ReLU);
        foreach ((int filters, int stride) in ((int, int)[])[(16, 1), (16, 1), (16, 1), (32, 2), (32, 1), (32, 1), (64, 2), (64, 1), (64, 1)])
        {
            Node branch = Normalized(Normalized(x, filters, stride).Then(Activation.ReLU), filters, 1);
            x = Node.Add(branch, stride == 1 ? x : Shortcut(x, filters)).Then(Activation.ReLU);
        }

        Dense end = new(Classes, Activation.Softmax, kernelInitializer: new HeNormal(), kernelRegularizer: new L2(WeightDecay / 2), name: "dense");
        Model<T> model = new Network(image, x.Then(new GlobalAveragePooling2D(), end)).Build<T>(seed: seed);
        model.Freeze("shortcut_1", "shortcut_2");
        return model;

        // Padded by one pixel on all sides at stride 2 too, as in PyTorch; Keras's same padding would have none above and to the left.
        Node Normalized(Node from, int filters, int stride) => from.Then(
            new Conv2D(
                filters,
                3,
                Padding.Explicit(1),
                stride,
                useBias: false,
                kernelInitializer: new HeNormal(),
                kernelRegularizer: new L2(WeightDecay / 2),
                name: $"conv_{++convolutions}"),
            new BatchNormalization(NormMomentum, NormEpsilon, name: $"norm_{convolutions}"));

        // He's option A, without parameters to train: every second pixel of the channels that there are, zeros for the new ones.
        Node Shortcut(Node from, int filters) =>
            from.Then(new Conv2D(filters, 1, strides: 2, useBias: false, kernelInitializer: new Identity(), name: $"shortcut_{++shortcuts}"));
    }

    private static void Train(ImageData data, Resnet20Options options)
    {
        Model<float> model = Build<float>(options.Seed);
        using StreamWriter? output = options.Output is { } file ? new StreamWriter(file) { AutoFlush = true } : null;
        FitOptions fit = Options(options) with { Epochs = options.Epochs, Callbacks = [new Lines(options, output)] };
        model.Fit(Pictures<float>(data.TrainingPixels, data.TrainingLabels), Pictures<float>(data.TestPixels, data.TestLabels), fit);
    }

    // Saves the initial weights, from which PyTorch can start too; then the loss of each step, and that of a few test pictures afterwards.
    private static void Trace<T>(ImageData data, Resnet20Options options, string weights)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Model<T> model = Build<T>(options.Seed);
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
        where T : unmanaged, IFloatingPointIeee754<T> => new(new ByteImageDataset<T>(pixels, labels, Picture, Classes));

    /// <summary>A 1×1 kernel that copies channel c to filter c.</summary>
    private sealed class Identity : Initializer
    {
        public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key)
        {
            values.Clear();
            for (int channel = 0; channel < fanIn; channel++)
                values[(channel * fanOut) + channel] = T.One;
        }
    }

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
