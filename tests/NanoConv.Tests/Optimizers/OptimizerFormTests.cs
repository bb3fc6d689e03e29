using System.Numerics;

namespace NanoConv.Tests.Optimizers;

/// <summary>The forms that gradient descent, weight decay and RMSprop come in, worked out here in other words.</summary>
public abstract class OptimizerFormTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Steps = 7;

    private static readonly double Tolerance = typeof(T) == typeof(float) ? 2e-5 : 1e-12;

    /// <summary>In whole numbers and halves nothing is rounded: the textbook's loop, to the last bit.</summary>
    [Fact]
    public void Gradient_descent_is_the_textbooks() => ForAll(Generators.Lengths, static c =>
    {
        (bool nesterov, bool ofGradients, double decay) = (c.Seed % 2 == 0, c.Seed / 2 % 2 == 0, c.Seed / 4 % 2 * 0.5);
        SGD sgd = new(0.5, momentum: 0.5, nesterov, decay, ofGradients);
        T[] w = Numbers.Integers<T>(c.Length, c.Seed);
        double[] expected = [.. w.Select(double.CreateChecked)], u = new double[c.Length];
        OptimizerState<T> state = sgd.Start<T>(c.Length);
        for (int step = 1; step <= 4; step++)
        {
            T[] gradient = Numbers.Integers<T>(c.Length, c.Seed + step);
            state.BeginStep();
            state.Update(0, w, gradient);
            for (int i = 0; i < u.Length; i++)
            {
                double g = double.CreateChecked(gradient[i]) + (decay * expected[i]);
                u[i] = ofGradients ? (0.5 * u[i]) + g : (0.5 * u[i]) - (0.5 * g);
                if (ofGradients)
                    expected[i] -= 0.5 * (nesterov ? g + (0.5 * u[i]) : u[i]);
                else
                    expected[i] += nesterov ? (0.5 * u[i]) - (0.5 * g) : u[i];
            }
        }

        Expect.SameBits<T>("w", (T[])[.. expected.Select(T.CreateChecked)], w);
    });

    /// <summary>While the rate stays, velocities with and without it lead to the same weights.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Keras_and_PyTorchs_velocities_are_one_at_a_constant_rate(bool nesterov) => ForAll(Generators.Lengths, c =>
    {
        double[] keras = Run(new SGD(0.05, 0.9, nesterov, weightDecay: 0.1), c), torch = Run(new SGD(0.05, 0.9, nesterov, 0.1, gradientVelocity: true), c);
        Expect.Close<double>("w", keras, torch, Tolerance);
    });

    /// <summary>Two steps on a gradient of 1, the second at a tenth of the rate: PyTorch's takes the velocity along, Keras's the step.</summary>
    [Fact]
    public void Where_the_rate_changes_the_two_part()
    {
        PiecewiseConstantDecay rates = new([0], [1, 0.1]);
        Assert.Equal(-1 - (0.5 + 0.1), Second(new SGD(rates, momentum: 0.5)), Tolerance);
        Assert.Equal(-1 - (0.1 * 1.5), Second(new SGD(rates, momentum: 0.5, gradientVelocity: true)), Tolerance);

        static double Second(SGD sgd)
        {
            T[] w = [T.Zero];
            OptimizerState<T> state = sgd.Start<T>(1);
            for (int step = 0; step < 2; step++)
            {
                state.BeginStep();
                state.Update(0, w, [T.One]);
            }

            return double.CreateChecked(w[0]);
        }
    }

    /// <summary>Without a gradient only the decay is left, which no moment remembers: w·(1 − rate·decay)ⁿ.</summary>
    [Fact]
    public void Decoupled_decay_is_a_geometric_sequence() => ForAll(Generators.Lengths, static c =>
    {
        foreach (Optimizer optimizer in (Optimizer[])[new AdamW(0.5, weightDecay: 0.25), new RMSprop(0.5, momentum: 0.5, weightDecay: 0.25)])
        {
            T[] w = Numbers.Reals<T>(c.Length, c.Seed);
            double[] expected = [.. w.Select(value => double.CreateChecked(value) * Math.Pow(1 - (0.5 * 0.25), Steps))];
            OptimizerState<T> state = optimizer.Start<T>(c.Length);
            for (int step = 0; step < Steps; step++)
            {
                state.BeginStep();
                state.Update(0, w, new T[c.Length]);
            }

            Expect.Close<double>($"{optimizer}", expected, [.. w.Select(double.CreateChecked)], Tolerance);
            Assert.All(state.Tensors, tensor => Assert.All(tensor.Values, value => Assert.Equal(T.Zero, value)));
        }
    });

    /// <summary>In float 1 − 4e-7 is 4 % off, for every weight alike; what is taken off them one by one is right on the whole.</summary>
    [Fact]
    public void A_small_decay_is_not_rounded()
    {
        T[] before = [.. Numbers.Reals<T>(20_000, seed: 1, limit: 0.25).Select(value => value + T.CreateChecked(0.75))], after = (T[])before.Clone();
        WeightMean.Shrink(after.AsSpan(), T.CreateChecked(4e-7));
        double taken = before.Zip(after, (old, now) => double.CreateChecked(old) - double.CreateChecked(now)).Sum();
        Expect.Close(4e-7 * before.Sum(double.CreateChecked), taken, 0.01);
    }

    /// <summary>Means as explicit weighted sums over all steps so far.</summary>
    [Fact]
    public void RMSprop_is_its_closed_form_on_any_gradients() => ForAll(Generators.Lengths, static c =>
    {
        const double Rate = 0.02, Rho = 0.8, Momentum = 0.5, Epsilon = 1e-3;
        (bool centered, double momentum) = (c.Seed % 2 == 0, c.Seed / 2 % 2 * Momentum);
        T[][] gradients = Gradients(c);
        double[] expected = new double[c.Length];
        for (int i = 0; i < expected.Length; i++)
        {
            double[] g = [.. gradients.Select(gradient => double.CreateChecked(gradient[i]))], steps = new double[Steps];
            for (int t = 0; t < Steps; t++)
            {
                double v = g[..(t + 1)].Select((value, s) => Math.Pow(Rho, t - s) * (1 - Rho) * value * value).Sum();
                double mean = g[..(t + 1)].Select((value, s) => Math.Pow(Rho, t - s) * (1 - Rho) * value).Sum();
                steps[t] = Rate * g[t] / Math.Sqrt(v - (centered ? mean * mean : 0) + Epsilon);
                expected[i] -= steps[..(t + 1)].Select((step, s) => (momentum == 0 && s < t ? 0 : Math.Pow(momentum, t - s)) * step).Sum();
            }
        }

        Expect.Close<double>("w", expected, Run(new RMSprop(Rate, Rho, momentum, Epsilon, centered), c, start: 0), 10 * Tolerance);
    });

    /// <summary>The variance of a gradient that stays is 0 but for rounding, which may fall below.</summary>
    [Fact]
    public void A_variance_that_rounding_makes_negative_counts_as_nothing() => ForAll(Generators.Lengths, static c =>
    {
        T[] gradient = Numbers.Reals<T>(c.Length, c.Seed, limit: 1e6), w = new T[c.Length];
        OptimizerState<T> state = new RMSprop(centered: true, rho: 0.5).Start<T>(c.Length);
        for (int step = 0; step < 60; step++)
        {
            state.BeginStep();
            state.Update(0, w, gradient);
        }

        Assert.All(w, value => Assert.True(T.IsFinite(value), $"received {value}"));
    });

    [Fact]
    public void Defaults_are_Keras()
    {
        AdamW adamW = new();
        Assert.Equal((0.001, 0.004, 0.9, 0.999, 1e-7), (adamW.LearningRate.At(0), adamW.WeightDecay, adamW.Beta1, adamW.Beta2, adamW.Epsilon));
        RMSprop rms = new();
        Assert.Equal((0.001, 0.9, 0.0, 1e-7, false, 0.0), (rms.LearningRate.At(0), rms.Rho, rms.Momentum, rms.Epsilon, rms.Centered, rms.WeightDecay));
        Assert.Equal((0.99, null), (new MovingAverage().Momentum, new MovingAverage().OverwriteFrequency));
        Assert.Equal((5, 0.5), (new Lookahead().Every, new Lookahead().SlowShare.At(0)));
    }

    [Fact]
    public void Settings_outside_their_range_are_refused()
    {
        Refused(() => _ = new SGD(weightDecay: -1), "weight decay");
        Refused(() => _ = new AdamW(weightDecay: double.NaN), "weight decay");
        Refused(() => _ = new AdamW(beta1: 1), "beta1");
        Refused(() => _ = new AdamW(0), "learning rate above 0");
        Refused(() => _ = new RMSprop(rho: 1), "rho");
        Refused(() => _ = new RMSprop(momentum: -1), "momentum");
        Refused(() => _ = new RMSprop(epsilon: 0), "ε above 0");
        Refused(() => _ = new ParameterGroup("*", rate: -1), "at least 0");
        Refused(() => _ = new ParameterGroup("*", decay: -1), "weight decay");
        Expect.Throws<ArgumentException>(() => _ = new ParameterGroup(""), "pattern");
        Refused(() => _ = new SGD { ClipValue = 0 }, "ClipValue: expected a limit above 0, received 0");
        Refused(() => _ = new SGD { ClipNorm = -1 }, "ClipNorm");
        Refused(() => _ = new SGD { GlobalClipNorm = double.PositiveInfinity }, "GlobalClipNorm");
        Expect.Throws<ArgumentException>(() => _ = new SGD { ClipNorm = 1, ClipValue = 2 }, "one of ClipValue, ClipNorm and GlobalClipNorm", "clipvalue 2");
        Expect.Throws<ArgumentException>(() => _ = new SGD { Lookahead = new(), MovingAverage = new() }, "received both");
        Refused(() => _ = new MovingAverage(1.5), "[0, 1]");
        Refused(() => _ = new MovingAverage(overwriteFrequency: 0), "at least one step");
        Refused(() => _ = new Lookahead(0), "at least one step");
        Refused(() => _ = new Lookahead(5, 1.5), "a share in [0, 1] after 5 steps, received 1.5");

        static void Refused(Action mistake, params string[] parts) => Expect.Throws<ArgumentOutOfRangeException>(mistake, parts);
    }

    private static T[][] Gradients((int Length, int Seed) c) => [.. Enumerable.Range(1, Steps).Select(step => Numbers.Reals<T>(c.Length, c.Seed + step))];

    private static double[] Run(Optimizer optimizer, (int Length, int Seed) c, double start = 1)
    {
        T[] w = Numbers.Reals<T>(c.Length, c.Seed, start);
        OptimizerState<T> state = optimizer.Start<T>(c.Length);
        foreach (T[] gradient in Gradients(c))
        {
            state.BeginStep();
            state.Update(0, w, gradient);
        }

        return [.. w.Select(double.CreateChecked)];
    }
}

public sealed class OptimizerFormFloatTests : OptimizerFormTests<float>;

public sealed class OptimizerFormDoubleTests : OptimizerFormTests<double>
{
    /// <summary>Checkpoints know an optimizer by its text: of settings that were there before it must stay as it was.</summary>
    [Fact]
    public void Texts_say_all_settings_and_are_as_they_were()
    {
        Assert.Equal("Adam(learning_rate 0.001, beta1 0.9, beta2 0.999, epsilon 1E-07)", $"{new Adam()}");
        Assert.Equal("Adam(learning_rate 0.5, beta1 0.9, beta2 0.999, epsilon_hat 0.25)", $"{new Adam(0.5, epsilon: 0.25, epsilonHat: true)}");
        Assert.Equal("SGD(learning_rate 0.01, momentum 0, nesterov False)", $"{new SGD()}");
        Assert.Equal(
            "SGD(learning_rate PowerGrowth(final 1, steps 2, power 3), momentum 0.5, nesterov True, gradient_velocity True, weight_decay 0.25)",
            $"{new SGD(new PowerGrowth(1, 2, 3), 0.5, nesterov: true, 0.25, gradientVelocity: true)}");
        Assert.Equal("AdamW(learning_rate 0.001, beta1 0.9, beta2 0.999, epsilon 1E-07, weight_decay 0.004)", $"{new AdamW()}");
        Assert.Equal("RMSprop(learning_rate 0.001, rho 0.9, momentum 0, epsilon 1E-07, centered False, clipvalue 0.5)", $"{new RMSprop { ClipValue = 0.5 }}");
        SGD many = new()
        {
            Groups = [new("*/bias", rate: 2, decay: 0), new("dense_1/*", rate: 0.5)],
            GlobalClipNorm = 3,
            Lookahead = new(6, 0.25),
        };
        Assert.EndsWith(
            ", groups [*/bias: rate 2, decay 0; dense_1/*: rate 0.5], global_clipnorm 3, lookahead [every 6, slow_share 0.25])",
            $"{many}",
            StringComparison.Ordinal);
        Assert.EndsWith(", clipnorm 3, ema [momentum 0.99])", $"{new SGD { ClipNorm = 3, MovingAverage = new() }}", StringComparison.Ordinal);
        Assert.EndsWith(", ema [momentum 0.5, overwrite_frequency 7])", $"{new SGD { MovingAverage = new(0.5, 7) }}", StringComparison.Ordinal);
    }
}
