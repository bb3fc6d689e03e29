using System.Globalization;
using System.Numerics;
using NanoConv.Data;
using NanoConv.Layers;

namespace NanoConv.Graphs;

/// <summary>Finds out where NaN or infinity comes from, in a model that answers with them.</summary>
public static class NonFinite
{
    /// <summary>The first parameter that holds NaN or infinity, and the first such value in it; null if all weights are finite.</summary>
    /// <param name="model">The model.</param>
    /// <typeparam name="T">The number type.</typeparam>
    public static (Parameter<T> Parameter, T Value)? FindNonFiniteWeight<T>(this Model<T> model)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        foreach (Parameter<T> parameter in model.Parameters)
        {
            foreach (T value in parameter.Value)
            {
                if (!T.IsFinite(value))
                    return (parameter, value);
            }
        }

        return null;
    }

    /// <summary>
    /// In words, where NaN or infinity first arises: in which parameter, else in which layer's output for any of some examples.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="data">The examples.</param>
    /// <param name="threads">Threads; 0 for as many as there are processors.</param>
    /// <typeparam name="T">The number type.</typeparam>
    /// <exception cref="ArgumentException">The shape does not fit the network.</exception>
    public static string DescribeNonFinite<T>(this Model<T> model, IInputs<T> data, int threads = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(data);
        if (model.FindNonFiniteWeight() is { } weight)
            return string.Create(CultureInfo.InvariantCulture, $"the weights '{weight.Parameter.Name}' hold {weight.Value}");
        model.CheckInputShape(data.InputShape);
        return Inference.FindNonFinite(model, data, threads);
    }
}
