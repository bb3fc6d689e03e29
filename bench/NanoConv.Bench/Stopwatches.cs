using System.Diagnostics;

namespace NanoConv.Bench;

/// <summary>Medians of many short times: what is left when a shared machine is busy now and then.</summary>
internal static class Stopwatches
{
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
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
