using System.Diagnostics;
using System.Numerics;
using System.Text.Json;
using NanoConv.Cifar;
using NanoConv.Kernels;

namespace NanoConv.Bench;

/// <summary>
/// What threads gain and what double costs, in one process: short spans of the things compared run in turn. The machine
/// changes its speed by a third within seconds, so only neighbours in time can be compared.
/// </summary>
internal static class Ratios
{
    private const string Usage =
        "usage: ratios [--network default|maxpooling|thinner_deeper|larger] [--batch N] [--threads N] [--seconds S] [--json]";

    private const int WarmUpRounds = 2, LeastRounds = 15;
    private const double Span = 0.25;

    public static int Run(ReadOnlySpan<string> args)
    {
        ThroughputOptions defaults = ThroughputOptions.Default with { Threads = 2, Seconds = 45 };
        ThroughputOptions options = ThroughputOptions.Parse(args, defaults, Usage);
        if (options.IsDouble)
            throw new UserErrorException($"expected no --double, as both types are measured, found it\n{Usage}");
        RatiosResult result = Measure(options);
        if (options.Json)
            Console.WriteLine(JsonSerializer.Serialize(result, Throughput.Indented));
        else
            Print(result);
        return 0;
    }

    private static RatiosResult Measure(ThroughputOptions options)
    {
        Sequential network = BenchNetwork.Create(options.Network);
        Model<float> single = network.Build<float>((32, 32, 3), seed: 1);
        Model<double> twice = network.Build<double>((32, 32, 3), seed: 1);
        RatioChain[] chains =
        [
            Chain("training", Training(single, options.Batch), Training(twice, options.Batch)),
            Chain("inference", Inferring(single), Inferring(twice)),
            Chain("bare multiply-adds", MultiplyAdding<float>(), MultiplyAdding<double>()),
        ];
        for (int round = 0; round < WarmUpRounds; round++)
            Run(round, counts: false);
        int rounds = 0;
        long start = Stopwatch.GetTimestamp();
        while (rounds < LeastRounds || Stopwatch.GetElapsedTime(start).TotalSeconds < options.Seconds)
            Run(rounds++, counts: true);
        return new RatiosResult(
            options.Network,
            options.Batch,
            Throughput.InferenceBatch,
            options.Threads,
            VectorWidth.Bits<float>(),
            rounds,
            Stopwatch.GetElapsedTime(start).TotalSeconds,
            [.. chains.SelectMany(chain => chain.Ratios)]);

        void Run(int round, bool counts)
        {
            foreach (RatioChain chain in chains)
                chain.Run(backwards: round % 2 != 0, counts);
        }

        RatioChain Chain(string work, Func<int, double> speedInFloat, Func<int, double> speedInDouble) => new(
            work,
            ("float, 1 thread", () => speedInFloat(1)),
            ($"{options.Threads} threads : 1 thread", () => speedInFloat(options.Threads)),
            ("double : float", () => speedInDouble(options.Threads)));
    }

    // Each gives a speed, in whatever unit, for a number of threads. A span of training is made of whole epochs, so these
    // have to be short.
    private static Func<int, double> Training<T>(Model<T> model, int batch)
        where T : unmanaged, IFloatingPointIeee754<T> => threads =>
            Throughput.Training(model, batch, threads, Span, epochImages: 2 * batch, warmUpEpochs: 1).ImagesPerSecond;

    private static Func<int, double> Inferring<T>(Model<T> model)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ByteImageDataset<T> pictures = NoisePictures.Create<T>(model.InputShape, Throughput.InferenceBatch);
        return threads => 1 / Stopwatches.MedianSeconds(() => model.Predict(pictures, threads), Span, atLeast: 1);
    }

    // By the clock on the wall, as training and inference are: a thread that has to wait counts.
    private static Func<int, double> MultiplyAdding<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => threads =>
            threads * Vector<T>.Count / Stopwatches.MedianSeconds(() => FmaPeak.Burst<T>(threads, 4_000_000), Span, atLeast: 3);

    private static void Print(RatiosResult result)
    {
        Console.WriteLine(
            $"{result.Network}, batch {result.Batch}, inference {result.InferenceBatch}, vectors of {result.VectorBits} bits; "
            + $"{result.Rounds} rounds in {result.Seconds:F0} s");
        Console.WriteLine($"{"speed of neighbours in time",-40} {"lower quartile",15} {"median",8} {"upper quartile",15}");
        foreach ((string work, string compared, double lower, double median, double upper) in result.Ratios)
            Console.WriteLine($"{work,-20}{compared,-20} {lower,15:F3} {median,8:F3} {upper,15:F3}");
    }
}
