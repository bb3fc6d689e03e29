using System.Numerics;
using NanoConv.Kernels;
using NanoConv.Kernels.Reference;

namespace NanoConv.Tests.Kernels;

/// <summary>Average-pooling against its naive twin, in whole numbers: sums are exact, so that one division alone is rounded.</summary>
public abstract class AveragePoolingTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Fact]
    public void Forward_equals_its_naive_twin() => ForAll(Generators.Poolings, static c =>
    {
        T[] x = Pictures(c);
        Expect.Equal("y", YShape(c), NaiveForward(c, x), Forward(c, x));
    });

    [Fact]
    public void The_input_gradient_equals_its_naive_twin() => ForAll(Generators.Poolings, static c =>
    {
        T[] dy = Numbers.Integers<T>(YShape(c).Elements, c.Seed), expected = Poisoned<T>.NaNs(XShape(c).Elements);
        NaiveAveragePooling.InputGradient<T>(c.Window.Geometry, c.Images, expected, dy);
        Poisoned<T> dx = new(expected.Length);
        AveragePooling.InputGradient(c.Window.Geometry, c.Images, dx.View, dy);
        Expect.Equal("dx", XShape(c), expected, dx.Checked());
    });

    /// <summary>And so the border of a picture of one colour has that colour.</summary>
    [Fact]
    public void Padding_does_not_count() => ForAll(Generators.Poolings, static c =>
    {
        T[] x = new T[XShape(c).Elements];
        Array.Fill(x, T.CreateChecked(3));
        foreach (T value in Forward(c, x))
            Assert.Equal(T.CreateChecked(3), value);
    });

    /// <summary>⟨pool(x), dy⟩ = ⟨x, dx⟩: in multiples of all numbers of pixels that a window has, without rounding in double.</summary>
    [Fact]
    public void Forward_and_backward_are_adjoint() => ForAll(Generators.Poolings, static c =>
    {
        const double AllCounts = 3600; // of windows of up to 5 × 5
        double[] x = [.. Numbers.Integers<double>(XShape(c).Elements, c.Seed).Select(value => AllCounts * value)], y = new double[YShape(c).Elements];
        double[] dy = [.. Numbers.Integers<double>(y.Length, c.Seed + 1).Select(value => AllCounts * value)], dx = new double[x.Length];
        AveragePooling.Forward<double>(c.Window.Geometry, c.Images, y, x);
        AveragePooling.InputGradient<double>(c.Window.Geometry, c.Images, dx, dy);
        Assert.Equal(Numbers.Dot<double>(y, dy), Numbers.Dot<double>(x, dx));
    });

    [Fact]
    public void NaN_and_infinity_stay_in_their_windows() => ForAll(Generators.Poolings, static c =>
    {
        T[] x = Pictures(c);
        Random random = new(c.Seed);
        for (int i = 0; i < 1 + (x.Length / 8); i++)
            x[random.Next(x.Length)] = i % 2 == 0 ? T.NaN : T.PositiveInfinity;
        Expect.Equal("y", YShape(c), NaiveForward(c, x), Forward(c, x));
    });

    /// <summary>Vectors or not, a channel's numbers are added in one order: side by side with any others they have the same bits.</summary>
    [Fact]
    public void A_channel_s_bits_do_not_depend_on_how_many_there_are() => ForAll(Generators.Poolings, static c =>
    {
        WindowGeometry all = c.Window.Geometry, one = (c.Window with { Channels = 1 }).Geometry;
        T[] x = Numbers.Reals<T>(XShape(c).Elements, c.Seed), dy = Numbers.Reals<T>(YShape(c).Elements, c.Seed + 1);
        T[] y = new T[dy.Length], dx = new T[x.Length], y1 = new T[dy.Length / all.Channels], dx1 = new T[x.Length / all.Channels];
        AveragePooling.Forward<T>(all, c.Images, y, x);
        AveragePooling.InputGradient<T>(all, c.Images, dx, dy);
        for (int channel = 0; channel < all.Channels; channel++)
        {
            AveragePooling.Forward<T>(one, c.Images, y1, Channel(x, channel));
            AveragePooling.InputGradient<T>(one, c.Images, dx1, Channel(dy, channel));
            Expect.SameBits<T>("y", y1, Channel(y, channel));
            Expect.SameBits<T>("dx", dx1, Channel(dx, channel));
        }

        T[] Channel(T[] values, int channel) => [.. values.Where((_, i) => i % all.Channels == channel)];
    }, share: 0.2);

    private static T[] Pictures(PoolingCase c) => Numbers.Integers<T>(XShape(c).Elements, c.Seed);

    private static Shape XShape(PoolingCase c) => (c.Images, c.Window.Height, c.Window.Width, c.Window.Channels);

    private static Shape YShape(PoolingCase c) =>
        (c.Images, c.Window.Geometry.OutputHeight, c.Window.Geometry.OutputWidth, c.Window.Channels);

    private static ReadOnlySpan<T> Forward(PoolingCase c, T[] x)
    {
        Poisoned<T> y = new(YShape(c).Elements);
        AveragePooling.Forward(c.Window.Geometry, c.Images, y.View, x);
        return y.Checked();
    }

    private static T[] NaiveForward(PoolingCase c, T[] x)
    {
        T[] y = Poisoned<T>.NaNs(YShape(c).Elements);
        NaiveAveragePooling.Forward<T>(c.Window.Geometry, c.Images, y, x);
        return y;
    }
}

public sealed class AveragePoolingFloatTests : AveragePoolingTests<float>;

public sealed class AveragePoolingDoubleTests : AveragePoolingTests<double>;
