using System.Numerics;

namespace NanoConv.Tests.Layers;

/// <summary>Layer and group normalisation against their definition; that an example's numbers depend on it alone; large means.</summary>
public abstract class ExampleNormalizationTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly double Rounding = typeof(T) == typeof(float) ? 1e-5 : 1e-12;

    [Fact]
    public void Each_layer_makes_what_its_definition_says() => ForAll(Generators.Normalized, static c =>
    {
        foreach (Layer layer in (Layer[])[c.OverLastAxes, c.InGroups])
        {
            Model<T> model = c.Build<T>(layer);
            T[] x = c.Inputs<T>();
            Workspace<T> workspace = Forward(model, x, c.Examples);
            double[] expected = NormalizationTextbook.Forward<T>(model.Layers[0], x)!;
            Expect.Close<T>(layer.TypeName, [.. expected.Select(T.CreateChecked)], workspace.Activation(1), Rounding);
            T[] predicted = model.Predict(new Tensor<T>(c.InputShape.Batch(c.Examples), x)).AsSpan().ToArray();
            Expect.SameBits<T>("prediction", workspace.Activation(1), predicted);
        }
    });

    /// <summary>Forward and backward, alone and among others.</summary>
    [Fact]
    public void Company_changes_no_bit() => ForAll(Generators.Normalized, static c =>
    {
        foreach (Layer layer in (Layer[])[c.OverLastAxes, c.InGroups])
        {
            Model<T> model = c.Build<T>(layer);
            int elements = c.InputShape.Elements;
            T[] x = c.Inputs<T>(), dy = Numbers.Reals<T>(x.Length, c.Seed + 2);
            Workspace<T> together = Forward(model, x, c.Examples);
            T[] y = together.Activation(1).ToArray(), dx = Backward(model, together, dy);
            for (int example = 0; example < c.Examples; example++)
            {
                Range range = (example * elements)..((example + 1) * elements);
                Workspace<T> alone = Forward(model, x[range], 1);
                Expect.SameBits<T>("y", y[range], alone.Activation(1));
                Expect.SameBits<T>("dx", dx[range], Backward(model, alone, dy[range]));
            }
        }
    }, share: 0.5);

    /// <summary>Their differences cost no digits of the variance, and long sums round little: a difference of squares would lose all of it.</summary>
    [Theory]
    [InlineData(7, 1)]
    [InlineData(40, 3)]
    [InlineData(1030, 1)]
    [InlineData(10_000, 17)]
    public void A_large_mean_leaves_the_variance_as_it_is(int pixels, int channels)
    {
        NormalizedCase c = new((1, pixels, channels), 1, Center: true, Scale: true, Seed: 2);
        T[] x = Numbers.Reals<T>(pixels * channels, seed: 3);
        for (int i = 0; i < x.Length; i++)
            x[i] += T.CreateChecked(1000);
        foreach (Layer layer in (Layer[])[c.OverLastAxes, c.InGroups])
        {
            Model<T> model = c.Build<T>(layer);
            T[] expected = [.. NormalizationTextbook.Forward<T>(model.Layers[0], x)!.Select(T.CreateChecked)];
            Expect.Close<T>(layer.TypeName, expected, Forward(model, x, 1).Activation(1), typeof(T) == typeof(float) ? 1e-3 : 1e-9);
        }
    }

    [Fact]
    public void One_group_of_features_is_a_layer_normalisation_and_a_group_of_each_channel_a_batch_of_one() => ForAll(Generators.Normalized, static c =>
    {
        int elements = c.InputShape.Elements;
        T[] x = c.Inputs<T>();
        T[] ByLayer(Layer layer, Shape shape, int examples) => Forward(new Sequential(layer).Build<T>(shape), x, examples).Activation(1).ToArray();
        Expect.Close<T>(
            "one group",
            ByLayer(new LayerNormalization(epsilon: 0.05), elements, c.Examples),
            ByLayer(new GroupNormalization(1, 0.05), elements, c.Examples),
            Rounding);
        if (c.Examples == 1)
        {
            Expect.Close<T>(
                "instances",
                ByLayer(new BatchNormalization(epsilon: 0.05), c.InputShape, 1),
                ByLayer(new GroupNormalization(-1, 0.05), c.InputShape, 1),
                10 * Rounding);
        }
    }, share: 0.5);

    /// <summary>With all layers of the family in it, noise and all.</summary>
    [Theory]
    [InlineData(7, 1)]
    [InlineData(20, 3)]
    public void Training_gives_the_same_bits_on_any_number_of_threads(int batch, int threads)
    {
        Tensor<T> inputs = new((50, 6, 6, 3), Numbers.Reals<T>(50 * 108, seed: 1));
        int[] labels = [.. Enumerable.Range(0, 50).Select(i => i % 3)];
        T[] Train(int count)
        {
            Model<T> model = new Sequential(
                new Rescaling([2, 1, 0.5], [-1, 0, 1]), new GaussianNoise(0.1), new Conv2D(4, 3, padding: Padding.Same), new GroupNormalization(2),
                new SpatialDropout2D(0.25), new Conv2D(5, 3), new LayerNormalization(), Activation.ReLU, new LayerNormalization([-3, -2, -1]), new Flatten(),
                new Normalization(mean: [0.5], variance: [2]), new Dense(3, Activation.Softmax)).Build<T>((6, 6, 3), seed: 3);
            model.Fit(inputs, labels, new FitOptions { BatchSize = batch, Epochs = 2, Threads = count });
            return model.Weights.ToArray();
        }

        T[] weights = Train(2);
        Assert.All(weights, weight => Assert.True(T.IsFinite(weight)));
        Expect.SameBits<T>("weights", weights, Train(threads));
    }

    private static Workspace<T> Forward(Model<T> model, T[] x, int examples)
    {
        Workspace<T> workspace = new(model, examples, training: true);
        workspace.Fill(T.NaN);
        workspace.Load(new TensorInputs<T>(new Tensor<T>(model.InputShape.Batch(examples), x)), [], 0, examples);
        workspace.Configure(training: true, wantsLogits: false, seed: 1, step: 1, firstExample: 0);
        workspace.Forward();
        return workspace;
    }

    private static T[] Backward(Model<T> model, Workspace<T> workspace, T[] dy) =>
        workspace.Backward([.. dy], new T[model.ParameterCount], needsInputGradient: true).ToArray();
}

public sealed class ExampleNormalizationFloatTests : ExampleNormalizationTests<float>;

public sealed class ExampleNormalizationDoubleTests : ExampleNormalizationTests<double>;

/// <summary>Rung 3 for normalisations of each example by itself, and what they refuse.</summary>
public sealed class ExampleNormalizationProofTests : PropertySuite
{
    [Fact]
    public void Every_gradient_of_a_layer_normalisation_is_its_slope() => ForAll(
        Generators.Normalized,
        static c => LayerGradientTests.AssertProved(seed => GradientCheck.Run(c.OverLastAxes, c.InputShape, c.Examples, seed), c.Seed),
        share: 0.5);

    [Fact]
    public void Every_gradient_of_a_group_normalisation_is_its_slope() => ForAll(
        Generators.Normalized,
        static c => LayerGradientTests.AssertProved(seed => GradientCheck.Run(c.InGroups, c.InputShape, c.Examples, seed), c.Seed),
        share: 0.5);

    /// <summary>γ and β stay; gradients pass all the same.</summary>
    [Fact]
    public void Frozen_ones_keep_their_bits_and_the_others_train()
    {
        Model<float> model = new Sequential(
            new Dense(6), new LayerNormalization(name: "a"), new GroupNormalization(3, name: "b"), new LayerNormalization(name: "c"),
            new Dense(2, Activation.Softmax)).Build<float>(4, seed: 1);
        model.Freeze("a", "b");
        float[] Values(string layer) => [.. model.Parameters.Where(one => one.Name.Split('/')[0] == layer).SelectMany(one => one.Value.ToArray())];
        Dictionary<string, float[]> before = ((string[])["dense_1", "a", "b", "c"]).ToDictionary(name => name, Values);
        model.Fit(new Tensor<float>((9, 4), Numbers.Reals<float>(36, seed: 2)), new int[9], new FitOptions { BatchSize = 4 });
        foreach ((string layer, float[] values) in before)
            Assert.Equal(layer is "a" or "b", values.AsSpan().SequenceEqual(Values(layer)));
    }

    [Fact]
    public void First_values_and_penalties_are_those_given()
    {
        (L1 ofBeta, L2 ofGamma) = (new L1(0.1), new L2(0.2));
        Layer[] given =
        [
            new LayerNormalization(null, 1, true, true, new Ones(), new Zeros(), ofBeta, ofGamma),
            new GroupNormalization(1, 1, true, true, new Ones(), new Zeros(), ofBeta, ofGamma),
        ];
        foreach (Layer layer in given)
        {
            Model<double> model = Build(layer, 2);
            Assert.Equal([0.0, 0, 1, 1], model.Weights.ToArray());
            Assert.Equal([ofGamma, ofBeta], model.Parameters.Select(parameter => parameter.Regularizer));
        }

        foreach (Layer layer in (Layer[])[new LayerNormalization(), new GroupNormalization(1)])
        {
            Assert.Equal([1.0, 1, 0, 0], Build(layer, 2).Weights.ToArray());
            Assert.All(Build(layer, 2).Parameters, parameter => Assert.Null(parameter.Regularizer));
        }
    }

    [Fact]
    public void What_makes_no_sense_is_refused_by_name()
    {
        Refused(() => _ = new LayerNormalization(epsilon: 0), "LayerNormalization", "epsilon above 0");
        Refused(() => _ = new GroupNormalization(epsilon: double.NaN), "GroupNormalization", "epsilon above 0");
        Refused(() => _ = new LayerNormalization([]), "LayerNormalization", "at least one axis", "[]");
        Refused(() => _ = new LayerNormalization([-1, 0]), "LayerNormalization", "the batch's, 0", "[-1, 0]");
        Refused(() => _ = new GroupNormalization(0), "GroupNormalization", "at least 1 group");
        Refused(() => _ = new GroupNormalization(-2), "GroupNormalization", "at least 1 group");
        Refused(() => Build(new LayerNormalization([-2]), (4, 5)), "LayerNormalization 'layer_normalization_1'", "the last axes", "(4, 5)", "[-2]");
        Refused(() => Build(new LayerNormalization([-4]), (4, 5, 3)), "from 1 to 3 or from -3 to -1", "[-4]");
        Refused(() => Build(new LayerNormalization([4]), (4, 5, 3)), "from 1 to 3 or from -3 to -1", "[4]");
        Refused(() => Build(new LayerNormalization([3, -1]), (4, 5, 3)), "each once", "[3, -1]");
        Refused(() => Build(new LayerNormalization(), default), "LayerNormalization 'layer_normalization_1'", "()");
        Refused(() => Build(new GroupNormalization(), (4, 5, 33)), "GroupNormalization 'group_normalization_1'", "32 groups divide", "33 channels");
        Refused(() => Build(new GroupNormalization(4), (4, 5, 2)), "4 groups divide", "2 channels");
        Refused(() => Build(new GroupNormalization(), default), "a single number");

        static void Refused(Action mistake, params string[] parts) => Expect.Throws<ArgumentException>(mistake, parts);
    }

    /// <summary>With the batch's axis as 0, as Keras counts them, or from the end.</summary>
    [Fact]
    public void Axes_may_be_counted_from_either_end()
    {
        double[] x = Numbers.Reals<double>(2 * 24, seed: 1);
        double[] By(params int[] axis) => Build(new LayerNormalization(axis), (2, 3, 4)).Predict(new Tensor<double>((2, 2, 3, 4), x)).AsSpan().ToArray();
        Expect.SameBits<double>("last", By(-1), By(3));
        Expect.SameBits<double>("last two", By(-2, -1), By(3, 2));
        Expect.SameBits<double>("all", By(-3, -2, -1), By(1, 2, 3));
        Assert.Equal((3, 4), Build(new LayerNormalization([2, 3]), (2, 3, 4)).Parameters[0].Shape);
    }

    private static Model<double> Build(Layer layer, Shape shape) => new Sequential(layer).Build<double>(shape);
}
