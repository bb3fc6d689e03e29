using NanoConv.Descriptions;

namespace NanoConv.Schedules;

/// <summary>One number up to a step, that step included, another up to the next, and so on: Keras's.</summary>
/// <example><code>new PiecewiseConstantDecay([32_000, 48_000], [0.1, 0.01, 0.001])</code></example>
public sealed class PiecewiseConstantDecay : Schedule, IDescribed<PiecewiseConstantDecay>
{
    private readonly int[] boundaries;
    private readonly double[] values;

    /// <summary>Specifies steps and numbers.</summary>
    /// <param name="boundaries">The last step of each number but the last one, in ascending order.</param>
    /// <param name="values">The numbers, one more than there are boundaries.</param>
    /// <exception cref="ArgumentException">They are not one more, or the boundaries do not ascend.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or not finite.</exception>
    public PiecewiseConstantDecay(ReadOnlySpan<int> boundaries, ReadOnlySpan<double> values)
    {
        if (values.Length != boundaries.Length + 1)
            throw new ArgumentException($"expected one value more than the {boundaries.Length} boundaries, received {values.Length}", nameof(values));
        for (int i = 1; i < boundaries.Length; i++)
        {
            if (boundaries[i] <= boundaries[i - 1])
                throw new ArgumentException($"expected boundaries in ascending order, received {boundaries[i]} behind {boundaries[i - 1]}", nameof(boundaries));
        }

        foreach (double value in values)
            CheckRate(value, nameof(values));
        (this.boundaries, this.values) = (boundaries.ToArray(), values.ToArray());
    }

    /// <summary>The last step of each number but the last one.</summary>
    public ReadOnlySpan<int> Boundaries => boundaries;

    /// <summary>The numbers.</summary>
    public ReadOnlySpan<double> Values => values;

    /// <inheritdoc/>
    public static PiecewiseConstantDecay FromConfig(ConfigReader config) => new(config.Wholes("boundaries"), config.Reals("values"));

    /// <inheritdoc/>
    public override void Describe(ConfigWriter config)
    {
        config.Add("boundaries", boundaries);
        config.Add("values", values);
    }

    /// <inheritdoc/>
    public override double At(int step)
    {
        int piece = 0;
        while (piece < boundaries.Length && step > boundaries[piece])
            piece++;
        return values[piece];
    }
}
