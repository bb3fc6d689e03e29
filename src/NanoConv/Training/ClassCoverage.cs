using System.Numerics;
using NanoConv.Data;

namespace NanoConv.Training;

/// <summary>Whether training has all the classes that are asked for in validation: it has not where the data are sorted by class.</summary>
internal static class ClassCoverage
{
    private const double Tolerance = 1e-3;
    private const int MostNamed = 10;

    /// <summary>A sentence about classes of the validation part without a training example; null if there are none, or no classes at all.</summary>
    public static string? Warning<T>(IDataset<T> training, IDataset<T> validation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (validation.Count == 0 || Count(validation) is not { } held || Count(training) is not { } learnt)
            return null;
        int[] missing = [.. Enumerable.Range(0, held.Length).Where(index => held[index] > 0 && learnt[index] == 0)];
        if (missing.Length == 0)
            return null;
        string named = string.Join(", ", missing.Take(MostNamed)) + (missing.Length > MostNamed ? ", …" : "");
        return $"expected training examples of every class of the validation examples, found none of "
            + (missing.Length == 1 ? $"class {named}" : $"{missing.Length} of the classes ({named})")
            + $", which {missing.Sum(index => held[index])} of {validation.Count} validation examples have: "
            + "the data may be sorted by class; put them into a random order first, or validate on a set of its own";
    }

    /// <summary>How many examples each class has, by its greatest probability; null where targets are no probabilities.</summary>
    private static int[]? Count<T>(IDataset<T> data)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int[] counts = new int[data.Classes];
        T[] target = new T[data.Classes];
        for (int i = 0; i < data.Count; i++)
        {
            data.CopyTarget(i, target);
            int most = 0;
            double sum = 0;
            for (int index = 0; index < target.Length; index++)
            {
                if (!(target[index] >= T.Zero))
                    return null;
                sum += double.CreateTruncating(target[index]);
                most = target[index] > target[most] ? index : most;
            }

            if (!(Math.Abs(sum - 1) <= Tolerance))
                return null;
            counts[most]++;
        }

        return counts;
    }
}
