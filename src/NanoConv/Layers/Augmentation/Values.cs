using NanoConv.Descriptions;

namespace NanoConv.Layers.Augmentation;

/// <summary>The least and the greatest value that a picture may have: 0 and 1 unless a layer is told others.</summary>
internal static class Values
{
    private const string Key = "value_range";

    /// <summary>Two numbers, the smaller first, whose difference is finite.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are not.</exception>
    public static (double Least, double Greatest) Check((double Least, double Greatest)? range, string layer)
    {
        (double least, double greatest) = range ?? (0, 1);
        return least < greatest && double.IsFinite(greatest - least) ? (least, greatest) : throw new ArgumentOutOfRangeException(
            nameof(range), FormattableString.Invariant($"{layer}: expected a value range of two numbers, the smaller first, received {least} and {greatest}"));
    }

    public static (double Least, double Greatest) Read(ConfigReader config)
    {
        double[] ends = config.Reals(Key, count: 2);
        return (ends[0], ends[1]);
    }

    public static void Describe(ConfigWriter config, (double Least, double Greatest) range) => config.Add(Key, [range.Least, range.Greatest]);
}
