using BenchmarkDotNet.Attributes;
using NanoConv.Convolutions;

namespace NanoConv.Bench;

/// <summary>
/// Every convolution of the paper's networks by every fast algorithm that takes it, in all three directions, eight images at a time, on one
/// core.
/// </summary>
public class KernelBenchmarks
{
    private static readonly string[] Layers =
    [
        "32 3 16 1", "32 16 16 1", "32 16 16 2", "16 16 32 1", "16 32 32 1", "16 32 32 2",
        "32 3 8 1", "32 8 8 2", "16 8 16 1", "16 16 16 2", "8 16 32 1", "8 32 32 2",
    ];

    private ConvolutionCase<float> convolution = null!;

    /// <summary>Input side, input channels, filters, stride, algorithm.</summary>
    [ParamsSource(nameof(Cases))]
    public string Layer { get; set; } = string.Empty;

    /// <summary>Each layer with the algorithms that take it.</summary>
    public static IEnumerable<string> Cases =>
        from layer in Layers
        from kind in (ConvolutionAlgorithmKind[])[ConvolutionAlgorithmKind.Direct, ConvolutionAlgorithmKind.Lean, ConvolutionAlgorithmKind.Winograd]
        where ConvolutionAlgorithm<float>.Refusal(GeometryOf(layer), kind) is null
        select $"{layer} {kind}";

    /// <summary>Makes the buffers.</summary>
    [GlobalSetup]
    public void Setup()
    {
        ConvolutionAlgorithmKind kind = Enum.Parse<ConvolutionAlgorithmKind>(Layer.Split(' ')[^1]);
        convolution = new ConvolutionCase<float>(ConvolutionAlgorithm<float>.For(GeometryOf(Layer), kind), images: 8);
    }

    /// <summary>y = x ∗ w + b with ReLU.</summary>
    [Benchmark]
    public void Forward() => convolution.Forward();

    /// <summary>dw += xᵀ ∗ dy.</summary>
    [Benchmark]
    public void KernelGradient() => convolution.KernelGradient();

    /// <summary>dx = dy ∗ wᵀ.</summary>
    [Benchmark]
    public void InputGradient() => convolution.InputGradient();

    private static ConvolutionGeometry GeometryOf(string layer)
    {
        int[] n = [.. layer.Split(' ').Take(4).Select(int.Parse)];
        return new(new((n[0], n[0], n[1]), 3, n[3], Padding.Same), n[2]);
    }
}
