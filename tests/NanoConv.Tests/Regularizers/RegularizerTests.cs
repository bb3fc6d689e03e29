using System.Numerics;

namespace NanoConv.Tests.Regularizers;

/// <summary>L1 and L2: penalties by definition, gradients as their slopes.</summary>
public abstract class RegularizerTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly double Tolerance = typeof(T) == typeof(float) ? 1e-6 : 1e-14;

    [Fact]
    public void L1_is_the_sum_of_magnitudes_and_its_slope_their_sign() => ForAll(Generators.Lengths, static c =>
        Check(new L1(0.3), c, static w => 0.3 * Math.Abs(w), static w => 0.3 * Math.Sign(w)));

    [Fact]
    public void L2_is_the_sum_of_squares_without_a_half() => ForAll(Generators.Lengths, static c =>
        Check(new L2(0.3), c, static w => 0.3 * w * w, static w => 2 * 0.3 * w));

    [Fact]
    public void Strengths_below_zero_are_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new L1(-1), "at least 0", "-1");
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new L2(double.NaN), "at least 0");
    }

    // Integers: some weights are 0, where L1 has its kink and its slope counts as 0.
    private static void Check(Regularizer regularizer, (int Length, int Seed) c, Func<double, double> penalty, Func<double, double> slope)
    {
        T[] w = Numbers.Integers<T>(c.Length, c.Seed), gradient = Numbers.Reals<T>(c.Length, c.Seed + 1);
        T[] expected = [.. gradient.Zip(w, (g, value) => g + T.CreateChecked(slope(double.CreateChecked(value))))];
        Poisoned<T> actual = new(c.Length);
        gradient.CopyTo(actual.View);
        regularizer.AddGradient(actual.View, w);
        Expect.Close("gradient", expected, actual.Checked(), Tolerance);
        Expect.Close(w.Sum(value => penalty(double.CreateChecked(value))), double.CreateChecked(regularizer.Penalty<T>(w)), 10 * Tolerance);
    }
}

public sealed class RegularizerFloatTests : RegularizerTests<float>;

public sealed class RegularizerDoubleTests : RegularizerTests<double>;
