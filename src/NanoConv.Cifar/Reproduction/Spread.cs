namespace NanoConv.Cifar.Reproduction;

/// <summary>Mean and spread of a number over several runs.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">The sample standard deviation (n − 1); null for a single run.</param>
/// <param name="Count">Runs.</param>
public sealed record Spread(double Mean, double? Deviation, int Count)
{
    /// <summary>Of some numbers; null if there are none.</summary>
    /// <param name="numbers">The numbers.</param>
    public static Spread? Of(IEnumerable<double> numbers)
    {
        double[] values = [.. numbers];
        if (values.Length == 0)
            return null;
        double mean = values.Average();
        double? deviation = values.Length == 1 ? null
            : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
        return new Spread(mean, deviation, values.Length);
    }
}
