using NanoConv.Cifar;
using NanoConv.Cifar.Files;
using NanoConv.Convolutions;
using NanoConv.Kernels;

namespace NanoConv.Bench;

/// <summary>
/// Each convolution's speed, beside what the multiply-add units, the L2 cache and the memory allow. Everything
/// is measured as a share of the peak of the same moment and drawn as that share of the peak, so that a change of the
/// machine's speed in between moves no point against the roof.
/// </summary>
internal static class Roofline
{
    private const string Usage =
        "usage: roofline FILE.png [--network default|maxpooling|thinner_deeper|larger] [--algorithm naive|naiveproduct|direct|lean|winograd]";

    private const int Rounds = 40;
    private const int SecondLevelBytes = 256 << 10, MemoryBytes = 256 << 20;

    public static int Run(ReadOnlySpan<string> args)
    {
        (string path, string name, ConvolutionAlgorithmKind kind) = Parse(args);
        OutputFile.Probe(path);
        Model<float> model = BenchNetwork.Create(name).Build<float>((32, 32, 3), seed: 1);
        _ = Throughput.Training(model, batch: 32, threads: 1, seconds: 1, epochImages: 32); // compiles the kernels for good
        double peak = FmaPeak.Measure<float>(1);
        Bandwidth[] bandwidths =
        [
            Read($"second cache level ({SecondLevelBytes >> 10} KB)", SecondLevelBytes),
            Read($"memory ({MemoryBytes >> 20} MB)", MemoryBytes),
        ];
        RooflinePoint[] points = [.. model.Layers.SelectMany(layer => Points(layer, kind))];
        peak = Math.Max(peak, FmaPeak.Measure<float>(1));
        string title = $"Convolutions of the network '{name}', algorithm {kind}: float, one thread, vectors of {VectorWidth.Bits<float>()} bits";
        RooflinePlot.WritePng(path, title, peak, bandwidths, points);
        Print(title, peak, bandwidths, points);
        return 0;
    }

    private static (string Path, string Network, ConvolutionAlgorithmKind Kind) Parse(ReadOnlySpan<string> args)
    {
        (string? path, string network, ConvolutionAlgorithmKind kind) = (null, "default", ConvolutionAlgorithmKind.Direct);
        for (int i = 0; i < args.Length; i++)
        {
            string value = i + 1 < args.Length ? args[i + 1] : string.Empty;
            if (args[i] == "--network" && BenchNetwork.Names.Contains(value))
                (network, i) = (value, i + 1);
            else if (args[i] == "--algorithm" && ThroughputOptions.TryAlgorithm(value) is { } known)
                (kind, i) = (known, i + 1);
            else if (path is null && !args[i].StartsWith('-'))
                path = args[i];
            else
                throw new UserErrorException($"expected a file, a network and an algorithm, found '{string.Join(' ', args!)}'\n{Usage}");
        }

        return (path ?? throw new UserErrorException($"expected a file, found none\n{Usage}"), network, kind);
    }

    private static Bandwidth Read(string place, int bytes)
    {
        ReadStream stream = new(bytes);
        return new Bandwidth(place, Stopwatches.BesidePeak<float>(stream.Run, stream.Bytes, Rounds).Share);
    }

    private static IEnumerable<RooflinePoint> Points(BuiltLayer<float> layer, ConvolutionAlgorithmKind kind)
    {
        string name = $"{layer.Name}: {Describe(layer.InputShape)} to {Describe(layer.OutputShape)}";
        foreach (ConvolutionCase<float> convolution in ConvolutionCase<float>.Of(layer, kind))
        {
            foreach ((string direction, Action run) in convolution.Directions)
            {
                double share = Stopwatches.BesidePeak<float>(run, convolution.Flops, Rounds).Share;
                yield return new RooflinePoint(name, direction, convolution.Flops / convolution.Bytes, share);
            }
        }
    }

    private static string Describe(Shape shape) => string.Join('×', shape.Axes.ToArray());

    private static void Print(string title, double peak, Bandwidth[] bandwidths, RooflinePoint[] points)
    {
        Console.WriteLine($"{title}\n{"multiply-adds in registers",-56} {peak,7:F1} GFLOP/s");
        foreach (Bandwidth bandwidth in bandwidths)
            Console.WriteLine($"{bandwidth.Place,-56} {peak * bandwidth.BytesPerFlop,7:F1} GB/s");
        Console.WriteLine($"\n{"",-56} {"GFLOP/s",7} {"of peak",8} {"FLOP/byte",10}");
        foreach ((string layer, string direction, double intensity, double share) in points)
            Console.WriteLine($"{layer,-40}{direction,-16} {peak * share,7:F1} {share,8:P1} {intensity,10:F1}");
    }
}
