using System.Numerics;

namespace NanoConv.Tests;

/// <summary>What normalisations of each example and constants make of their input, by the definition, in double.</summary>
internal static class NormalizationTextbook
{
    /// <summary>The output of some examples; null for other layers.</summary>
    public static double[]? Forward<T>(BuiltLayer<T> layer, ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] from = [.. x.ToArray().Select(double.CreateChecked)];
        int channels = layer.InputShape[^1], elements = layer.InputShape.Elements;
        switch (layer.Specification)
        {
            case LayerNormalization rows:
                int length = new Shape(layer.InputShape.Axes[^rows.Axis.Count..]).Elements;
                return Normalized(layer, from, length, i => i / length, rows.Epsilon);
            case GroupNormalization grouped:
                int groups = grouped.Groups == -1 ? channels : grouped.Groups;
                return Normalized(layer, from, channels, i => (i / elements * groups) + (i % channels / (channels / groups)), grouped.Epsilon);
            case Rescaling { Scale: [double scale], Offset: [double offset] }:
                return [.. from.Select(value => (value * scale) + offset)];
            case Normalization { Mean: [double mean], Variance: [double variance], Invert: false }:
                return [.. from.Select(value => (value - mean) / Math.Sqrt(variance))];
            default:
                return null;
        }
    }

    // For each element the set that it is normalised in; γ and β repeat.
    private static double[] Normalized<T>(BuiltLayer<T> layer, double[] x, int parameters, Func<int, int> setOf, double epsilon)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] gamma = [.. Enumerable.Repeat(1.0, parameters)], beta = new double[parameters], y = new double[x.Length];
        foreach (Parameter<T> parameter in layer.Parameters)
            (parameter.Name.EndsWith("gamma", StringComparison.Ordinal) ? ref gamma : ref beta) = [.. parameter.Value.ToArray().Select(double.CreateChecked)];
        foreach (IGrouping<int, int> set in Enumerable.Range(0, x.Length).GroupBy(setOf))
        {
            double mean = set.Average(i => x[i]), variance = set.Average(i => Math.Pow(x[i] - mean, 2));
            foreach (int i in set)
                y[i] = (gamma[i % parameters] * (x[i] - mean) / Math.Sqrt(variance + epsilon)) + beta[i % parameters];
        }

        return y;
    }
}
