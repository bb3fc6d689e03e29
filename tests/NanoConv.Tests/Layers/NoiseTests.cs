using System.Numerics;
using NanoConv.Kernels;

namespace NanoConv.Tests.Layers;

/// <summary>Dropout of channels and Gaussian noise as layers: when they act, on what, and that the backward pass fits.</summary>
public abstract class NoiseTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly Shape Picture = (3, 2, 5);

    private static readonly Model<T> Spatial = new Sequential(new Rescaling(1), new SpatialDropout2D(0.4)).Build<T>(Picture);

    private static readonly Model<T> Noisy = new Sequential(new Rescaling(1), new GaussianNoise(0.5)).Build<T>(Picture);

    [Fact]
    public void Prediction_changes_nothing() => ForAll(Generators.Lengths, static c =>
    {
        Tensor<T> x = new(Picture.Batch(c.Length), Numbers.Reals<T>(c.Length * Picture.Elements, c.Seed));
        foreach (Model<T> model in (Model<T>[])[Spatial, Noisy])
        {
            Expect.SameBits<T>("compiled", x.AsSpan(), model.Predict(x).AsSpan());
            Expect.SameBits<T>("written", x.AsSpan(), model.Outputs(x, model.Layers[1].Name)[0].AsSpan());
        }
    }, share: 0.2);

    /// <summary>Either all pixels of a channel or none, each of them multiplied alike; and the gradient the same.</summary>
    [Fact]
    public void Whole_channels_are_dropped_by_the_mask_of_their_place() => ForAll(Generators.Lengths, static c =>
    {
        int channels = Picture[2], first = c.Seed % 9;
        T[] x = Numbers.Integers<T>(c.Length * Picture.Elements, c.Seed), dy = Numbers.Integers<T>(x.Length, c.Seed + 1), mask = new T[c.Length * channels];
        CounterRandom.DropoutMask<T>(
            mask, CounterRandom.Key(RandomDomain.SpatialDropout, c.Seed, 3, 1), first: (long)first * channels, rate: 0.4);
        T[] Masked(T[] values) => [.. values.Select((value, i) => value * mask[(i / Picture.Elements * channels) + (i % channels)])];
        Workspace<T> workspace = Forward(Spatial, x, c.Seed, step: 3, first);
        Expect.Equal<T>("y", Picture.Batch(c.Length), Masked(x), workspace.Activation(2));
        Expect.Equal<T>("dx", Picture.Batch(c.Length), Masked(dy), workspace.Backward([.. dy], [], needsInputGradient: true));
    }, share: 0.5);

    [Fact]
    public void Noise_is_that_of_its_place_and_its_gradient_passes_unchanged() => ForAll(Generators.Lengths, static c =>
    {
        int first = c.Seed % 9;
        T[] x = Numbers.Reals<T>(c.Length * Picture.Elements, c.Seed), dy = Numbers.Reals<T>(x.Length, c.Seed + 1), expected = new T[x.Length];
        ulong key = CounterRandom.Key(RandomDomain.GaussianNoise, c.Seed, 3, 1);
        NormalNumbers.Add(expected, x, key, (long)first * Picture.Elements, 0.5);
        Workspace<T> workspace = Forward(Noisy, x, c.Seed, step: 3, first);
        Expect.SameBits<T>("y", expected, workspace.Activation(2));
        Expect.SameBits<T>("dx", dy, workspace.Backward([.. dy], [], needsInputGradient: true));
    }, share: 0.5);

    [Fact]
    public void Expectation_and_deviation_are_as_specified()
    {
        T[] ones = [.. Enumerable.Repeat(T.One, 2000 * Picture.Elements)];
        double[] dropped = [.. Forward(Spatial, ones, 1, step: 1, first: 0).Activation(2).ToArray().Select(double.CreateChecked)];
        Assert.Equal(1, dropped.Average(), 0.05);
        Assert.Equal(0.4, dropped.Count(value => value == 0) / (double)dropped.Length, 0.03);
        double[] noise = [.. Forward(Noisy, ones, 1, step: 1, first: 0).Activation(2).ToArray().Select(value => double.CreateChecked(value) - 1)];
        Assert.Equal(0, noise.Average(), 0.01);
        Assert.Equal(0.5, Math.Sqrt(noise.Average(value => value * value)), 0.01);
    }

    [Fact]
    public void Every_step_every_seed_and_every_layer_has_its_own()
    {
        T[] ones = [.. Enumerable.Repeat(T.One, 40 * Picture.Elements)];
        foreach (Layer layer in (Layer[])[new SpatialDropout2D(0.4), new GaussianNoise(0.5)])
        {
            Model<T> two = new Sequential(layer, new Rescaling(1), layer).Build<T>(Picture);
            T[] Of(int seed, int step, int activation) => Forward(two, ones, seed, step, first: 0).Activation(activation).ToArray();
            T[] once = Of(1, 1, 1), both = Of(1, 1, 3);
            Assert.Equal(once, Of(1, 1, 1));
            Assert.NotEqual(once, Of(1, 2, 1));
            Assert.NotEqual(once, Of(2, 1, 1));
            T[] second = [.. both.Zip(once, (sum, first) => layer is GaussianNoise ? sum - first : sum / (first == T.Zero ? T.One : first))];
            Assert.NotEqual(once, second);
            if (layer is GaussianNoise)
                Assert.Equal(0, second.Zip(once, (a, b) => double.CreateChecked(a * (b - T.One))).Average(), 0.05); // independent
        }
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void What_makes_no_sense_is_refused(double number)
    {
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new SpatialDropout2D(number), "SpatialDropout2D", "[0, 1)");
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new GaussianNoise(number == 1 ? double.PositiveInfinity : number), "GaussianNoise", "at least 0");
        Expect.Throws<ArgumentException>(
            () => new Sequential(new SpatialDropout2D(0.5)).Build<T>(7), "SpatialDropout2D 'spatial_dropout2d_1'", "(height, width, channels)", "(7,)");
    }

    [Fact]
    public void Every_gradient_is_its_slope_under_the_same_noise() => ForAll(Generators.Matrices, static c =>
    {
        foreach (Layer layer in (Layer[])[new SpatialDropout2D(c.Seed % 10 / 10.0), new GaussianNoise(c.Seed % 3)])
            LayerGradientTests.AssertProved(seed => GradientCheck.Run(layer, (2, 1, c.Columns), c.Rows, seed), c.Seed);
    }, share: 0.2);

    private static Workspace<T> Forward(Model<T> model, T[] x, int seed, int step, int first)
    {
        int count = x.Length / model.InputShape.Elements;
        Workspace<T> workspace = new(model, count, training: true);
        workspace.Fill(T.NaN);
        workspace.Load(new TensorInputs<T>(new Tensor<T>(model.InputShape.Batch(count), x)), [], 0, count);
        workspace.Configure(training: true, wantsLogits: false, seed, step, first);
        workspace.Forward();
        return workspace;
    }
}

public sealed class NoiseFloatTests : NoiseTests<float>;

public sealed class NoiseDoubleTests : NoiseTests<double>;
