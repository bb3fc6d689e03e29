using System.Diagnostics;
using System.Numerics;
using System.Text.Json;
using NanoConv.Cifar.Networks;
using NanoConv.Kernels;

namespace NanoConv.Bench;

/// <summary>Steady-state speed of one of the paper's networks: images a second, share of the machine's peak, time a layer.</summary>
internal static class Throughput
{
    private const int InferenceBatch = 500, ShardSize = 8;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static int Run(ReadOnlySpan<string> args)
    {
        ThroughputOptions options;
        Model<float> model;
        try
        {
            options = ThroughputOptions.Parse(args);
            model = CifarNetwork.Create(options.Network, l1: 1e-4).Build<float>(CifarNetwork.InputShape, seed: 1);
        }
        catch (ArgumentException mistake)
        {
            Console.Error.WriteLine(mistake.Message);
            return 2;
        }

        ThroughputResult result = options.IsDouble
            ? Measure(options, model.Network.Build<double>(CifarNetwork.InputShape, seed: 1))
            : Measure(options, model);
        if (options.Json)
            Console.WriteLine(JsonSerializer.Serialize(result, Indented));
        else
            Print(result);
        return 0;
    }

    private static ThroughputResult Measure<T>(ThroughputOptions options, Model<T> model)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double peak = FmaPeak.Measure<T>(options.Threads);
        (double training, double bytes) = Training(options, model);
        double inference = Inference(options, model, InferenceBatch, options.Threads);
        double latency = 1000 / Inference(options, model, 1, 1);
        double onePeak = FmaPeak.Measure<T>(1);
        return new ThroughputResult
        {
            Options = options,
            PeakGflops = Math.Max(peak, FmaPeak.Measure<T>(options.Threads)),
            TrainingImagesPerSecond = training,
            TrainingGflops = training * model.TrainingFlops / 1e9,
            InferenceImagesPerSecond = inference,
            InferenceGflops = inference * model.ForwardFlops / 1e9,
            LatencyMilliseconds = latency,
            BytesPerStep = bytes,
            PeakResidentMegabytes = Process.GetCurrentProcess().PeakWorkingSet64 / 1e6,
            Layers = [.. model.Layers.SelectMany(layer => Times(layer, onePeak))],
        };
    }

    // Epochs of 20 steps; the first ones compile and warm the caches.
    private static (double ImagesPerSecond, double BytesPerStep) Training<T>(ThroughputOptions options, Model<T> model)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        const int Steps = 20, WarmUpEpochs = 5;
        Watch watch = new(options.Seconds, WarmUpEpochs);
        History history = model.Fit(Pictures<T>(Steps * options.Batch), new FitOptions
        {
            Epochs = 10_000,
            BatchSize = options.Batch,
            Threads = options.Threads,
            Callbacks = [watch],
        });
        return (Median(history.Epochs.Skip(WarmUpEpochs).Select(epoch => epoch.ImagesPerSecond)), watch.BytesPerStep);
    }

    private static double Inference<T>(ThroughputOptions options, Model<T> model, int batch, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ByteImageDataset<T> pictures = Pictures<T>(batch);
        List<double> rates = [];
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < options.Seconds)
        {
            long begin = Stopwatch.GetTimestamp();
            model.Predict(pictures, threads);
            rates.Add(batch / Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }

        return Median(rates.Skip(rates.Count / 5));
    }

    private static ByteImageDataset<T> Pictures<T>(int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        byte[] pixels = new byte[count * 32 * 32 * 3], labels = new byte[count];
        Random random = new(1);
        random.NextBytes(pixels);
        for (int i = 0; i < count; i++)
            labels[i] = (byte)random.Next(10);
        return new ByteImageDataset<T>(pixels, labels, (32, 32, 3), 10);
    }

    // The layer's products alone, one thread, a shard of images over and over.
    private static IEnumerable<LayerTime> Times<T>(BuiltLayer<T> layer, double peak)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (layer.Specification is not Conv2D conv)
            yield break;
        ConvolutionCase<T> product = new(new(new WindowGeometry(layer.InputShape, conv.KernelSize, conv.Strides, conv.Padding), conv.Filters), ShardSize);
        foreach ((string direction, Action run) in new (string, Action)[]
            { ("forward", product.Forward), ("kernel gradient", product.KernelGradient), ("input gradient", product.InputGradient) })
        {
            List<double> seconds = [];
            for (int i = 0; i < 200; i++)
            {
                long begin = Stopwatch.GetTimestamp();
                run();
                seconds.Add(Stopwatch.GetElapsedTime(begin).TotalSeconds);
            }

            double median = Median(seconds.Skip(20));
            double gflops = product.Flops / median / 1e9;
            yield return new LayerTime(layer.Name, direction, median / ShardSize * 1e6, gflops, gflops / peak);
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }

    private static void Print(ThroughputResult result)
    {
        ThroughputOptions options = result.Options;
        Console.WriteLine($"{options.Network}, batch {options.Batch}, {options.Threads} thread(s), {(options.IsDouble ? "double" : "float")}, Vector<T> of {Vector<byte>.Count * 8} bits");
        Console.WriteLine($"bare multiply-add loop    {result.PeakGflops,10:F1} GFLOP/s");
        Console.WriteLine($"training                  {result.TrainingImagesPerSecond,10:F0} images/s  {result.TrainingGflops,7:F1} GFLOP/s  {result.TrainingShare,6:P1} of peak");
        Console.WriteLine($"inference, batch {InferenceBatch}      {result.InferenceImagesPerSecond,10:F0} images/s  {result.InferenceGflops,7:F1} GFLOP/s  {result.InferenceShare,6:P1} of peak");
        Console.WriteLine($"latency of one image      {result.LatencyMilliseconds,10:F3} ms");
        Console.WriteLine($"allocated a training step {result.BytesPerStep,10:F0} bytes");
        Console.WriteLine($"peak resident memory      {result.PeakResidentMegabytes,10:F0} MB");
        Console.WriteLine("\none thread, convolutions alone       µs/image   GFLOP/s  of peak");
        foreach (LayerTime time in result.Layers)
            Console.WriteLine($"{time.Layer,-12} {time.Direction,-20} {time.MicrosecondsPerImage,12:F1} {time.Gflops,9:F1} {time.ShareOfPeak,8:P1}");
    }

    // Ends training after some seconds, and counts what the steps after the first epochs allocate.
    private sealed class Watch(double seconds, int warmUpEpochs) : Callback
    {
        private long start;
        private long bytes;
        private int steps;

        public double BytesPerStep => (double)bytes / Math.Max(1, steps);

        private long before;

        public override void OnEpochBegin(TrainingState state)
        {
            if (state.Epoch == warmUpEpochs + 1)
                start = Stopwatch.GetTimestamp();
            before = GC.GetTotalAllocatedBytes(precise: true);
        }

        public override void OnStepEnd(TrainingState state)
        {
            if (state.Step != state.StepsPerEpoch || state.Epoch <= warmUpEpochs)
                return;
            bytes += GC.GetTotalAllocatedBytes(precise: true) - before;
            steps += state.StepsPerEpoch;
        }

        public override void OnEpochEnd(TrainingState state, EpochRecord epoch) =>
            state.StopTraining = state.Epoch > warmUpEpochs && Stopwatch.GetElapsedTime(start).TotalSeconds > seconds;
    }
}
