using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using NanoConv.Cifar;
using NanoConv.Onnx;

namespace NanoConv.Bench;

/// <summary>
/// Inference here and of the exported network in ONNX Runtime, in one process and in turn: a span of NanoConv, then one of ONNX
/// Runtime for each number of threads, of which the fastest counts; over and over. Only neighbours in time are compared.
/// </summary>
internal static class OnnxRuntimeComparison
{
    private const string Usage =
        "usage: onnxruntime [--network default|maxpooling|thinner_deeper|larger] [--batch N] [--threads N] [--seconds S] [--json]";

    private const int LeastPairs = 5;
    private const double Span = 0.5, Tolerance = 1e-5;

    public static int Run(ReadOnlySpan<string> args)
    {
        ThroughputOptions defaults = ThroughputOptions.Default with { Batch = Throughput.InferenceBatch, Threads = 2, Seconds = 15 };
        ThroughputOptions options = ThroughputOptions.Parse(args, defaults, Usage);
        if (options.IsDouble)
            throw new UserErrorException($"expected no --double, as exported networks compute in float, found it\n{Usage}");
        OnnxRuntimeResult result = Measure(options);
        if (options.Json)
            Console.WriteLine(JsonSerializer.Serialize(result, Throughput.Indented));
        else
            Print(result);
        return 0;
    }

    private static OnnxRuntimeResult Measure(ThroughputOptions options)
    {
        Model<float> model = BenchNetwork.Create(options.Network).Build<float>((32, 32, 3), seed: 1);
        Tensor<float> pictures = Pictures(model.InputShape, options.Batch);
        int[] threads = [.. new[] { 1, options.Threads }.Distinct()];
        OnnxRuntimeSession[] sessions = [.. threads.Select(count => new OnnxRuntimeSession(model, pictures, count))];
        double difference = sessions.Max(session => GreatestDifference(model.Predict(pictures, options.Threads), session.Run()));
        if (!(difference <= Tolerance))
            throw new UserErrorException($"expected outputs within {Tolerance} of each other, found a difference of {difference}");

        _ = Pair(); // compiles and warms up
        List<OnnxRuntimePair> pairs = [];
        long start = Stopwatch.GetTimestamp();
        while (pairs.Count < LeastPairs || Stopwatch.GetElapsedTime(start).TotalSeconds < options.Seconds)
            pairs.Add(Pair());
        string version = OrtEnv.Instance().GetVersionString();
        foreach (OnnxRuntimeSession session in sessions)
            session.Dispose();
        return new OnnxRuntimeResult(
            options.Network, options.Batch, options.Threads, version, threads, difference, pairs, Stopwatches.Median(pairs.Select(pair => pair.Ratio)));

        OnnxRuntimePair Pair()
        {
            double own = ImagesPerSecond(() => model.Predict(pictures, options.Threads));
            double[] other = [.. sessions.Select(session => ImagesPerSecond(() => session.Run()))];
            return new OnnxRuntimePair(own, other, own / other.Max());
        }

        double ImagesPerSecond(Action run) => options.Batch / Stopwatches.MedianSeconds(run, Span, atLeast: 3);
    }

    private static Tensor<float> Pictures(Shape shape, int count)
    {
        ByteImageDataset<float> noise = NoisePictures.Create<float>(shape, count);
        Tensor<float> pictures = new(shape.Batch(count));
        for (int i = 0; i < count; i++)
            noise.CopyInput(i, pictures.AsSpan()[(i * shape.Elements)..]);
        return pictures;
    }

    private static double GreatestDifference(Tensor<float> own, float[] other) =>
        own.Shape.Elements == other.Length ? own.AsSpan().ToArray().Zip(other, (a, b) => (double)Math.Abs(a - b)).Max() : double.NaN;

    private static void Print(OnnxRuntimeResult result)
    {
        Console.WriteLine(
            $"{result.Network}, inference, batch {result.Batch}; ONNX Runtime {result.OnnxRuntimeVersion}; "
            + $"outputs differ by at most {result.GreatestDifference:E1}");
        string columns = string.Concat(result.OnnxRuntimeThreads.Select(count => $"{$"ONNX Runtime, {count} thr.",24}"));
        Console.WriteLine($"{"images/s:",-10}{$"NanoConv, {result.Threads} thr.",20}{columns}{"NanoConv : best of the other",31}");
        foreach (OnnxRuntimePair pair in result.Pairs)
            Console.WriteLine($"{"",-10}{pair.NanoConv,20:N0}{string.Concat(pair.OnnxRuntime.Select(speed => $"{speed,24:N0}"))}{pair.Ratio,31:F3}");
        Console.WriteLine($"median of {result.Pairs.Count} pairs: {result.Median:F3}");
    }
}
