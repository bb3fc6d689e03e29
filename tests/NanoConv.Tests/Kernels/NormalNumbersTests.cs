using System.Numerics;
using NanoConv.Kernels;

namespace NanoConv.Tests.Kernels;

/// <summary>Normal numbers as a function of their place: the formula, the distribution, and that no cut shows.</summary>
public abstract class NormalNumbersTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Fact]
    public void Each_is_Box_and_Mullers_formula_of_its_draw() => ForAll(Generators.Lengths, static c =>
    {
        ulong key = CounterRandom.Key(RandomDomain.Own, c.Seed);
        long first = (long)c.Seed << 20;
        T[] x = Numbers.Reals<T>(c.Length, c.Seed);
        Poisoned<T> y = new(c.Length);
        NormalNumbers.Add(y.View, x, key, first, 0.25);
        T[] expected = [.. x.Select((value, i) =>
        {
            ulong bits = CounterRandom.Bits(key, first + i);
            (double u, double v) = (((bits >> 32) + 0.5) / 4294967296.0, (uint)bits / 4294967296.0);
            return value + T.CreateChecked(-0.25 * Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v)); // half a turn further on
        })];
        Expect.Close("y", expected, y.Checked(), typeof(T) == typeof(float) ? 1e-6 : 1e-14);
    });

    [Fact]
    public void They_do_not_depend_on_how_they_are_cut() => ForAll(Generators.Lengths, static c =>
    {
        ulong key = CounterRandom.Key(RandomDomain.Own, c.Seed);
        T[] whole = new T[c.Length], parts = new T[c.Length];
        NormalNumbers.Add<T>(whole, new T[c.Length], key, first: 13, deviation: 1);
        int cut = c.Seed % (c.Length + 1);
        NormalNumbers.Add<T>(parts.AsSpan(0, cut), new T[cut], key, first: 13, deviation: 1);
        NormalNumbers.Add<T>(parts.AsSpan(cut), new T[c.Length - cut], key, first: 13 + cut, deviation: 1);
        Expect.SameBits<T>("normal", whole, parts);
    }, share: 5);

    /// <summary>Moments up to the fourth, the share between two bounds, and neighbours that know nothing of one another: to five deviations each.</summary>
    [Fact]
    public void They_are_distributed_normally_and_independent()
    {
        const int Count = 200_000;
        T[] values = new T[Count];
        NormalNumbers.Add(values, new T[Count], CounterRandom.Key(RandomDomain.Own, 1), first: 0, deviation: 1);
        double[] normal = [.. values.Select(double.CreateChecked)];
        double allowed = 5 / Math.Sqrt(Count);
        Assert.InRange(normal.Average(), -allowed, allowed);
        Assert.InRange(normal.Average(n => n * n), 1 - (Math.Sqrt(2) * allowed), 1 + (Math.Sqrt(2) * allowed));
        Assert.InRange(normal.Average(n => n * n * n), -Math.Sqrt(15) * allowed, Math.Sqrt(15) * allowed);
        Assert.InRange(normal.Average(n => n * n * n * n), 3 - (Math.Sqrt(96) * allowed), 3 + (Math.Sqrt(96) * allowed));
        Assert.InRange(normal.Average(n => n is > 0 and < 1 ? 1.0 : 0), 0.34134 - (0.4742 * allowed), 0.34134 + (0.4742 * allowed));
        for (int apart = 1; apart <= 9; apart++)
            Assert.InRange(normal.Skip(apart).Zip(normal, (one, other) => one * other).Average(), -allowed, allowed);
        Assert.InRange(normal.Max(Math.Abs), 4, 6.8);
    }
}

public sealed class NormalNumbersFloatTests : NormalNumbersTests<float>;

public sealed class NormalNumbersDoubleTests : NormalNumbersTests<double>;
