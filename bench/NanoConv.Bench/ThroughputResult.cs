namespace NanoConv.Bench;

/// <summary>What the throughput mode found.</summary>
internal sealed record ThroughputResult
{
    public required ThroughputOptions Options { get; init; }

    public required int VectorBits { get; init; }

    /// <summary>GFLOP/s of a bare loop of multiply-adds on all threads.</summary>
    public required double PeakGflops { get; init; }

    /// <summary>Median over the measured epochs.</summary>
    public required double TrainingImagesPerSecond { get; init; }

    public required double TrainingGflops { get; init; }

    /// <summary>Median over epochs, each beside the peak of the same moment.</summary>
    public required double TrainingShare { get; init; }

    /// <summary>Median over the measured runs, 500 images each.</summary>
    public required double InferenceImagesPerSecond { get; init; }

    public required double InferenceGflops { get; init; }

    public required double InferenceShare { get; init; }

    /// <summary>Median, one image, one thread.</summary>
    public required double LatencyMilliseconds { get; init; }

    /// <summary>Managed bytes that a steady training step allocates, on all threads.</summary>
    public required double BytesPerStep { get; init; }

    public required double PeakResidentMegabytes { get; init; }

    /// <summary>Each convolution's kernels alone, in all three directions.</summary>
    public required IReadOnlyList<LayerTime> Kernels { get; init; }

    /// <summary>A training step, layer by layer; backward has both gradients.</summary>
    public required IReadOnlyList<LayerTime> Layers { get; init; }

}

/// <summary>One layer's work in one direction, for one image, on one thread; 0 GFLOP/s where nothing is multiplied.</summary>
internal sealed record LayerTime(string Layer, string Direction, double MicrosecondsPerImage, double Gflops, double ShareOfPeak, string Algorithm = "");
