using System.Numerics;
using NanoConv.Data;
using NanoConv.Descriptions;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>
/// y = (x − mean) / max(√variance, 1e-7), by a mean and a variance that are settings, and not of the batch: those of the training data, which
/// <see cref="Adapt{T}(IInputs{T})"/> finds. In training and in prediction alike.
/// </summary>
/// <remarks>
/// A layer is immutable here: where Keras's <c>adapt</c> changes it, Adapt gives another one. And where Keras saves what adapt has found as weights,
/// it is part of the network's description here, so that there is nothing to freeze, to train or to import.
/// </remarks>
public sealed class Normalization : ConstantAffine, IDescribed<Normalization>
{
    private const double LeastDeviation = 1e-7;

    /// <summary>Specifies the layer; the arguments and defaults are Keras's.</summary>
    /// <param name="axis">
    /// The axes that have a mean and a variance for each index, from the end or with the batch's as 0; by default the last one, [-1]. A list
    /// in any case, an empty one where Keras takes None: one mean and one variance for all.
    /// </param>
    /// <param name="mean">The mean for each index, row-major over these axes, or a single one for all; null if Adapt is to find it.</param>
    /// <param name="variance">The variance, as many; null if Adapt is to find it.</param>
    /// <param name="invert">Whether to do the inverse: y = x · max(√variance, 1e-7) + mean.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">
    /// One of mean and variance alone is given, or others than finite numbers, or a variance below 0, or the batch's axis.
    /// </exception>
    public Normalization(
        IReadOnlyList<int>? axis = null,
        IReadOnlyList<double>? mean = null,
        IReadOnlyList<double>? variance = null,
        bool invert = false,
        string? name = null)
        : base(name)
    {
        (Axis, Mean, Variance, Invert) = (axis is null ? [-1] : [.. axis], mean?.ToArray(), variance?.ToArray(), invert);
        if (Axis.Contains(0))
            throw Error($"expected axes of one example, and not the batch's, 0, received {ExampleAxes.Words(Axis)}");
        if (Mean?.Count != Variance?.Count)
            throw Error($"expected as many means as variances, received {Mean?.Count ?? 0} and {Variance?.Count ?? 0}");
        if (Mean is not null && !(Mean.All(double.IsFinite) && Variance!.All(value => value >= 0 && double.IsFinite(value))))
        {
            throw Error($"expected finite means, and finite variances of at least 0, received [{string.Join(", ", Mean)}] and "
                + $"[{string.Join(", ", Variance!)}]");
        }
    }

    /// <summary>The axes that have a mean and a variance for each index; empty for none.</summary>
    public IReadOnlyList<int> Axis { get; }

    /// <summary>The mean for each index, or one for all; null where it is still to be found.</summary>
    public IReadOnlyList<double>? Mean { get; }

    /// <summary>The variance for each index, or one for all; null where it is still to be found.</summary>
    public IReadOnlyList<double>? Variance { get; }

    /// <summary>Whether the layer does the inverse.</summary>
    public bool Invert { get; }

    /// <inheritdoc/>
    public override string Kind => "normalization";

    /// <inheritdoc/>
    public static Normalization FromConfig(ConfigReader config) => new(
        config.OneOrMoreWholes("axis"),
        config.Has("mean") ? config.OneOrMoreReals("mean") : null,
        config.Has("variance") ? config.OneOrMoreReals("variance") : null,
        config.Flag("invert"),
        config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("axis", (int[])[.. Axis]);
        if (Mean is not null)
            config.AddOneOrMore("mean", (double[])[.. Mean]);
        if (Variance is not null)
            config.AddOneOrMore("variance", (double[])[.. Variance]);
        config.Add("invert", Invert);
    }

    /// <summary>The layer with the mean and the variance of some inputs, over all axes but its own.</summary>
    /// <param name="inputs">The inputs [n, …].</param>
    /// <typeparam name="T">The number type.</typeparam>
    /// <exception cref="ArgumentException">An input is not finite, or the layer's axes are none of theirs.</exception>
    public Normalization Adapt<T>(Tensor<T> inputs)
        where T : unmanaged, IFloatingPointIeee754<T> => Adapt(new TensorInputs<T>(inputs));

    /// <summary>The layer with the mean and the variance of some inputs, over all axes but its own: the training data's, as a rule.</summary>
    /// <remarks>
    /// Each input is read once, in order. The sums are in double: an example's in two passes, then added to those before it (Chan, Golub and
    /// LeVeque, 1979), so that a mean however large costs no digits of the variance.
    /// </remarks>
    /// <param name="data">The inputs; targets do not matter.</param>
    /// <typeparam name="T">The number type.</typeparam>
    /// <exception cref="ArgumentException">There is no input, one is not finite, or the layer's axes are none of theirs.</exception>
    public Normalization Adapt<T>(IInputs<T> data)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Count < 1)
            throw Error("expected at least one input to adapt to, received none");
        int[] kept = ExampleAxes.Of(Axis, data.InputShape, Error), places = Places(kept, data.InputShape, first: 0);
        int indices = places.Max() + 1, each = places.Length / indices;
        double[] mean = new double[indices], squares = new double[indices], ofOne = new double[indices], squaresOfOne = new double[indices];
        T[] input = new T[places.Length];
        for (int example = 0; example < data.Count; example++)
        {
            data.CopyInput(example, input);
            FindMoments(ofOne, squaresOfOne, input, places);
            double weight = (double)example * each / (example + 1);
            for (int i = 0; i < indices; i++)
            {
                double difference = ofOne[i] - mean[i];
                if (!double.IsFinite(difference))
                    throw Error($"expected finite inputs, received one in example {example} that is not");
                mean[i] += difference / (example + 1);
                squares[i] += squaresOfOne[i] + (difference * difference * weight);
            }
        }

        return new Normalization(Axis, mean, [.. squares.Select(sum => sum / ((double)data.Count * each))], Invert, Name);
    }

    private protected override int Count(Shape inputShape, Func<string, ArgumentException> error)
    {
        int[] kept = ExampleAxes.Of(Axis, inputShape, error);
        if (Mean is null)
            throw error("expected a mean and a variance, given or found by Adapt, received neither");
        int indices = kept.Aggregate(1, (product, axis) => product * inputShape[axis]);
        if (Mean.Count != 1 && Mean.Count != indices)
            throw error($"expected one mean, or one for each of {indices} indices of the axes {ExampleAxes.Words(Axis)}, received {Mean.Count}");
        return new Shape(inputShape.Axes[First(kept, inputShape)..]).Elements;
    }

    private protected override (double[] Centre, double[] Scale, double[] Shift) Make(Shape inputShape)
    {
        int[] kept = ExampleAxes.Of(Axis, inputShape, Error), places = Places(kept, inputShape, First(kept, inputShape));
        double[] means = [.. places.Select(place => Mean![Mean.Count == 1 ? 0 : place])];
        double[] deviations = [.. places.Select(place => Math.Max(Math.Sqrt(Variance![Variance.Count == 1 ? 0 : place]), LeastDeviation))];
        double[] zeros = new double[places.Length];
        return Invert ? (zeros, deviations, means) : (means, [.. deviations.Select(deviation => 1 / deviation)], zeros);
    }

    // From the first axis on that is kept, or from the last one, numbers repeat.
    private static int First(int[] kept, Shape shape) => Math.Max(0, Math.Min(shape.Rank - 1, kept.Length == 0 ? shape.Rank : kept[0]));

    // Of each element of the axes from one on: its place in a tensor of those axes alone that are kept.
    private static int[] Places(int[] kept, Shape shape, int first)
    {
        int[] places = [0];
        for (int axis = first; axis < shape.Rank; axis++)
        {
            int length = shape[axis];
            bool isKept = kept.Contains(axis);
            places = [.. places.SelectMany(place => Enumerable.Range(0, length).Select(index => isKept ? (place * length) + index : place))];
        }

        return places;
    }

    // Of one example the mean at each place and Σ (x − mean)².
    private static void FindMoments<T>(double[] mean, double[] squares, T[] input, int[] places)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int each = places.Length / mean.Length;
        Array.Clear(mean);
        Array.Clear(squares);
        for (int i = 0; i < places.Length; i++)
            mean[places[i]] += double.CreateChecked(input[i]);
        for (int i = 0; i < mean.Length; i++)
            mean[i] /= each;
        for (int i = 0; i < places.Length; i++)
        {
            double difference = double.CreateChecked(input[i]) - mean[places[i]];
            squares[places[i]] += difference * difference;
        }
    }
}
