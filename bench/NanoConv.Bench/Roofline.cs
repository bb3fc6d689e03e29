using NanoConv.Cifar;
using NanoConv.Cifar.Files;
using NanoConv.Kernels;

namespace NanoConv.Bench;

/// <summary>
/// Each convolution's speed, beside what the multiply-add units, the second cache level and the memory allow. Everything
/// is measured as a share of the peak of the same moment and drawn as that share of the peak, so that a change of the
/// machine's speed in between moves no point against the roof.
/// </summary>
internal static class Roofline
{
    private const string Usage = "usage: roofline FILE.png [--network default|maxpooling|thinner_deeper|larger]";

    private const int Rounds = 40;
    private const int SecondLevelBytes = 256 << 10, MemoryBytes = 256 << 20;

    public static int Run(ReadOnlySpan<string> args)
    {
        (string path, string name) = Parse(args);
        OutputFile.Probe(path);
        Model<float> model = BenchNetwork.Create(name).Build<float>((32, 32, 3), seed: 1);
        _ = Throughput.Training(model, batch: 32, threads: 1, seconds: 1, epochImages: 32); // compiles the kernels for good
        double peak = FmaPeak.Measure<float>(1);
        Bandwidth[] bandwidths =
        [
            Read($"second cache level ({SecondLevelBytes >> 10} KB)", SecondLevelBytes),
            Read($"memory ({MemoryBytes >> 20} MB)", MemoryBytes),
        ];
        RooflinePoint[] points = [.. model.Layers.SelectMany(Points)];
        peak = Math.Max(peak, FmaPeak.Measure<float>(1));
        string title = $"Convolutions of the network '{name}': float, one thread, vectors of {PackedMatrix.VectorBits<float>()} bits";
        RooflinePlot.WritePng(path, title, peak, bandwidths, points);
        Print(title, peak, bandwidths, points);
        return 0;
    }

    private static (string Path, string Network) Parse(ReadOnlySpan<string> args) => args switch
    {
        [var path] when !path.StartsWith('-') => (path, "default"),
        [var path, "--network", var name] when !path.StartsWith('-') && BenchNetwork.Names.Contains(name) => (path, name),
        ["--network", var name, var path] when !path.StartsWith('-') && BenchNetwork.Names.Contains(name) => (path, name),
        _ => throw new UserErrorException($"expected a file and a network, found '{string.Join(' ', args!)}'\n{Usage}"),
    };

    private static Bandwidth Read(string place, int bytes)
    {
        ReadStream stream = new(bytes);
        return new Bandwidth(place, Stopwatches.BesidePeak<float>(stream.Run, stream.Bytes, Rounds).Share);
    }

    private static IEnumerable<RooflinePoint> Points(BuiltLayer<float> layer)
    {
        if (ConvolutionCase<float>.Of(layer) is not { } product)
            yield break;
        string name = $"{layer.Name}: {Describe(layer.InputShape)} to {Describe(layer.OutputShape)}";
        foreach ((string direction, Action run) in product.Directions)
        {
            double share = Stopwatches.BesidePeak<float>(run, product.Flops, Rounds).Share;
            yield return new RooflinePoint(name, direction, product.Flops / product.Bytes, share);
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
