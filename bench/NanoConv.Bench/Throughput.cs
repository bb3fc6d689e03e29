using System.Diagnostics;
using System.Numerics;
using System.Text.Json;
using NanoConv.Convolutions;
using NanoConv.Kernels;

namespace NanoConv.Bench;

/// <summary>Steady-state speed of a network: images a second, share of the machine's peak, time a layer.</summary>
internal static class Throughput
{
    public const int InferenceBatch = 500;

    public static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static int Run(ReadOnlySpan<string> args)
    {
        ThroughputOptions options = ThroughputOptions.Parse(args, ThroughputOptions.Default, ThroughputOptions.Usage);
        Sequential network = BenchNetwork.Create(options.Network);
        ThroughputResult result = options.IsDouble
            ? Measure(options, network.Build<double>((32, 32, 3), seed: 1))
            : Measure(options, network.Build<float>((32, 32, 3), seed: 1));
        if (options.Json)
            Console.WriteLine(JsonSerializer.Serialize(result, Indented));
        else
            Print(result);
        return 0;
    }

    /// <summary>Steady training: medians over epochs of some steps, each followed by a burst of multiply-adds.</summary>
    public static TrainingSpeed Training<T>(
        Model<T> model, int batch, int threads, double seconds, int epochImages = 2560, int warmUpEpochs = 5)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int steps = Math.Clamp(epochImages / batch, 1, 200);
        Watch<T> watch = new(seconds, threads, warmUpEpochs);
        model.Fit(NoisePictures.Create<T>(model.InputShape, steps * batch), new FitOptions
        {
            Epochs = 100_000,
            BatchSize = batch,
            Threads = threads,
            Callbacks = [watch],
        });
        return watch.Speed(model.TrainingFlops);
    }

    /// <summary>Prediction: medians over calls, groups of which are followed by a burst of multiply-adds.</summary>
    public static (double ImagesPerSecond, double Share) Predicting<T>(Model<T> model, int batch, int threads, double seconds)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ByteImageDataset<T> pictures = NoisePictures.Create<T>(model.InputShape, batch);
        List<double> rates = [], shares = [];
        long start = Stopwatch.GetTimestamp();
        while (rates.Count < 8 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
        {
            rates.Add(batch / Stopwatches.MedianSeconds(() => model.Predict(pictures, threads), 0.05, atLeast: 1));
            shares.Add(rates[^1] * model.ForwardFlops / 1e9 / FmaPeak.Burst<T>(threads));
        }

        return (Stopwatches.Median(rates.Skip(3)), Stopwatches.Median(shares.Skip(3)));
    }

    private static ThroughputResult Measure<T>(ThroughputOptions options, Model<T> model)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double peak = FmaPeak.Measure<T>(options.Threads), onePeak = FmaPeak.Measure<T>(1);
        TrainingSpeed training = Training(model, options.Batch, options.Threads, options.Seconds);
        double memory = Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
        (double inference, double inferenceShare) = Predicting(model, InferenceBatch, options.Threads, options.Seconds);
        (double single, _) = Predicting(model, 1, 1, Math.Min(1, options.Seconds));
        peak = Math.Max(peak, FmaPeak.Measure<T>(options.Threads));
        onePeak = Math.Max(onePeak, FmaPeak.Measure<T>(1));
        return new ThroughputResult
        {
            Options = options,
            VectorBits = VectorWidth.Bits<T>(),
            PeakGflops = peak,
            TrainingImagesPerSecond = training.ImagesPerSecond,
            TrainingGflops = training.ImagesPerSecond * model.TrainingFlops / 1e9,
            TrainingShare = training.Share,
            InferenceImagesPerSecond = inference,
            InferenceGflops = inference * model.ForwardFlops / 1e9,
            InferenceShare = inferenceShare,
            LatencyMilliseconds = 1000 / single,
            BytesPerStep = training.BytesPerStep,
            PeakResidentMegabytes = memory,
            Kernels = [.. model.Layers.SelectMany(layer => Kernels(layer, options.Algorithm, rounds: (int)(10 * options.Seconds)))],
            Layers = StepProfile<T>.Measure(model, onePeak, options.Seconds / 2),
        };
    }

    // The layer's convolution alone, one thread, a shard of images over and over.
    private static IEnumerable<LayerTime> Kernels<T>(BuiltLayer<T> layer, ConvolutionAlgorithmKind? kind, int rounds)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (ConvolutionCase<T> convolution in ConvolutionCase<T>.Of(layer, kind))
        {
            foreach ((string direction, Action run) in convolution.Directions)
            {
                (double median, double share) = Stopwatches.BesidePeak<T>(run, convolution.Flops, rounds);
                double microseconds = median / Inference.ShardSize * 1e6;
                yield return new LayerTime(layer.Name, direction, microseconds, convolution.Flops / median / 1e9, share, convolution.Algorithm);
            }
        }
    }

    private static void Print(ThroughputResult result)
    {
        ThroughputOptions options = result.Options;
        string type = options.IsDouble ? "double" : "float";
        Console.WriteLine($"{options.Network}, batch {options.Batch}, {options.Threads} thread(s), {type}, vectors of {result.VectorBits} bits");
        Row("bare multiply-add loop", "GFLOP/s", result.PeakGflops, "F1");
        Row("training", "images/s", result.TrainingImagesPerSecond, "N0", Speed(result.TrainingGflops, result.TrainingShare));
        Row($"inference, batch {InferenceBatch}", "images/s", result.InferenceImagesPerSecond, "N0", Speed(result.InferenceGflops, result.InferenceShare));
        Row("latency of one image", "ms", result.LatencyMilliseconds, "F3");
        Row("allocated a training step", "bytes", result.BytesPerStep, "F0");
        Row("peak resident memory", "MB", result.PeakResidentMegabytes, "F0");
        PrintTimes("one thread, convolutions alone", result.Kernels);
        PrintTimes("one thread, a training step", result.Layers);
        Console.WriteLine($"{"sum",-33} {result.Layers.Sum(time => time.MicrosecondsPerImage),12:F1}");
    }

    private static string Speed(double gflops, double share) => $"  {gflops,7:F1} GFLOP/s  {share,6:P1} of peak";

    private static void Row(string name, string unit, double value, string format, string more = "") =>
        Console.WriteLine($"{name,-26}{value.ToString(format),10} {unit}{more}");

    private static void PrintTimes(string heading, IReadOnlyList<LayerTime> times)
    {
        Console.WriteLine($"\n{heading,-33} {"µs/image",12} {"GFLOP/s",9} {"of peak",8}");
        foreach (LayerTime time in times)
        {
            string speed = time.Gflops > 0 ? $"{time.Gflops,9:F1} {time.ShareOfPeak,8:P1}" : string.Empty;
            Console.WriteLine($"{time.Layer,-16} {time.Direction,-16} {time.MicrosecondsPerImage,12:F1} {speed}  {time.Algorithm}".TrimEnd());
        }
    }
}
