using System.Numerics;
using NanoConv.Kernels;
using NanoConv.Kernels.Reference;

namespace NanoConv.Tests.Kernels;

/// <summary>Max-pooling against its naive twin; the integers it is tried on are full of ties.</summary>
public abstract class MaxPoolingTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Fact]
    public void Forward_equals_its_naive_twin() => ForAll(Generators.Poolings, static c =>
    {
        T[] x = Pictures(c);
        Expect.Equal("y", YShape(c), NaiveForward(c, x), Forward(c, x));
    });

    [Fact]
    public void Padding_never_wins() => ForAll(Generators.Poolings, static c =>
    {
        T[] x = [.. Pictures(c).Select(value => value - T.CreateChecked(100))];
        ReadOnlySpan<T> y = Forward(c, x);
        Expect.Equal("y", YShape(c), NaiveForward(c, x), y);
        foreach (T value in y)
            Assert.True(value < T.Zero, $"expected the greatest of negative pixels, received {value}");
    });

    [Fact]
    public void NaN_passes() => ForAll(Generators.Poolings, static c =>
    {
        T[] x = PicturesWithNaN(c);
        Expect.Equal("y", YShape(c), NaiveForward(c, x), Forward(c, x));
    });

    [Fact]
    public void A_window_with_NaN_passes_no_gradient_on() => ForAll(Generators.Poolings, static c =>
    {
        T[] x = PicturesWithNaN(c), dy = Numbers.Integers<T>(YShape(c).Elements, c.Seed + 1);
        Expect.Equal("dx", XShape(c), NaiveInputGradient(c, x, dy), InputGradient(c, x, dy));
    });

    [Fact]
    public void The_input_gradient_equals_its_naive_twin() => ForAll(Generators.Poolings, static c =>
    {
        T[] x = Pictures(c), dy = Numbers.Integers<T>(YShape(c).Elements, c.Seed + 1);
        Expect.Equal("dx", XShape(c), NaiveInputGradient(c, x, dy), InputGradient(c, x, dy));
    });

    [Fact]
    public void No_gradient_is_lost_and_none_invented() => ForAll(Generators.Poolings, static c =>
    {
        T[] x = Pictures(c), dy = Numbers.Integers<T>(YShape(c).Elements, c.Seed + 1);
        double given = dy.Sum(double.CreateChecked);
        double arrived = 0;
        foreach (T value in InputGradient(c, x, (T[])dy.Clone()))
            arrived += double.CreateChecked(value);
        Assert.Equal(given, arrived);
    });

    [Fact]
    public void Of_equal_pixels_the_first_takes_all()
    {
        WindowGeometry window = new((2, 2, 1), 2, 2, Padding.Valid);
        T[] x = [T.Zero, T.One, T.One, T.One], y = [T.One], dy = [T.CreateChecked(5)], dx = Poisoned<T>.NaNs(4);
        MaxPooling.InputGradient<T>(window, 1, dx, x, y, dy);
        Assert.Equal([T.Zero, T.CreateChecked(5), T.Zero, T.Zero], dx);
    }

    [Fact]
    public void Overlapping_windows_with_one_winner_add_up()
    {
        WindowGeometry window = new((1, 3, 1), (1, 2), 1, Padding.Valid);
        T[] x = [T.Zero, T.One, T.Zero], y = [T.One, T.One], dy = [T.CreateChecked(2), T.CreateChecked(3)], dx = Poisoned<T>.NaNs(3);
        MaxPooling.InputGradient<T>(window, 1, dx, x, y, dy);
        Assert.Equal([T.Zero, T.CreateChecked(5), T.Zero], dx);
    }

    private static T[] Pictures(PoolingCase c) => Numbers.Integers<T>(c.Images * c.Window.Geometry.InputElements, c.Seed);

    private static T[] PicturesWithNaN(PoolingCase c)
    {
        T[] x = Pictures(c);
        Random random = new(c.Seed);
        for (int i = 0; i < 1 + (x.Length / 8); i++)
            x[random.Next(x.Length)] = T.NaN;
        return x;
    }

    private static Shape XShape(PoolingCase c) => (c.Images, c.Window.Height, c.Window.Width, c.Window.Channels);

    private static Shape YShape(PoolingCase c) =>
        (c.Images, c.Window.Geometry.OutputHeight, c.Window.Geometry.OutputWidth, c.Window.Channels);

    private static ReadOnlySpan<T> Forward(PoolingCase c, T[] x)
    {
        Poisoned<T> y = new(YShape(c).Elements);
        MaxPooling.Forward(c.Window.Geometry, c.Images, y.View, x);
        return y.Checked();
    }

    private static T[] NaiveForward(PoolingCase c, T[] x)
    {
        T[] y = Poisoned<T>.NaNs(YShape(c).Elements);
        NaiveMaxPooling.Forward<T>(c.Window.Geometry, c.Images, y, x);
        return y;
    }

    private static T[] NaiveInputGradient(PoolingCase c, T[] x, T[] dy)
    {
        T[] dx = Poisoned<T>.NaNs(x.Length);
        NaiveMaxPooling.InputGradient<T>(c.Window.Geometry, c.Images, dx, x, dy);
        return dx;
    }

    private static ReadOnlySpan<T> InputGradient(PoolingCase c, T[] x, T[] dy)
    {
        Poisoned<T> dx = new(x.Length);
        MaxPooling.InputGradient(c.Window.Geometry, c.Images, dx.View, x, NaiveForward(c, x), dy);
        return dx.Checked();
    }
}

public sealed class MaxPoolingFloatTests : MaxPoolingTests<float>;

public sealed class MaxPoolingDoubleTests : MaxPoolingTests<double>;
