using FsCheck.Fluent;
using NanoConv.Kernels;

namespace NanoConv.Tests.Kernels;

/// <summary>Random numbers as a function of their place: what shuffling, masks and first weights are made of.</summary>
public sealed class CounterRandomTests : PropertySuite
{
    /// <summary>The first numbers that SplitMix64 gives for a state of 1234567, as its author's C program prints them.</summary>
    [Fact]
    public void It_is_SplitMix64() => Assert.Equal(
        [6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL],
        Enumerable.Range(0, 3).Select(i => CounterRandom.Bits(1234567, i)));

    [Fact]
    public void A_shuffle_is_a_permutation() => ForAll(Generators.Lengths, static c =>
    {
        int[] order = [.. Enumerable.Range(0, c.Length)];
        CounterRandom.Shuffle(order, CounterRandom.Key(RandomDomain.Own, c.Seed));
        Assert.Equal(Enumerable.Range(0, c.Length), order.Order());
    });

    [Fact]
    public void A_shuffle_brings_every_element_to_every_place_equally_often()
    {
        const int Length = 5, Shuffles = 20_000;
        int[,] times = new int[Length, Length];
        for (int seed = 0; seed < Shuffles; seed++)
        {
            int[] order = [0, 1, 2, 3, 4];
            CounterRandom.Shuffle(order, CounterRandom.Key(RandomDomain.Own, seed));
            for (int place = 0; place < Length; place++)
                times[place, order[place]]++;
        }

        // Five standard deviations of a count of chance 1/5.
        double allowed = 5 * Math.Sqrt(Shuffles * 0.2 * 0.8);
        foreach (int count in times)
            Assert.InRange(count, (Shuffles / Length) - allowed, (Shuffles / Length) + allowed);
    }

    [Fact]
    public void Numbers_below_a_bound_stay_below_it() => ForAll(Generators.Lengths, static c =>
    {
        for (int i = 0; i < 200; i++)
        {
            Assert.InRange(CounterRandom.Below(CounterRandom.Key(RandomDomain.Own, c.Seed), i, c.Length), 0, c.Length - 1);
            double uniform = CounterRandom.Uniform(CounterRandom.Key(RandomDomain.Own, c.Seed), i);
            Assert.True(uniform is >= 0 and < 1);
        }
    });

    [Fact]
    public void Seeds_and_streams_give_different_sequences()
    {
        IEnumerable<ulong> keys = from seed in Enumerable.Range(0, 20)
                                  from step in Enumerable.Range(0, 20)
                                  from layer in Enumerable.Range(0, 5)
                                  select CounterRandom.Key(RandomDomain.Own, seed, step, layer);
        Assert.Equal(2000, keys.Distinct().Count());
        Assert.NotEqual(CounterRandom.Key(RandomDomain.Own, 1, 2), CounterRandom.Key(RandomDomain.Own, 2, 1));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void A_mask_drops_its_share_and_keeps_the_expectation(double rate)
    {
        double[] mask = new double[100_000];
        CounterRandom.DropoutMask<double>(mask, CounterRandom.Key(RandomDomain.Own, 1), first: 0, rate);
        Assert.All(mask, value => Assert.True(value == 0 || value == 1 / (1 - rate)));
        double deviation = Math.Sqrt(rate * (1 - rate) / mask.Length);
        Assert.InRange(mask.Count(value => value == 0) / (double)mask.Length, rate - (5 * deviation), rate + (5 * deviation));
        Assert.InRange(mask.Average(), 1 - (5 * deviation / (1 - rate)), 1 + (5 * deviation / (1 - rate)));
    }

    [Fact]
    public void A_mask_does_not_depend_on_how_it_is_cut() => ForAll(Generators.Lengths, static c =>
    {
        float[] whole = new float[c.Length], parts = new float[c.Length];
        ulong key = CounterRandom.Key(RandomDomain.Own, c.Seed);
        CounterRandom.DropoutMask<float>(whole, key, first: 13, rate: 0.4);
        int cut = c.Seed % (c.Length + 1);
        CounterRandom.DropoutMask<float>(parts.AsSpan(0, cut), key, first: 13, rate: 0.4);
        CounterRandom.DropoutMask<float>(parts.AsSpan(cut), key, first: 13 + cut, rate: 0.4);
        Assert.Equal(whole, parts);
    });
}
