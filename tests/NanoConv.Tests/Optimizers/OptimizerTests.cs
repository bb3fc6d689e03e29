using System.Numerics;

namespace NanoConv.Tests.Optimizers;

/// <summary>Adam and gradient descent against closed forms, worked out here in double and in other words.</summary>
public abstract class OptimizerTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly double Tolerance = typeof(T) == typeof(float) ? 2e-5 : 1e-12;

    /// <summary>With bias correction, the means of a constant gradient g are g and g²: every step is rate·g/(|g| + ε).</summary>
    [Fact]
    public void Adam_on_a_constant_gradient_takes_equal_steps() => ForAll(Generators.Lengths, static c =>
    {
        T[] gradient = Numbers.Reals<T>(c.Length, c.Seed);
        double[] expected = [.. gradient.Select(double.CreateChecked).Select(g => -7 * 0.01 * g / (Math.Abs(g) + 0.1))];
        Expect.Close<double>("w", expected, Run(new Adam(0.01, 0.8, 0.95, epsilon: 0.1), c.Length, steps: 7, _ => gradient), Tolerance);
    });

    /// <summary>The moments as explicit weighted sums over all steps so far, instead of running means.</summary>
    [Fact]
    public void Adam_is_its_closed_form_on_any_gradients() => ForAll(Generators.Lengths, static c =>
    {
        const double Rate = 0.02, Beta1 = 0.9, Beta2 = 0.99, Epsilon = 1e-3;
        const int Steps = 5;
        T[][] gradients = [.. Enumerable.Range(0, Steps).Select(step => Numbers.Reals<T>(c.Length, c.Seed + step))];
        double[] expected = new double[c.Length];
        for (int i = 0; i < expected.Length; i++)
        {
            for (int t = 1; t <= Steps; t++)
            {
                double[] g = [.. gradients[..t].Select(gradient => double.CreateChecked(gradient[i]))];
                double m = g.Select((value, s) => Math.Pow(Beta1, t - 1 - s) * (1 - Beta1) * value).Sum() / (1 - Math.Pow(Beta1, t));
                double v = g.Select((value, s) => Math.Pow(Beta2, t - 1 - s) * (1 - Beta2) * value * value).Sum() / (1 - Math.Pow(Beta2, t));
                expected[i] -= Rate * m / (Math.Sqrt(v) + Epsilon);
            }
        }

        double[] w = Run(new Adam(Rate, Beta1, Beta2, Epsilon), c.Length, Steps, step => gradients[step - 1]);
        Expect.Close<double>("w", expected, w, Tolerance);
    });

    /// <summary>At a gradient as small as ε the place of ε shows: outside the corrected root the step is half the rate.</summary>
    [Fact]
    public void Adams_epsilon_stands_outside_the_corrected_root()
    {
        double[] w = Run(new Adam(), 1, steps: 1, _ => [T.CreateChecked(1e-7)]);
        Expect.Close(-0.001 / 2, w[0], 1e-5);
    }

    /// <summary>
    /// Keras adds ε before the correction: w −= rate·√(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + ε). Its ε is ours · √(1−β₂ᵗ).
    /// </summary>
    [Fact]
    public void Adam_is_Keras_with_the_epsilon_that_its_remark_says()
    {
        const double G = 1e-4, Epsilon = 1e-3;
        double m = (1 - 0.9) * G, v = (1 - 0.999) * G * G, kerasEpsilon = Epsilon * Math.Sqrt(1 - 0.999);
        double keras = -0.001 * Math.Sqrt(1 - 0.999) / (1 - 0.9) * m / (Math.Sqrt(v) + kerasEpsilon);
        Expect.Close(keras, Run(new Adam(epsilon: Epsilon), 1, steps: 1, _ => [T.CreateChecked(G)])[0], 1e-5);
    }

    [Fact]
    public void Adams_defaults_are_Keras()
    {
        Adam adam = new();
        Assert.Equal((0.001, 0.9, 0.999, 1e-7), (adam.LearningRate.At(0), adam.Beta1, adam.Beta2, adam.Epsilon));
        SGD sgd = new();
        Assert.Equal((0.01, 0.0, false), (sgd.LearningRate.At(0), sgd.Momentum, sgd.Nesterov));
    }

    /// <summary>Momentum μ on a constant g: the velocity after t steps is −rate·g·(1−μᵗ)/(1−μ), the place their sum.</summary>
    [Theory]
    [InlineData(0.0, false)]
    [InlineData(0.9, false)]
    [InlineData(0.9, true)]
    [InlineData(0.5, true)]
    public void Gradient_descent_on_a_constant_gradient_is_a_geometric_sum(double momentum, bool nesterov) => ForAll(Generators.Lengths, c =>
    {
        const int Steps = 6;
        T[] gradient = Numbers.Reals<T>(c.Length, c.Seed);
        double Velocity(int t) => (1 - Math.Pow(momentum, t)) / (1 - momentum);
        double path = Enumerable.Range(1, Steps).Sum(t => nesterov ? 1 + (momentum * Velocity(t)) : Velocity(t));
        double[] expected = [.. gradient.Select(g => -0.05 * double.CreateChecked(g) * path)];
        Expect.Close<double>("w", expected, Run(new SGD(0.05, momentum, nesterov), c.Length, Steps, _ => gradient), Tolerance);
    });

    [Fact]
    public void An_update_has_the_same_bits_however_the_parameters_are_cut() => ForAll(Generators.Lengths, static c =>
    {
        foreach (Optimizer optimizer in (Optimizer[])
        [
            new Adam(0.1), new AdamW(0.1, 0.1), new SGD(0.1, 0.9, nesterov: true), new SGD(0.1, 0.9, weightDecay: 0.1, gradientVelocity: true),
            new RMSprop(0.1, momentum: 0.5, centered: true), new RMSprop(),
        ])
        {
            OptimizerState<T> whole = optimizer.Start<T>(c.Length), parts = optimizer.Start<T>(c.Length);
            T[] wholeW = Numbers.Reals<T>(c.Length, c.Seed), partsW = (T[])wholeW.Clone();
            int cut = c.Seed % (c.Length + 1);
            for (int step = 0; step < 3; step++)
            {
                T[] gradient = Numbers.Reals<T>(c.Length, c.Seed + step);
                whole.BeginStep();
                whole.Update(0, wholeW, gradient);
                parts.BeginStep();
                parts.Update(cut, partsW.AsSpan(cut), gradient.AsSpan(cut));
                parts.Update(0, partsW.AsSpan(0, cut), gradient.AsSpan(0, cut));
            }

            Expect.SameBits<T>("w", wholeW, partsW);
            for (int i = 0; i < whole.Tensors.Count; i++)
                Expect.SameBits<T>(whole.Tensors[i].Name, whole.Tensors[i].Values, parts.Tensors[i].Values);
        }
    });

    [Fact]
    public void Settings_outside_their_range_are_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new Adam(learningRate: 0), "learning rate", "0");
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new Adam(learningRate: double.NaN), "learning rate");
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new Adam(beta1: 1), "beta1");
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new Adam(beta2: -0.1), "beta2");
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new Adam(epsilon: 0), "epsilon");
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new SGD(double.PositiveInfinity), "learning rate");
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new SGD(momentum: 1), "momentum");
    }

    // Parameters that start at 0, after some steps; gradients by step, from 1.
    private static double[] Run(Optimizer optimizer, int parameters, int steps, Func<int, T[]> gradients)
    {
        OptimizerState<T> state = optimizer.Start<T>(parameters);
        T[] w = new T[parameters];
        for (int step = 1; step <= steps; step++)
        {
            state.BeginStep();
            Assert.Equal(step, state.Step);
            state.Update(0, w, gradients(step));
        }

        return [.. w.Select(double.CreateChecked)];
    }
}

public sealed class OptimizerFloatTests : OptimizerTests<float>;

public sealed class OptimizerDoubleTests : OptimizerTests<double>;
