using BenchmarkDotNet.Attributes;
using NanoConv.Kernels;

namespace NanoConv.Bench;

/// <summary>Every convolution of the paper's networks in all three directions, eight images at a time, on one core.</summary>
public class KernelBenchmarks
{
    private ConvolutionCase<float> convolution = null!;

    /// <summary>Input side, input channels, filters, stride.</summary>
    [Params(
        "32 3 16 1", "32 16 16 1", "32 16 16 2", "16 16 32 1", "16 32 32 1", "16 32 32 2",
        "32 3 8 1", "32 8 8 2", "16 8 16 1", "16 16 16 2", "8 16 32 1", "8 32 32 2")]
    public string Layer { get; set; } = string.Empty;

    /// <summary>Makes the buffers.</summary>
    [GlobalSetup]
    public void Setup()
    {
        int[] n = [.. Layer.Split(' ').Select(int.Parse)];
        convolution = new ConvolutionCase<float>(new(new((n[0], n[0], n[1]), 3, n[3], Padding.Same), n[2]), images: 8);
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

    /// <summary>Forward in Winograd's way; nothing where it does not suit.</summary>
    [Benchmark]
    public void WinogradForward()
    {
        if (convolution.SuitsWinograd)
            convolution.WinogradForward();
    }

    /// <summary>dw in Winograd's way; nothing where it does not suit.</summary>
    [Benchmark]
    public void WinogradKernelGradient()
    {
        if (convolution.SuitsWinograd)
            convolution.WinogradKernelGradient();
    }

    /// <summary>dx in Winograd's way; nothing where it does not suit.</summary>
    [Benchmark]
    public void WinogradInputGradient()
    {
        if (convolution.SuitsWinograd)
            convolution.WinogradInputGradient();
    }
}
