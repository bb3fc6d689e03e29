using System.Numerics;

namespace NanoConv.Tests.Initializers;

/// <summary>Initializers that draw each number by itself: their moments, limits and bounds, and the words of Keras that they are saved under.</summary>
public sealed class DrawnInitializerTests
{
    private const int Draws = 60_000, FanIn = 50, FanOut = 350;
    private const ulong Key = 5;

    // A unit normal cut off at ±2 has this deviation.
    private const double Cut = 0.87962566103423978;

    /// <summary>Each of them with its word, a new one of its settings and their defaults.</summary>
    public static TheoryData<string, Initializer, Initializer> Described { get; } = new()
    {
        { "\"glorot_normal\"", new GlorotNormal(), new GlorotNormal() },
        { "\"lecun_normal\"", new LecunNormal(), new LecunNormal() },
        { "\"lecun_uniform\"", new LecunUniform(), new LecunUniform() },
        {
            "{\"name\":\"variance_scaling\",\"scale\":0.5,\"mode\":\"fan_out\",\"distribution\":\"untruncated_normal\"}",
            new VarianceScaling(0.5, FanMode.FanOut, FanDistribution.UntruncatedNormal),
            new VarianceScaling(1, FanMode.FanIn, FanDistribution.TruncatedNormal)
        },
        { "{\"name\":\"random_uniform\",\"minval\":-0.5,\"maxval\":1.5}", new RandomUniform(-0.5, 1.5), new RandomUniform(-0.05, 0.05) },
        { "{\"name\":\"random_normal\",\"mean\":0.5,\"stddev\":1.5}", new RandomNormal(0.5, 1.5), new RandomNormal(0, 0.05) },
        { "{\"name\":\"truncated_normal\",\"mean\":0.5,\"stddev\":1.5}", new TruncatedNormal(0.5, 1.5), new TruncatedNormal(0, 0.05) },
        { "{\"name\":\"constant\",\"value\":0.5}", new Constant(0.5), new Constant(0) },
        { "{\"name\":\"orthogonal\",\"gain\":0.5}", new Orthogonal(0.5), new Orthogonal(1) },
        { "{\"name\":\"identity\",\"gain\":0.5}", new Identity(0.5), new Identity(1) },
    };

    /// <summary>Each with its mean, its deviation, and whether it is cut off at two deviations of the normal that it is drawn from.</summary>
    public static TheoryData<Initializer, double, double, bool> Normals { get; } = new()
    {
        { new GlorotNormal(), 0, Math.Sqrt(2.0 / (FanIn + FanOut)), true },
        { new LecunNormal(), 0, Math.Sqrt(1.0 / FanIn), true },
        { new VarianceScaling(3, FanMode.FanOut), 0, Math.Sqrt(3.0 / FanOut), true },
        { new VarianceScaling(3, distribution: FanDistribution.UntruncatedNormal), 0, Math.Sqrt(3.0 / FanIn), false },
        { new RandomNormal(0.5, 2), 0.5, 2, false },
        { new RandomNormal(), 0, 0.05, false },
        { new TruncatedNormal(-0.5, 2), -0.5, 2 * Cut, true }, // what is cut off is not made up for
        { new TruncatedNormal(), 0, 0.05 * Cut, true },
    };

    /// <summary>Each with its limits.</summary>
    public static TheoryData<Initializer, double, double> Uniforms { get; } = new()
    {
        { new LecunUniform(), -Math.Sqrt(3.0 / FanIn), Math.Sqrt(3.0 / FanIn) },
        { new VarianceScaling(1.0 / 3, distribution: FanDistribution.Uniform), -Math.Sqrt(1.0 / FanIn), Math.Sqrt(1.0 / FanIn) },
        { new VarianceScaling(2, FanMode.FanAvg, FanDistribution.Uniform), -Math.Sqrt(6.0 / 200), Math.Sqrt(6.0 / 200) },
        { new RandomUniform(-1, 5), -1, 5 },
        { new RandomUniform(), -0.05, 0.05 },
    };

    /// <summary>Scaled by the fans, all are cases of one.</summary>
    public static TheoryData<Initializer, VarianceScaling> Cases { get; } = new()
    {
        { new GlorotNormal(), new VarianceScaling(1, FanMode.FanAvg) },
        { new GlorotUniform(), new VarianceScaling(1, FanMode.FanAvg, FanDistribution.Uniform) },
        { new HeNormal(), new VarianceScaling(2) },
        { new HeUniform(), new VarianceScaling(2, distribution: FanDistribution.Uniform) },
        { new LecunNormal(), new VarianceScaling() },
        { new LecunUniform(), new VarianceScaling(distribution: FanDistribution.Uniform) },
    };

    /// <summary>Moments, the cut, and that no draw comes twice.</summary>
    [Theory]
    [MemberData(nameof(Normals))]
    public void Normal_ones_have_their_deviation(Initializer initializer, double mean, double deviation, bool isCut)
    {
        double[] values = [.. Fill(initializer).Select(value => (value - mean) / deviation)];
        Assert.Equal(0, values.Average(), 5 / Math.Sqrt(Draws));
        Assert.Equal(1, Math.Sqrt(values.Average(value => value * value)), 0.02);
        Assert.Equal(0, values.Average(value => value * value * value), 0.1);
        Assert.InRange(values.Max(Math.Abs), isCut ? 1.98 / Cut : 3.5, isCut ? 2.000001 / Cut : 6);
        Assert.Equal(1, values.Zip(values.Skip(1), (one, next) => one * one * next * next).Average(), 0.06); // neighbours share nothing
        Assert.Equal(Draws, values.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Uniforms))]
    public void Uniform_ones_fill_their_limits(Initializer initializer, double least, double most)
    {
        double[] values = [.. Fill(initializer).Select(value => (value - least) / (most - least))];
        Assert.InRange(values.Min(), 0, 0.001);
        Assert.InRange(values.Max(), 0.999, 1);
        Assert.Equal(0.5, values.Average(), 5 / Math.Sqrt(12 * Draws));
        Assert.Equal(1.0 / 12, values.Average(value => (value - 0.5) * (value - 0.5)), 0.002);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Glorots_Hes_and_LeCuns_are_cases_of_variance_scaling(Initializer one, VarianceScaling scaling) =>
        Expect.Close<double>("values", Fill(one), Fill(scaling), 1e-15);

    /// <summary>What was so before stays so: a seed means the same weights.</summary>
    [Fact]
    public void He_normal_draws_the_numbers_that_it_always_drew()
    {
        double[] values = Fill(new HeNormal());
        Assert.Equal(HeNormalBefore(0), values[0]);
        Assert.Equal(HeNormalBefore(Draws - 1), values[^1]);
    }

    [Fact]
    public void Float_is_double_rounded_and_another_key_gives_other_numbers()
    {
        foreach (Initializer initializer in (Initializer[])[new RandomNormal(), new TruncatedNormal(), new RandomUniform(), new VarianceScaling()])
        {
            double[] full = Fill(initializer), other = new double[Draws];
            float[] single = new float[Draws];
            initializer.Fill<float>(single, FanIn, FanOut, Key);
            initializer.Fill<double>(other, FanIn, FanOut, Key + 1);
            Assert.Equal(full.Select(value => (float)value), single);
            Assert.Equal(2 * Draws, full.Concat(other).Distinct().Count());
        }
    }

    [Fact]
    public void Constants_are_constant()
    {
        Assert.All(Fill(new Constant(0.375)), value => Assert.Equal(0.375, value));
        Assert.All(Fill(new Constant()), value => Assert.Equal(0, value));
    }

    [Theory]
    [MemberData(nameof(Described))]
    public void They_are_saved_and_read_in_Kerass_words(string words, Initializer initializer, Initializer byDefault)
    {
        AssertSame(initializer, Read(words));
        Assert.Contains($"\"kernel_initializer\":{words}", Write(initializer), StringComparison.Ordinal);
        string word = words.Trim('{', '}').Replace("\"name\":", "", StringComparison.Ordinal).Split(',')[0];
        AssertSame(byDefault, Read(word)); // a name alone has Keras's settings
        Assert.Equal(Write(byDefault), Write(Read(word)));
    }

    [Fact]
    public void Kerass_other_words_are_read()
    {
        Assert.IsType<Zeros>(Read("\"zero\""));
        Assert.IsType<Ones>(Read("\"one\""));
        Assert.IsType<RandomUniform>(Read("\"uniform\""));
        Assert.IsType<RandomNormal>(Read("\"normal\""));
        Assert.Contains("\"kernel_initializer\":\"zeros\"", Write(new Zeros()), StringComparison.Ordinal);
        Expect.Throws<InvalidDataException>(() => Read("{\"name\":\"variance_scaling\",\"mode\":\"fan\"}"), "'mode'", "'fan_avg'", "found 'fan'");
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        Refused(() => _ = new RandomUniform(1, 0), "RandomUniform", "maxval of at least 1");
        Refused(() => _ = new RandomUniform(double.NaN), "RandomUniform", "finite");
        Refused(() => _ = new RandomUniform(0, double.PositiveInfinity), "RandomUniform", "finite");
        Refused(() => _ = new RandomNormal(stddev: -1), "RandomNormal", "at least 0");
        Refused(() => _ = new RandomNormal(double.NaN), "RandomNormal", "finite");
        Refused(() => _ = new TruncatedNormal(stddev: double.NaN), "TruncatedNormal", "deviation");
        Refused(() => _ = new Constant(double.NaN), "Constant", "finite");
        Refused(() => _ = new Orthogonal(double.NaN), "Orthogonal", "finite");
        Refused(() => _ = new Identity(double.NegativeInfinity), "Identity", "finite");
        Refused(() => _ = new VarianceScaling(0), "VarianceScaling", "above 0");
        Refused(() => _ = new VarianceScaling(1, (FanMode)7), "VarianceScaling", "FanAvg");
        Refused(() => _ = new VarianceScaling(1, FanMode.FanIn, (FanDistribution)(-1)), "VarianceScaling", "UntruncatedNormal");

        static void Refused(Action mistake, params string[] parts) => Expect.Throws<ArgumentOutOfRangeException>(mistake, parts);
    }

    // As the formula was written before others shared it.
    private static double HeNormalBefore(int index)
    {
        long draw = 0;
        for (int i = 0; ; i++)
        {
            double normal;
            do
            {
                double radius = Math.Sqrt(-2 * Math.Log(1 - CounterRandom.Uniform(Key, draw++)));
                normal = radius * Math.Cos(2 * Math.PI * CounterRandom.Uniform(Key, draw++));
            }
            while (Math.Abs(normal) > 2);
            if (i == index)
                return normal * (Math.Sqrt(2.0 / FanIn) / Cut);
        }
    }

    private static double[] Fill(Initializer initializer)
    {
        double[] values = new double[Draws];
        initializer.Fill<double>(values, FanIn, FanOut, Key);
        return values;
    }

    private static void AssertSame(Initializer expected, Initializer actual)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        Assert.Equal(Write(expected), Write(actual));
    }

    private static string Write(Initializer initializer) => NetworkDescription.Write(new Sequential(new Dense(3, kernelInitializer: initializer)), 2, ["a"])!;

    private static Initializer Read(string words) => ((Dense)NetworkDescription.Read(
        "{\"input_shape\":[2],\"layers\":[{\"name\":\"a\",\"class\":\"Dense\",\"units\":3,\"activation\":\"relu\",\"use_bias\":true,"
            + $"\"kernel_initializer\":{words},\"kernel_regularizer\":null}}]}}").Network.Layers[0]).KernelInitializer;
}
