namespace NanoConv.Tests.Initializers;

/// <summary>First weights: limits and deviations as Keras has them, and the same for float and double.</summary>
public sealed class InitializerTests
{
    private const int Draws = 50_000;

    /// <summary>√(6 / (fan in + fan out)), the fans of a convolution counting its kernel's pixels.</summary>
    [Fact]
    public void Glorot_uniform_fills_its_limits_for_convolutions_and_dense_layers()
    {
        Model<double> model = new Sequential(new Conv2D(64, (3, 5), useBias: false), new Flatten(), new Dense(200)).Build<double>((5, 7, 16));
        AssertUniform(model.Parameters[0].Value.ToArray(), Math.Sqrt(6.0 / ((15 * 16) + (15 * 64))));
        AssertUniform(model.Parameters[1].Value.ToArray(), Math.Sqrt(6.0 / ((3 * 3 * 64) + 200)));
        Assert.All(model.Parameters[2].Value.ToArray(), bias => Assert.Equal(0, bias));
    }

    /// <summary>He counts what goes in only, so here it shows which of a layer's two fans is which.</summary>
    [Fact]
    public void Layers_tell_fan_in_from_fan_out()
    {
        HeUniform he = new();
        Model<double> model = new Sequential(
            new Conv2D(64, (3, 5), useBias: false, kernelInitializer: he),
            new Flatten(),
            new Dense(50, useBias: false, kernelInitializer: he)).Build<double>((5, 7, 16));
        AssertUniform(model.Parameters[0].Value.ToArray(), Math.Sqrt(6.0 / (15 * 16)));
        AssertUniform(model.Parameters[1].Value.ToArray(), Math.Sqrt(6.0 / (3 * 3 * 64)));
    }

    [Fact]
    public void He_uniform_fills_its_limits() => AssertUniform(Fill(new HeUniform(), fanIn: 24, fanOut: 1000), Math.Sqrt(6.0 / 24));

    /// <summary>After the cut at two deviations, which Keras makes up for, the standard deviation is √(2 / fan in).</summary>
    [Fact]
    public void He_normal_has_its_deviation_and_is_cut_off()
    {
        double[] values = Fill(new HeNormal(), fanIn: 50, fanOut: 1000);
        double deviation = Math.Sqrt(2.0 / 50);
        Assert.Equal(0, values.Average(), 5 * deviation / Math.Sqrt(Draws));
        Assert.Equal(deviation, Math.Sqrt(values.Average(value => value * value)), 0.02 * deviation);
        Assert.InRange(values.Max(Math.Abs), 1.9 * deviation / 0.8796, 2 * deviation / 0.8796);
    }

    [Fact]
    public void Float_and_double_models_of_one_seed_start_alike()
    {
        Sequential network = new(new Conv2D(4, 3, kernelInitializer: new HeNormal()), new Flatten(), new Dense(3));
        float[] single = network.Build<float>((5, 5, 2), seed: 3).Weights.ToArray();
        double[] full = network.Build<double>((5, 5, 2), seed: 3).Weights.ToArray();
        Assert.Equal(single, full.Select(weight => (float)weight));
    }

    [Fact]
    public void Another_seed_and_another_layer_give_other_weights()
    {
        Sequential network = new(new Dense(4, useBias: false), new Dense(4, useBias: false));
        float[] first = network.Build<float>(4, seed: 1).Weights.ToArray(), second = network.Build<float>(4, seed: 2).Weights.ToArray();
        Assert.Equal(first, network.Build<float>(4, seed: 1).Weights.ToArray());
        Assert.Equal(64, first.Concat(second).Distinct().Count());
    }

    private static double[] Fill(Initializer initializer, int fanIn, int fanOut)
    {
        double[] values = new double[Draws];
        initializer.Fill<double>(values, fanIn, fanOut, key: 5);
        return values;
    }

    // Within the limits, close to both, and of the mean and variance of a uniform distribution.
    private static void AssertUniform(double[] values, double limit)
    {
        Assert.InRange(values.Min(), -limit, -0.99 * limit);
        Assert.InRange(values.Max(), 0.99 * limit, limit);
        Assert.Equal(0, values.Average(), 5 * limit / Math.Sqrt(3 * values.Length));
        Assert.Equal(limit * limit / 3, values.Average(value => value * value), 0.05 * limit * limit / 3);
    }
}
