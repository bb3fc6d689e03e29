using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests.Initializers;

/// <summary>Initializers that go by a parameter's shape: orthogonal matrices and identities.</summary>
public sealed class ShapedInitializerTests : PropertySuite
{
    /// <summary>Matrices and kernels, tall, wide and square.</summary>
    private static readonly Arbitrary<(Shape Shape, int Seed)> Matrices = Arb.From(
        from axes in Gen.OneOf(Gen.ArrayOf(Gen.Choose(1, 40), 2), Gen.ArrayOf(Gen.Choose(1, 4), 3), Gen.ArrayOf(Gen.Choose(1, 6), 4))
        from seed in Gen.Choose(0, 1_000_000)
        select (new Shape(axes), seed));

    /// <summary>Kernels of convolutions [height, width, in, out].</summary>
    private static readonly Arbitrary<(Shape Shape, int Seed)> Kernels = Arb.From(
        from sides in Gen.Choose(1, 5).Two()
        from channels in Gen.Choose(1, 7).Two()
        from seed in Gen.Choose(0, 1_000_000)
        select (new Shape(sides.Item1, sides.Item2, channels.Item1, channels.Item2), seed));

    [Fact]
    public void Orthogonal_matrices_are_orthogonal() => ForAll(Matrices, static c =>
    {
        double gain = 0.5 + (c.Seed % 4);
        (double[] q, int rows, int columns) = (Fill(new Orthogonal(gain), c.Shape, c.Seed), c.Shape.Elements / c.Shape[^1], c.Shape[^1]);
        for (int i = 0; i < Math.Min(rows, columns); i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double product = rows >= columns // of two columns, or of two rows where those are fewer
                    ? Enumerable.Range(0, rows).Sum(row => q[(row * columns) + i] * q[(row * columns) + j])
                    : Enumerable.Range(0, columns).Sum(column => q[(i * columns) + column] * q[(j * columns) + column]);
                Assert.Equal(i == j ? gain * gain : 0, product, 1e-12 * gain * gain);
            }
        }
    });

    /// <summary>Of random numbers A = QR with a positive diagonal in R, which makes Q the only one: R = QᵀA is upper triangular.</summary>
    [Fact]
    public void An_orthogonal_matrix_is_that_of_random_numbers() => ForAll(Matrices, static c =>
    {
        int rows = c.Shape.Elements / c.Shape[^1], columns = c.Shape[^1], length = Math.Max(rows, columns), count = Math.Min(rows, columns);
        double[] a = Fill(new RandomNormal(0, 1), c.Shape, c.Seed), q = Fill(new Orthogonal(), c.Shape, c.Seed);
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double r = Enumerable.Range(0, length).Sum(k => q[rows >= columns ? (k * columns) + i : (i * columns) + k] * a[(k * count) + j]);
                if (i == j)
                    Assert.True(r > 0, $"R[{i}, {i}] = {r}");
                else
                    Assert.Equal(0, r, 1e-12 * length);
            }
        }
    });

    /// <summary>Where little is left of the last vectors, one pass of Gram and Schmidt would leave 1e-13 and more.</summary>
    [Fact]
    public void Large_matrices_are_as_orthogonal_as_small_ones()
    {
        const int Side = 300;
        double[] q = Fill(new Orthogonal(), (Side, Side), seed: 1);
        double worst = 0;
        for (int i = 0; i < Side; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double product = Numbers.Dot<double>(q.AsSpan(i * Side, Side), q.AsSpan(j * Side, Side));
                worst = Math.Max(worst, Math.Abs(product - (i == j ? 1 : 0)));
            }
        }

        Assert.InRange(worst, 0, 1e-14);
    }

    /// <summary>Without the signs of R's diagonal they would not: Q's first numbers, and determinants, come with both signs as often.</summary>
    [Fact]
    public void Both_signs_are_as_frequent()
    {
        const int Matrices = 2000;
        int positive = 0, proper = 0;
        for (int seed = 0; seed < Matrices; seed++)
        {
            double[] q = Fill(new Orthogonal(), (2, 2), seed);
            positive += q[0] > 0 ? 1 : 0;
            proper += (q[0] * q[3]) - (q[1] * q[2]) > 0 ? 1 : 0;
        }

        Assert.InRange(positive, 0.45 * Matrices, 0.55 * Matrices);
        Assert.InRange(proper, 0.45 * Matrices, 0.55 * Matrices);
    }

    [Fact]
    public void An_identity_has_its_gain_on_the_diagonal() => ForAll(Matrices, static c =>
    {
        if (c.Shape.Rank != 2)
            return;
        double[] values = Fill(new Identity(0.75), c.Shape, c.Seed);
        Assert.Equal(Enumerable.Range(0, values.Length).Select(i => i / c.Shape[1] == i % c.Shape[1] ? 0.75 : 0), values);
    });

    /// <summary>The definition: w[h/2, w/2, i, i] = 1 for i below both, zero in the rest of these filters, others in the others.</summary>
    [Fact]
    public void Diracs_filters_are_identities_and_then_others() => ForAll(Kernels, static c =>
    {
        Shape shape = c.Shape;
        double[] others = Fill(new RandomUniform(1, 2), shape, c.Seed), values = Fill(new Dirac(new RandomUniform(1, 2)), shape, c.Seed);
        double[] zeros = Fill(new Dirac(), shape, c.Seed);
        for (int i = 0; i < values.Length; i++)
        {
            int filter = i % shape[3], channel = i / shape[3] % shape[2], pixel = i / shape[3] / shape[2];
            bool isMiddle = pixel == (shape[0] / 2 * shape[1]) + (shape[1] / 2);
            double expected = filter >= shape[2] ? others[i] : isMiddle && filter == channel ? 1 : 0;
            Assert.Equal(expected, values[i]);
            Assert.Equal(filter >= shape[2] ? 0 : expected, zeros[i]);
        }
    });

    /// <summary>Same padding and an odd kernel: what comes out is what goes in, channel by channel.</summary>
    [Fact]
    public void A_convolution_that_starts_from_Dirac_hands_its_input_on()
    {
        Conv2D layer = new(5, (3, 5), padding: Padding.Same, kernelInitializer: new Dirac(new VarianceScaling(1.0 / 3, distribution: FanDistribution.Uniform)));
        Model<float> model = new Sequential(layer).Build<float>((6, 7, 3));
        float[] x = Numbers.Integers<float>(126, seed: 1), y = model.Predict(new Tensor<float>((1, 6, 7, 3), x)).AsSpan().ToArray();
        Assert.Equal(x, y.Chunk(5).SelectMany(pixel => pixel[..3]));
        Assert.DoesNotContain(0f, model.Parameters[0].Value.ToArray().Where((_, i) => i % 5 >= 3));
        Assert.InRange(model.Parameters[0].Value.ToArray().Where((_, i) => i % 5 >= 3).Max(Math.Abs), 0.1f, 1 / MathF.Sqrt(45));
    }

    /// <summary>A model draws by its seed, its layer and its parameter, in float as in double.</summary>
    [Fact]
    public void A_model_starts_from_the_same_matrix_each_time()
    {
        Sequential network = new(new Conv2D(7, 3, kernelInitializer: new Orthogonal(2)), new Flatten(), new Dense(4, kernelInitializer: new Orthogonal()));
        double[] full = network.Build<double>((3, 3, 2), seed: 3).Weights.ToArray();
        Assert.Equal(full, network.Build<double>((3, 3, 2), seed: 3).Weights.ToArray());
        Assert.Equal(full.Select(weight => (float)weight), network.Build<float>((3, 3, 2), seed: 3).Weights.ToArray());
        double[] other = network.Build<double>((3, 3, 2), seed: 4).Weights.ToArray();
        Assert.DoesNotContain(full.Zip(other), pair => pair.First == pair.Second && pair.First != 0);
    }

    [Fact]
    public void A_parameter_of_another_shape_is_refused_and_the_layer_named()
    {
        Refused(new Dense(3, kernelInitializer: new Dirac(), name: "a"), 2, "Dense 'a'", "Dirac", "(height, width, in, out)", "(2, 3)");
        Refused(new Conv2D(3, 2, kernelInitializer: new Identity(), name: "b"), (4, 4, 2), "Conv2D 'b'", "Identity", "a matrix", "(2, 2, 2, 3)");
        Refused(new BatchNormalization(gammaInitializer: new Orthogonal(), name: "c"), 2, "BatchNormalization 'c'", "Orthogonal", "(2,)");
        Refused(new BatchNormalization(movingMeanInitializer: new Identity(), name: "d"), 2, "BatchNormalization 'd'", "Identity", "(2,)");
        foreach (Initializer initializer in (Initializer[])[new Dirac(), new Identity(), new Orthogonal()])
            Expect.Throws<ArgumentException>(() => initializer.Fill<float>(new float[4], 2, 2, 1), initializer.GetType().Name, "shape");

        static void Refused(Layer layer, Shape input, params string[] parts) =>
            Expect.Throws<ArgumentException>(() => new Sequential(layer).Build<float>(input), parts);
    }

    [Fact]
    public void Dirac_is_saved_with_its_others()
    {
        string words = NetworkDescription.Write(new Sequential(new Conv2D(2, 3, kernelInitializer: new Dirac(new LecunNormal()))), (4, 4, 1), ["a"])!;
        Assert.Contains("\"kernel_initializer\":{\"name\":\"dirac\",\"others\":\"lecun_normal\"}", words, StringComparison.Ordinal);
        Assert.IsType<LecunNormal>(Assert.IsType<Dirac>(((Conv2D)NetworkDescription.Read(words).Network.Layers[0]).KernelInitializer).Others);
        string plain = words.Replace("{\"name\":\"dirac\",\"others\":\"lecun_normal\"}", "\"dirac\"", StringComparison.Ordinal);
        Assert.IsType<Zeros>(Assert.IsType<Dirac>(((Conv2D)NetworkDescription.Read(plain).Network.Layers[0]).KernelInitializer).Others);
    }

    /// <summary>One that somebody wrote before there were shapes is asked as it always was.</summary>
    [Fact]
    public void An_initializer_of_ones_own_need_not_know_of_shapes()
    {
        Model<double> model = new Sequential(new Dense(3, useBias: false, kernelInitializer: new Fans())).Build<double>(2);
        Assert.Equal([2, 3, 2, 3, 2, 3], model.Weights.ToArray());
    }

    private static double[] Fill(Initializer initializer, Shape shape, int seed)
    {
        double[] values = Poisoned<double>.NaNs(shape.Elements);
        initializer.Fill<double>(values, shape, 3, 5, CounterRandom.Key(RandomDomain.Own, seed));
        return values;
    }

    private sealed class Fans : Initializer
    {
        public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key)
        {
            for (int i = 0; i < values.Length; i++)
                values[i] = T.CreateChecked(i % 2 == 0 ? fanIn : fanOut);
        }
    }
}
