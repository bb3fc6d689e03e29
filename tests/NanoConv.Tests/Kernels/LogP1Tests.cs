using System.Numerics;

namespace NanoConv.Tests.Kernels;

/// <summary>ln(1 + x) from 0 to 1 against 28 digits, and softplus, which is made of it, at its far ends.</summary>
public abstract class LogP1Tests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly double Ulp = typeof(T) == typeof(float) ? 1.0 / (1 << 23) : 1.0 / (1L << 52);

    [Fact]
    public void It_is_off_by_three_units_in_the_last_place_at_most() => ForAll(Generators.Lengths, static c =>
    {
        T[] x = Numbers.Reals<T>(c.Length, c.Seed);
        for (int i = 0; i < x.Length; i++)
            x[i] = T.Abs(T.ScaleB(x[i], -(i % 20)));
        foreach (T argument in (T[])[.. x, T.Zero, T.One, T.BitDecrement(T.One), T.Epsilon])
        {
            T actual = Transcendental.LogP1(new Vector<T>(argument))[0];
            double expected = Expected(double.CreateChecked(argument)), off = Math.Abs(double.CreateChecked(actual) - expected);
            Assert.True(off <= 3 * Ulp * expected, $"ln(1 + {argument:R}): expected {expected:R}, received {actual:R}, off by {off / expected / Ulp} units");
        }
    });

    [Fact]
    public void NaN_stays_NaN() => Assert.True(T.IsNaN(Transcendental.LogP1(new Vector<T>(T.NaN))[0]));

    /// <summary>Left of all rounding it is eˣ, right of it x, and its slope, told by y, is as exact as it is itself.</summary>
    [Fact]
    public void Softplus_and_its_slope_are_exact_at_both_ends()
    {
        foreach (double x in (double[])[-85, -60, -40, -30, -20, 40, 60, 85, 1e5, 1e30])
        {
            T[] y = new T[1], dx = new T[1];
            T argument = T.CreateChecked(x);
            Activation.Softplus.Forward<T>(y, [argument], 1);
            Activation.Softplus.Gradient<T>(dx, [T.One], [], y, 1);
            double value = x < 0 ? Math.Exp(x) - (Math.Exp(2 * x) / 2) : x, slope = x < 0 ? Math.Exp(x) - Math.Exp(2 * x) : 1;
            Expect.Close(value, double.CreateChecked(y[0]), 3 * Ulp);
            Expect.Close(slope, double.CreateChecked(dx[0]), 3 * Ulp);
        }
    }

    // By −ln(1 − w) = w + w²/2 + w³/3 + … with w = x / (1 + x), in decimal; where that has too few digits, by two terms of its series in x.
    private static double Expected(double x)
    {
        if (x < 1e-8)
            return x - (x * x / 2);
        int shift = 52 - Math.ILogB(x);
        decimal exact = (long)Math.ScaleB(x, shift); // a conversion from double would round to 15 digits
        for (int i = 0; i < shift; i++)
            exact /= 2;
        decimal w = exact / (1 + exact), power = w, sum = w;
        for (int k = 2; power > 1e-27m; k++)
        {
            power *= w;
            sum += power / k;
        }

        return (double)sum;
    }
}

public sealed class LogP1FloatTests : LogP1Tests<float>;

public sealed class LogP1DoubleTests : LogP1Tests<double>;
