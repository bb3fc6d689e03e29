using System.Numerics;

namespace NanoConv.Tests.Layers;

/// <summary>Rescaling and normalisation by constants against their definition, over any axes.</summary>
public abstract class PreprocessingTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly double Rounding = typeof(T) == typeof(float) ? 1e-6 : 1e-14;

    /// <summary>Whole numbers, and so without a rounding; backward is the adjoint.</summary>
    [Fact]
    public void Rescaling_multiplies_and_adds_channel_by_channel() => ForAll(Generators.Normalized, static c =>
    {
        int channels = c.InputShape[^1];
        T[] x = Numbers.Integers<T>(c.Examples * c.InputShape.Elements, c.Seed), dy = Numbers.Integers<T>(x.Length, c.Seed + 1);
        double[] scale = Numbers.Integers<double>(c.Scale ? channels : 1, c.Seed + 2), offset = Numbers.Integers<double>(c.Center ? channels : 1, c.Seed + 3);
        Rescaling layer = c.Seed % 3 == 0 && !c.Scale && !c.Center ? new Rescaling(scale[0], offset[0]) : new Rescaling(scale, offset);
        (T[] y, T[] dx) = Pass(layer, c.InputShape, x, dy);
        T Of(double[] numbers, int i) => T.CreateChecked(numbers[i % numbers.Length]);
        Expect.Equal<T>("y", y.Length, [.. x.Select((value, i) => (value * Of(scale, i)) + Of(offset, i))], y);
        Expect.Equal<T>("dx", y.Length, [.. dy.Select((value, i) => value * Of(scale, i))], dx);
    });

    /// <summary>Over some axes or none, with as many numbers as they have indices, or with one.</summary>
    [Fact]
    public void Normalization_is_by_mean_and_deviation_of_each_index() => ForAll(Generators.Normalized, static c =>
    {
        int[] axis = Kept(c);
        int indices = axis.Aggregate(1, (product, one) => product * c.InputShape[one - 1]);
        double[] mean = Numbers.Reals<double>(c.Scale ? indices : 1, c.Seed, 3);
        double[] variance = [.. Numbers.Reals<double>(mean.Length, c.Seed + 1).Select(value => Math.Max(0, value))]; // half of them 0
        T[] x = c.Inputs<T>(), dy = Numbers.Reals<T>(x.Length, c.Seed + 2);
        (T[] y, T[] dx) = Pass(new Normalization(axis, mean, variance), c.InputShape, x, dy);
        (T[] back, _) = Pass(new Normalization(axis, mean, variance, invert: true), c.InputShape, x, dy);
        for (int i = 0; i < x.Length; i++)
        {
            int place = mean.Length == 1 ? 0 : PlaceOf(i % c.InputShape.Elements, c.InputShape, axis);
            double deviation = Math.Max(Math.Sqrt(variance[place]), 1e-7);
            AssertClose((double.CreateChecked(x[i]) - mean[place]) / deviation, y[i], 1 / deviation);
            AssertClose((double.CreateChecked(x[i]) * deviation) + mean[place], back[i], 1);
            AssertClose(double.CreateChecked(dy[i]) / deviation, dx[i], 1 / deviation);
        }

        static void AssertClose(double expected, T found, double scale) =>
            Assert.True(Math.Abs(expected - double.CreateChecked(found)) <= 8 * Rounding * scale, $"expected {expected:R}, received {found:R}");
    });

    [Fact]
    public void Adapt_finds_mean_and_variance_over_all_other_axes() => ForAll(Generators.Normalized, static c =>
    {
        int[] axis = Kept(c);
        T[] x = c.Inputs<T>();
        Normalization layer = new Normalization([.. axis.Select(one => c.Center ? one : one - 1 - c.InputShape.Rank)], invert: c.Scale, name: "mine")
            .Adapt(new Tensor<T>(c.InputShape.Batch(c.Examples), x));
        Assert.Equal((c.Scale, "mine"), (layer.Invert, layer.Name));
        ILookup<int, double> values = Enumerable.Range(0, x.Length)
            .ToLookup(i => PlaceOf(i % c.InputShape.Elements, c.InputShape, axis), i => double.CreateChecked(x[i]));
        Assert.Equal(values.Count, layer.Mean!.Count);
        double[] mean = [.. Enumerable.Range(0, values.Count).Select(place => values[place].Average())];
        Expect.Close<double>("mean", mean, [.. layer.Mean], 1e-13);
        double[] variance = [.. Enumerable.Range(0, values.Count).Select(place => values[place].Average(value => Math.Pow(value - mean[place], 2)))];
        Expect.Close<double>("variance", variance, [.. layer.Variance!], 1e-13);
    });

    /// <summary>What Keras's documentation shows.</summary>
    [Fact]
    public void Adapted_layers_do_what_Kerass_do()
    {
        T[] data = [.. ((double[])[0, 7, 4, 2, 9, 6, 0, 7, 4, 2, 9, 6]).Select(T.CreateChecked)];
        Normalization layer = new Normalization().Adapt(new Tensor<T>((4, 3), data));
        Expect.Close<double>("mean", [1, 8, 5], [.. layer.Mean!], 1e-15);
        Expect.Close<double>("variance", [1, 1, 1], [.. layer.Variance!], 1e-15);
        Expect.Close<T>("y", [-T.One, -T.One, -T.One], Pass(layer, 3, data[..3], new T[3]).Y, Rounding);
        Normalization all = new Normalization([]).Adapt(new Tensor<T>((5, 1), [.. Enumerable.Range(1, 5).Select(T.CreateChecked)]));
        Assert.Equal([3.0, 2], all.Mean!.Concat(all.Variance!));
        T[] numbers = [.. Enumerable.Range(1, 3).Select(T.CreateChecked)];
        Normalization inverse = new Normalization(invert: true).Adapt(new Tensor<T>((4, 3), data));
        Expect.Close<T>("inverse", [.. ((double[])[2, 10, 8]).Select(T.CreateChecked)], Pass(inverse, 3, numbers, new T[3]).Y, Rounding);
    }

    /// <summary>Large numbers close together, and one input after another: no difference of squares.</summary>
    [Fact]
    public void Adapt_keeps_the_digits_of_the_variance_whatever_the_mean()
    {
        double[] small = Numbers.Reals<double>(3000, seed: 1);
        T[] x = [.. small.Select(value => T.CreateChecked(1e6) + T.CreateChecked(Math.Round(value * 64) / 16))];
        double mean = x.Average(double.CreateChecked), variance = x.Average(value => Math.Pow(double.CreateChecked(value) - mean, 2));
        Normalization layer = new Normalization().Adapt(new Tensor<T>((3000, 1), x));
        Expect.Close(mean, layer.Mean![0], 1e-14);
        Expect.Close(variance, layer.Variance![0], 1e-9);
    }

    [Fact]
    public void Every_gradient_is_its_slope() => ForAll(Generators.Normalized, static c =>
    {
        int channels = c.InputShape[^1];
        double[] numbers = Numbers.Reals<double>(channels, c.Seed), squares = [.. numbers.Select(number => 0.1 + (number * number))];
        foreach (Layer layer in (Layer[])[new Rescaling(squares, numbers), new Normalization(null, numbers, squares, invert: c.Center)])
            LayerGradientTests.AssertProved(seed => GradientCheck.Run(layer, c.InputShape, c.Examples, seed), c.Seed);
    }, share: 0.2);

    // Some axes of an example, as the seed says, with the batch's as 0.
    private static int[] Kept(NormalizedCase c) =>
        [.. Enumerable.Range(1, c.InputShape.Rank).Where(axis => (c.Seed >> axis) % 2 == 1 || (c.Seed % 3 == 0 && axis == c.InputShape.Rank))];

    // Of an element the place in a tensor of the axes that are kept.
    private static int PlaceOf(int element, Shape shape, int[] axis)
    {
        (int place, int stride) = (0, 1);
        for (int one = shape.Rank; one >= 1; one--)
        {
            (element, int index) = Math.DivRem(element, shape[one - 1]);
            if (!axis.Contains(one))
                continue;
            place += index * stride;
            stride *= shape[one - 1];
        }

        return place;
    }

    private static (T[] Y, T[] Dx) Pass(Layer layer, Shape shape, T[] x, T[] dy)
    {
        int examples = x.Length / shape.Elements;
        Model<T> model = new Sequential(layer).Build<T>(shape);
        Workspace<T> workspace = new(model, examples, training: true);
        workspace.Fill(T.NaN);
        workspace.Load(new TensorInputs<T>(new Tensor<T>(shape.Batch(examples), x)), [], 0, examples);
        workspace.Configure(training: true, wantsLogits: false, seed: 0, step: 1, firstExample: 0);
        T[] y = workspace.Forward().ToArray();
        Expect.SameBits<T>("prediction", y, model.Predict(new Tensor<T>(shape.Batch(examples), x)).AsSpan());
        return (y, workspace.Backward([.. dy], [], needsInputGradient: true).ToArray());
    }
}

public sealed class PreprocessingFloatTests : PreprocessingTests<float>;

public sealed class PreprocessingDoubleTests : PreprocessingTests<double>;

/// <summary>What preprocessing layers refuse, by name.</summary>
public sealed class PreprocessingErrorsTests
{
    [Fact]
    public void Constants_that_make_no_sense_are_refused()
    {
        Refused(() => _ = new Rescaling(double.NaN), "Rescaling", "finite", "[NaN]");
        Refused(() => _ = new Rescaling(1, double.PositiveInfinity), "Rescaling", "finite");
        Refused(() => _ = new Rescaling([]), "Rescaling", "one or one for each channel", "[]");
        Refused(() => _ = new Normalization([0]), "Normalization", "the batch's, 0", "[0]");
        Refused(() => _ = new Normalization(mean: [1]), "Normalization", "as many means as variances", "1 and 0");
        Refused(() => _ = new Normalization(variance: [1, 2], name: "n"), "Normalization 'n'", "0 and 2");
        Refused(() => _ = new Normalization(mean: [double.NaN], variance: [1]), "finite means", "[NaN]");
        Refused(() => _ = new Normalization(mean: [1], variance: [-1]), "at least 0", "[-1]");
        Refused(() => _ = new Normalization(mean: [1], variance: [double.PositiveInfinity]), "finite variances");
    }

    [Fact]
    public void Inputs_that_do_not_suit_are_refused()
    {
        Refused(() => Build(new Rescaling([1, 2]), (4, 3)), "Rescaling 'rescaling_1'", "one scale, or one for each of 3 channels", "received 2");
        Refused(() => Build(new Rescaling([1], [1, 2]), (4, 3)), "one offset, or one for each of 3 channels", "received 2");
        Refused(() => Build(new Normalization(), (4, 3)), "Normalization 'normalization_1'", "a mean and a variance", "Adapt", "neither");
        Refused(() => Build(new Normalization(null, [1, 2], [1, 2]), (4, 3)), "one mean, or one for each of 3 indices of the axes [-1]", "received 2");
        Refused(() => Build(new Normalization([3], [1], [1]), (4, 3)), "from 1 to 2", "[3]");
        Refused(() => new Normalization(mean: [1, 2], variance: [1, 2]).Constants((4, 3)), "Normalization: ", "received 2");
        Assert.Equal(2, Build(new Rescaling(2), default).Predict(new Tensor<double>(1, [1.0])).AsSpan()[0]); // a single number an example
    }

    [Fact]
    public void Data_that_do_not_suit_are_refused()
    {
        Normalization layer = new([-3], name: "n");
        Refused(() => layer.Adapt(new Tensor<double>((2, 4, 3))), "Normalization 'n'", "from 1 to 2", "[-3]");
        Tensor<double> inputs = new((3, 2), [1, 2, 3, 4, double.NaN, 6]);
        Refused(() => new Normalization().Adapt(inputs), "Normalization", "finite inputs", "example 2");
        Refused(() => new Normalization([]).Adapt(new Tensor<float>((1, 1), [float.PositiveInfinity])), "example 0");
        Refused(() => new Normalization().Adapt(new ByteImages<float>(new byte[0], (2, 2, 1))), "at least one input", "none");
        Assert.Throws<ArgumentNullException>(() => new Normalization().Adapt((IInputs<float>)null!));
    }

    private static Model<double> Build(Layer layer, Shape shape) => new Sequential(layer).Build<double>(shape);

    private static void Refused(Action mistake, params string[] parts) => Expect.Throws<ArgumentException>(mistake, parts);
}
