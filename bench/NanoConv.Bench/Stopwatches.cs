using System.Diagnostics;

namespace NanoConv.Bench;

/// <summary>Medians of many short times: what is left when a shared machine is busy now and then.</summary>
internal static class Stopwatches
{
    // The runtime replaces its first, quickly made code a tenth of a second after the last new method was called.
    private const double WarmUpSeconds = 0.3;

    public static double Median(IEnumerable<double> values) => Quantile(values, 0.5);

    /// <summary>The value below which a share of all values lies: 0.25 for the lower quartile.</summary>
    public static double Quantile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[(int)(share * sorted.Length)];
    }

    /// <summary>
    /// A rate beside the machine's peak: rounds of the action, each followed by a burst of multiply-adds on this thread.
    /// </summary>
    /// <returns>The median seconds of one call, and the median over rounds of its share of the peak.</returns>
    public static (double Seconds, double Share) BesidePeak<T>(Action action, double flops, int rounds)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        List<double> seconds = [], shares = [];
        MedianSeconds(action, WarmUpSeconds);
        FmaPeak.Burst<T>(1);
        for (int round = 0; round < rounds; round++)
        {
            double median = MedianSeconds(action, 0.003, atLeast: 5), peak = FmaPeak.Burst<T>(1);
            seconds.Add(median);
            shares.Add(flops / median / 1e9 / peak);
        }

        return (Median(seconds), Median(shares));
    }

    /// <summary>The median of the seconds that an action takes, repeated for some time; the first fifth does not count.</summary>
    public static double MedianSeconds(Action action, double seconds, int atLeast = 20)
    {
        List<double> times = [];
        long start = Stopwatch.GetTimestamp();
        while (times.Count < atLeast || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
        {
            long begin = Stopwatch.GetTimestamp();
            action();
            times.Add(Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }

        return Median(times.Skip(times.Count / 5));
    }
}
