using System.Globalization;
using System.Numerics;
using NanoConv.Data;
using NanoConv.Losses;

namespace NanoConv.Training;

/// <summary>Weights of classes, as a training step uses them.</summary>
internal static class ClassWeighting
{
    /// <summary>A weight for each class, 1 for those that are not named; nothing if no class is.</summary>
    /// <param name="options">What names them.</param>
    /// <param name="classes">The classes that the loss tells apart; 0 for none.</param>
    /// <exception cref="ArgumentException">There are no classes, or one is none of them, or a weight is no weight.</exception>
    public static T[] Of<T>(FitOptions options, int classes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (options.ClassWeights is null)
            return [];
        if (classes == 0)
            throw Mistake($"expected a loss by which every example is of one class, received {options.Loss}");
        T[] weights = new T[classes];
        Array.Fill(weights, T.One);
        foreach ((int index, double weight) in options.ClassWeights)
        {
            if (index < 0 || index >= classes)
                throw Mistake($"expected classes from 0 to {classes - 1}, received {index}");
            if (!(weight >= 0 && double.IsFinite(weight)))
                throw Mistake(string.Create(CultureInfo.InvariantCulture, $"expected finite weights of at least 0, received {weight} for class {index}"));
            weights[index] = T.CreateChecked(weight);
        }

        return weights;
    }

    /// <summary>Refuses weights of classes beside those of examples, as Keras does.</summary>
    /// <exception cref="ArgumentException">There are both.</exception>
    public static void Check<T>(FitOptions options, IDataset<T> data)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (options.ClassWeights is not null && data.IsWeighted)
            throw Mistake("expected none beside weights of the examples, received both");
    }

    /// <summary>The weights in the classes' order, for checkpoints.</summary>
    public static string Describe(IReadOnlyDictionary<int, double> weights) => string.Join(
        ", ", weights.OrderBy(weight => weight.Key).Select(weight => string.Create(CultureInfo.InvariantCulture, $"{weight.Key}: {weight.Value:R}")));

    private static ArgumentException Mistake(string message) => new($"{nameof(FitOptions.ClassWeights)}: {message}");
}
