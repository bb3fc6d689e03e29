using NanoConv.Cifar.Experiments;

namespace NanoConv.Cifar.Reproduction;

/// <summary>
/// Whether a run has learnt anything. A network that has not is right as often as chance has it, a little above the baseline
/// or a little below; how far off is decided by the number of test images alone, and says nothing of any claim.
/// </summary>
public static class Learning
{
    /// <summary>
    /// By how many standard errors accuracy on test must exceed the baseline's. Chance alone goes beyond five once in two
    /// million runs; with 10,000 images and a baseline of 10 % they come to 1.5 points.
    /// </summary>
    public const double StandardErrors = 5;

    /// <summary>How far above the baseline a run is clearly above it, as a share of the images.</summary>
    /// <param name="baseline">The baseline's accuracy on test, from 0 to 1.</param>
    /// <param name="images">Test images.</param>
    public static double Margin(double baseline, int images) => StandardErrors * Math.Sqrt(baseline * (1 - baseline) / images);

    /// <summary>Whether a completed run is clearly above the baseline on the test images.</summary>
    /// <param name="run">The run.</param>
    public static bool IsClear(RunRecord run)
    {
        (double accuracy, double baseline, double margin) = Figures(run);
        return accuracy > baseline + margin;
    }

    /// <summary>A completed run's accuracy on test, the baseline's, and the margin between them that is wanted.</summary>
    /// <param name="run">The run.</param>
    public static (double Accuracy, double Baseline, double Margin) Figures(RunRecord run)
    {
        RunResults results = run.Results!;
        double baseline = results.Baseline.TestAccuracy;
        return (results.Test.Accuracy, baseline, Margin(baseline, results.Test.Images));
    }
}
