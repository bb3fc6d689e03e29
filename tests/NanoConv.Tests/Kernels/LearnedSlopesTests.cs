using System.Numerics;

namespace NanoConv.Tests.Kernels;

/// <summary>Slopes that are learned against their definition, element by element, in whole numbers.</summary>
public abstract class LearnedSlopesTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Fact]
    public void Every_element_goes_by_its_own_slope() => ForAll(Generators.Slopes, static c =>
    {
        (T[] x, T[] dy, T[] slopes) = Draw(c);
        LearnedSlopes kernel = new(c.Shape, c.Slopes);
        Poisoned<T> y = new(c.Elements), dx = new(c.Elements);
        kernel.Multiply(y.View, x, x, slopes);
        kernel.Multiply(dx.View, dy, x, slopes);
        Shape batch = c.Shape.Batch(c.Examples);
        Expect.Equal("y", batch, [.. x.Select((value, i) => value > T.Zero ? value : value * slopes[c.SlopeOf(i)])], y.Checked());
        Expect.Equal("dx", batch, [.. dy.Select((value, i) => x[i] > T.Zero ? value : value * slopes[c.SlopeOf(i)])], dx.Checked());
        kernel.Multiply(dy, dy, x, slopes);
        kernel.Multiply<T>(x, x, x, slopes);
        Expect.SameBits("dx in place", dx.View, dy);
        Expect.SameBits("y in place", y.View, x);
    });

    [Fact]
    public void Every_slopes_gradient_is_the_sum_over_its_elements() => ForAll(Generators.Slopes, static c =>
    {
        (T[] x, T[] dy, T[] slopes) = Draw(c);
        T[] expected = Numbers.Integers<T>(slopes.Length, c.Seed + 3);
        Poisoned<T> gradient = new(slopes.Length);
        expected.CopyTo(gradient.View);
        for (int i = 0; i < x.Length; i++)
            expected[c.SlopeOf(i)] += x[i] > T.Zero ? T.Zero : dy[i] * x[i];
        new LearnedSlopes(c.Shape, c.Slopes).AddGradient(gradient.View, dy, x);
        Expect.Equal("da", c.Slopes, expected, gradient.Checked());
    });

    /// <summary>Rounded or not: wherever a shard begins.</summary>
    [Fact]
    public void An_example_alone_has_the_bits_that_it_has_among_others() => ForAll(Generators.Slopes, static c =>
    {
        T[] x = Numbers.Reals<T>(c.Elements, c.Seed), dy = Numbers.Reals<T>(c.Elements, c.Seed + 1);
        T[] slopes = Numbers.Reals<T>(c.Slopes.Elements, c.Seed + 2), all = new T[slopes.Length], one = new T[slopes.Length], y = new T[c.Elements];
        LearnedSlopes kernel = new(c.Shape, c.Slopes);
        kernel.Multiply(y, dy, x, slopes);
        kernel.AddGradient(all, dy, x);
        for (int start = 0, length = c.Shape.Elements; start < x.Length; start += length)
        {
            T[] alone = new T[length];
            kernel.Multiply(alone, dy.AsSpan(start, length), x.AsSpan(start, length), slopes);
            kernel.AddGradient(one, dy.AsSpan(start, length), x.AsSpan(start, length));
            Expect.SameBits("dx", y.AsSpan(start, length), alone);
        }

        Expect.SameBits<T>("da", all, one);
    });

    [Fact]
    public void NaN_is_passed_on()
    {
        LearnedSlopes kernel = new((9, 2), (1, 2));
        T[] x = [.. Enumerable.Repeat(T.NaN, 18)], y = new T[18], gradient = new T[2];
        kernel.Multiply<T>(y, x, x, [T.Zero, T.One]);
        kernel.AddGradient(gradient, Numbers.Integers<T>(18, 1), x);
        Assert.All(y, value => Assert.True(T.IsNaN(value)));
        Assert.All(gradient, value => Assert.True(T.IsNaN(value)));
    }

    private static (T[] X, T[] Dy, T[] Slopes) Draw(SlopesCase c) => (
        Numbers.Integers<T>(c.Elements, c.Seed), Numbers.Integers<T>(c.Elements, c.Seed + 1), Numbers.Integers<T>(c.Slopes.Elements, c.Seed + 2));
}

public sealed class LearnedSlopesFloatTests : LearnedSlopesTests<float>;

public sealed class LearnedSlopesDoubleTests : LearnedSlopesTests<double>;
