using NanoConv.Cifar.Experiments;

namespace NanoConv.Cifar.Reproduction;

/// <summary>Hears how far a reproduction is; called from several threads.</summary>
public interface IReproductionProgress
{
    /// <summary>A run is under way.</summary>
    /// <param name="group">The run and those that it brings with it.</param>
    /// <param name="epoch">Its epoch, from 1.</param>
    /// <param name="share">The share of its training that is done, from 0 to 1; 1 while it is evaluated.</param>
    void Report(RunGroup group, int epoch, double share);

    /// <summary>A run is finished and saved.</summary>
    /// <param name="run">The run.</param>
    void Finished(FinishedRun run);

    /// <summary>A run has ended without a result.</summary>
    /// <param name="settings">The run.</param>
    /// <param name="reason">Why.</param>
    void Failed(RunSettings settings, string reason);
}
