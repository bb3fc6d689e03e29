using System.Numerics;
using NanoConv.Kernels;
using NanoConv.Kernels.Reference;

namespace NanoConv.Tests.Kernels;

/// <summary>Pictures made larger, against the naive twin: exactly where the weights are binary fractions, else to rounding.</summary>
public abstract class UpSamplingTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly double Tolerance = typeof(T) == typeof(float) ? 1e-5 : 1e-13;

    [Fact]
    public void Forward_equals_its_naive_twin() => ForAll(Generators.UpSamplings, static c =>
    {
        T[] x = Numbers.Integers<T>(c.Images * c.Picture.Elements, c.Seed), expected = Poisoned<T>.NaNs(c.Images * c.Large.Elements);
        NaiveUpSampling.Forward<T>(c.Picture, c.Size, c.Interpolation, c.Images, expected, x);
        AssertEqual("y", c, c.Large, expected, Forward(c, x));
    });

    [Fact]
    public void The_input_gradient_equals_its_naive_twin() => ForAll(Generators.UpSamplings, static c =>
    {
        T[] dy = Numbers.Integers<T>(c.Images * c.Large.Elements, c.Seed), expected = Poisoned<T>.NaNs(c.Images * c.Picture.Elements);
        NaiveUpSampling.InputGradient<T>(c.Picture, c.Size, c.Interpolation, c.Images, expected, dy);
        AssertEqual("dx", c, c.Picture, expected, InputGradient(c, dy));
    });

    /// <summary>⟨up(x), dy⟩ = ⟨x, dx⟩, in whole numbers that all weights' denominators divide.</summary>
    [Fact]
    public void Forward_and_backward_are_adjoint() => ForAll(Generators.UpSamplings, static c =>
    {
        T[] x = Numbers.Integers<T>(c.Images * c.Picture.Elements, c.Seed), dy = Numbers.Integers<T>(c.Images * c.Large.Elements, c.Seed + 1);
        double left = Numbers.Dot(Forward(c, x), dy), right = Numbers.Dot(x, InputGradient(c, (T[])dy.Clone()));
        if (IsExact(c))
            Assert.Equal(left, right);
        else
            Assert.True(Math.Abs(left - right) <= Tolerance * x.Length * 9 * c.Size.Height * c.Size.Width, $"expected {left}, received {right}");
    });

    /// <summary>Where the slope of a picture is the same everywhere, so is what lies between its pixels.</summary>
    [Fact]
    public void A_ramp_stays_a_ramp()
    {
        UpSamplingCase bilinear = new((1, 3, 1), (1, 4), Interpolation.Bilinear, 1, 0), nearest = bilinear with { Interpolation = Interpolation.Nearest };
        T[] x = [T.Zero, T.CreateChecked(8), T.CreateChecked(16)];
        Assert.Equal([0.0, 0, 1, 3, 5, 7, 9, 11, 13, 15, 16, 16], Forward(bilinear, x).ToArray().Select(double.CreateChecked));
        Assert.Equal([0.0, 0, 0, 0, 8, 8, 8, 8, 16, 16, 16, 16], Forward(nearest, x).ToArray().Select(double.CreateChecked));
    }

    /// <summary>On a pixel's centre, and beyond the outermost, there is that pixel alone; an infinite one does not make its neighbour NaN.</summary>
    [Fact]
    public void Infinity_and_NaN_reach_what_they_have_a_share_in_alone()
    {
        UpSamplingCase c = new((1, 3, 1), (1, 3), Interpolation.Bilinear, 1, 0);
        double[] y = [.. Forward(c, [T.One, T.PositiveInfinity, T.NaN]).ToArray().Select(double.CreateChecked)];
        Assert.Equal([1, 1, double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity, double.NaN, double.NaN, double.NaN, double.NaN], y);
    }

    /// <summary>Vectors or not: side by side with any other channels, a channel's numbers have the same bits.</summary>
    [Fact]
    public void A_channel_s_bits_do_not_depend_on_how_many_there_are() => ForAll(Generators.UpSamplings, static c =>
    {
        int channels = c.Picture[2];
        UpSamplingCase one = c with { Picture = (c.Picture[0], c.Picture[1], 1) };
        T[] x = Numbers.Reals<T>(c.Images * c.Picture.Elements, c.Seed), dy = Numbers.Reals<T>(c.Images * c.Large.Elements, c.Seed + 1);
        T[] y = Forward(c, x).ToArray(), dx = InputGradient(c, (T[])dy.Clone()).ToArray();
        for (int channel = 0; channel < channels; channel++)
        {
            Expect.SameBits("y", Forward(one, Channel(x, channel)), Channel(y, channel));
            Expect.SameBits("dx", InputGradient(one, Channel(dy, channel)), Channel(dx, channel));
        }

        T[] Channel(T[] values, int channel) => [.. values.Where((_, i) => i % channels == channel)];
    }, share: 0.2);

    // Weights are multiples of 1 / (2·size).
    private static bool IsExact(UpSamplingCase c) =>
        c.Interpolation == Interpolation.Nearest || (BitOperations.IsPow2(c.Size.Height) && BitOperations.IsPow2(c.Size.Width));

    private static void AssertEqual(string name, UpSamplingCase c, Shape shape, T[] expected, ReadOnlySpan<T> actual)
    {
        if (IsExact(c))
            Expect.Equal(name, shape.Batch(c.Images), expected, actual);
        else
            Expect.Close(name, expected, actual, Tolerance);
    }

    private static ReadOnlySpan<T> Forward(UpSamplingCase c, T[] x)
    {
        Poisoned<T> y = new(c.Images * c.Large.Elements), line = new(c.Picture[1] * c.Picture[2]);
        if (c.Interpolation == Interpolation.Bilinear)
            UpSampling.Bilinear(c.Picture, c.Size, c.Images, y.View, x, line.View);
        else
            UpSampling.Nearest(c.Picture, c.Size, c.Images, y.View, x);
        line.Checked();
        return y.Checked();
    }

    private static ReadOnlySpan<T> InputGradient(UpSamplingCase c, T[] dy)
    {
        Poisoned<T> dx = new(c.Images * c.Picture.Elements), line = new(c.Picture[1] * c.Picture[2]);
        if (c.Interpolation == Interpolation.Bilinear)
            UpSampling.BilinearGradient(c.Picture, c.Size, c.Images, dx.View, dy, line.View);
        else
            UpSampling.NearestGradient(c.Picture, c.Size, c.Images, dx.View, dy);
        line.Checked();
        return dx.Checked();
    }
}

public sealed class UpSamplingFloatTests : UpSamplingTests<float>;

public sealed class UpSamplingDoubleTests : UpSamplingTests<double>;
