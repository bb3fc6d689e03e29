using NanoConv.Descriptions;

namespace NanoConv.Schedules;

/// <summary>
/// Straight lines through given points; the first point's number before it, the last one's behind it. Warm-up, triangles and
/// trapezia are such lines.
/// </summary>
/// <example><code>new PiecewiseLinear((0, 0.2), (1_000, 1), (4_000, 0.07))</code></example>
public sealed class PiecewiseLinear : Schedule, IDescribed<PiecewiseLinear>
{
    private readonly (int Step, double Value)[] points;

    /// <summary>Specifies the points.</summary>
    /// <param name="points">Steps, in ascending order, and their numbers; at least one.</param>
    /// <exception cref="ArgumentException">There is none, or the steps do not ascend.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or not finite.</exception>
    public PiecewiseLinear(params ReadOnlySpan<(int Step, double Value)> points)
    {
        if (points.IsEmpty)
            throw new ArgumentException("expected at least one point, received none", nameof(points));
        for (int i = 0; i < points.Length; i++)
        {
            CheckRate(points[i].Value, nameof(points));
            if (i > 0 && points[i].Step <= points[i - 1].Step)
                throw new ArgumentException($"expected steps in ascending order, received {points[i].Step} behind {points[i - 1].Step}", nameof(points));
        }

        this.points = points.ToArray();
    }

    /// <summary>The points.</summary>
    public ReadOnlySpan<(int Step, double Value)> Points => points;

    /// <summary>
    /// Up to a peak, and down again; with the shares that are the defaults, by which Jordan (2024, "94% on CIFAR-10 in 3.29 seconds on a
    /// single GPU") trains.
    /// </summary>
    /// <param name="peak">The greatest number.</param>
    /// <param name="steps">All steps; behind them the number stays.</param>
    /// <param name="start">The share of the peak at step 0.</param>
    /// <param name="end">The share of the peak at step <paramref name="steps"/>.</param>
    /// <param name="peakAt">The share of the steps, rounded down, behind which the peak is.</param>
    /// <exception cref="ArgumentException">There is no step before or behind the peak, or a number is negative.</exception>
    public static PiecewiseLinear Triangular(double peak, int steps, double start = 0.2, double end = 0.07, double peakAt = 0.23) =>
        new((0, start * peak), ((int)(steps * peakAt), peak), (steps, end * peak));

    /// <inheritdoc/>
    public static PiecewiseLinear FromConfig(ConfigReader config)
    {
        (int[] steps, double[] values) = (config.Wholes("steps"), config.Reals("values"));
        return steps.Length == values.Length
            ? new PiecewiseLinear(steps.Zip(values).ToArray())
            : throw new FormatException($"expected as many values as steps, found {values.Length} and {steps.Length}");
    }

    /// <inheritdoc/>
    public override void Describe(ConfigWriter config)
    {
        config.Add("steps", (int[])[.. points.Select(point => point.Step)]);
        config.Add("values", (double[])[.. points.Select(point => point.Value)]);
    }

    /// <inheritdoc/>
    public override double At(int step)
    {
        int next = 0;
        while (next < points.Length && points[next].Step <= step)
            next++;
        if (next == 0 || next == points.Length)
            return points[next == 0 ? 0 : ^1].Value;
        ((int first, double from), (int last, double to)) = (points[next - 1], points[next]);
        double share = ((double)step - first) / ((double)last - first);
        return (from * (1 - share)) + (to * share);
    }
}
