using System.Diagnostics;
using System.Numerics;

namespace NanoConv.Bench;

/// <summary>
/// Ends training after some seconds. Behind each epoch it measures the machine's peak, and it counts what steps
/// allocate; the first epochs, when code is compiled and buffers are made, do not count.
/// </summary>
internal sealed class Watch<T>(double seconds, int threads, int warmUpEpochs) : Callback
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<(double ImagesPerSecond, double Peak)> epochs = [];
    private long start;
    private long before;
    private long bytes;
    private int steps;

    /// <summary>What was measured.</summary>
    public TrainingSpeed Speed(long flopsPerImage) => new(
        Stopwatches.Median(epochs.Select(epoch => epoch.ImagesPerSecond)),
        Stopwatches.Median(epochs.Select(epoch => epoch.ImagesPerSecond * flopsPerImage / 1e9 / epoch.Peak)),
        (double)bytes / Math.Max(1, steps));

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

    public override void OnEpochEnd(TrainingState state, EpochRecord epoch)
    {
        double peak = FmaPeak.Burst<T>(threads);
        if (state.Epoch > warmUpEpochs)
            epochs.Add((epoch.ImagesPerSecond, peak));
        state.StopTraining = epochs.Count > 2 && Stopwatch.GetElapsedTime(start).TotalSeconds > seconds;
    }
}
