using NanoConv.Cifar.Data.Shapes;
using Xunit;

namespace NanoConv.Cifar.Tests.Data;

public class SplitMix64Tests
{
    [Theory]
    [InlineData(0UL, 0xE220A8397B1DCDAFUL)]
    [InlineData(1234567UL, 6457827717110365317UL)]
    public void Mix_gives_the_published_first_numbers(ulong seed, ulong expected) =>
        Assert.Equal(expected, SplitMix64.Mix(seed));

    [Fact]
    public void Units_are_at_least_0_and_below_1()
    {
        Assert.Equal(0, SplitMix64.ToUnit(0));
        Assert.True(SplitMix64.ToUnit(ulong.MaxValue) < 1);
    }

    [Fact]
    public void Integers_are_uniform()
    {
        var random = new SplitMix64(1, 2, 3);
        var seen = new int[7];
        for (int i = 0; i < 70_000; i++)
            seen[random.NextInt(7)]++;

        // Mean 10,000, standard deviation 93.
        Assert.All(seen, times => Assert.InRange(times, 9_500, 10_500));
    }

    [Fact]
    public void Directions_have_length_1_and_no_preference()
    {
        var random = new SplitMix64(1, 2, 3);
        double sumX = 0, sumY = 0;
        for (int i = 0; i < 10_000; i++)
        {
            (double x, double y) = random.Direction();
            Assert.Equal(1, Math.Sqrt(x * x + y * y), precision: 12);
            sumX += x;
            sumY += y;
        }
        // Each sum has standard deviation √(10,000 / 2) = 71.
        Assert.InRange(sumX, -400, 400);
        Assert.InRange(sumY, -400, 400);
    }

    [Fact]
    public void Different_keys_give_different_streams()
    {
        var firsts = new HashSet<ulong>();
        for (ulong split = 0; split < 2; split++)
            for (ulong index = 0; index < 1000; index++)
                Assert.True(firsts.Add(new SplitMix64(5, split, index).NextBits()));
    }
}
