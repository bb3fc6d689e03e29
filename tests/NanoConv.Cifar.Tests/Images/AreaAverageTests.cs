using FsCheck;
using FsCheck.Fluent;
using NanoConv.Cifar.Images;
using NanoConv.Tests;
using Xunit;

namespace NanoConv.Cifar.Tests.Images;

/// <summary>The new size of a picture: a plain sum over what overlaps, and cases with answers written by hand.</summary>
public sealed class AreaAverageTests : PropertySuite
{
    private static readonly Gen<int> Side = Gen.OneOf(Gen.Choose(1, 8), Gen.Choose(1, 70), Gen.Constant(32));

    private static Arbitrary<Case> Cases { get; } = Arb.From(
        from sides in Side.Four()
        from isOpaque in Gen.Elements(true, false)
        from seed in Gen.Choose(0, 1000)
        select new Case(sides.Item1, sides.Item2, sides.Item3, sides.Item4, isOpaque, seed),
        Shrink);

    [Fact]
    public void Each_pixel_is_the_average_of_the_area_that_becomes_it() => ForAll(Cases, given =>
    {
        byte[] rgba = given.Pixels();
        byte[] actual = AreaAverage.OnWhite(rgba, given.Width, given.Height, given.ToWidth, given.ToHeight);
        Assert.Equal(given.ToWidth * given.ToHeight * 3, actual.Length);
        for (int i = 0; i < actual.Length; i++)
        {
            (int pixel, int channel) = (i / 3, i % 3);
            double expected = Average(given, rgba, pixel / given.ToWidth, pixel % given.ToWidth, channel);
            Assert.True(Math.Abs(expected - actual[i]) <= 0.5 + 1e-9, $"value {i}: expected {expected}, found {actual[i]}");
        }
    });

    [Theory]
    [InlineData(64, 32)]
    [InlineData(128, 32)]
    [InlineData(32, 32)]
    [InlineData(33, 32)]
    [InlineData(5, 32)]
    public void Rows_black_and_white_by_turns_stay_so_whatever_the_width(int width, int height)
    {
        byte[] rows = Opaque(width, height, (x, y) => y % 2 == 0 ? 0 : 255);
        byte[] expected = [.. Enumerable.Range(0, 32 * 32 * 3).Select(i => (byte)(i / 96 % 2 == 0 ? 0 : 255))];
        Assert.Equal(expected, AreaAverage.OnWhite(rows, width, height, 32, 32));
        byte[] columns = Opaque(height, width, (x, y) => x % 2 == 0 ? 0 : 255);
        expected = [.. Enumerable.Range(0, 32 * 32 * 3).Select(i => (byte)(i / 3 % 2 == 0 ? 0 : 255))];
        Assert.Equal(expected, AreaAverage.OnWhite(columns, height, width, 32, 32));
    }

    [Fact]
    public void An_opaque_picture_that_has_the_size_is_unchanged()
    {
        byte[] rgba = new Case(32, 32, 32, 32, IsOpaque: true, Seed: 1).Pixels();
        Assert.Equal(rgba.Where((_, i) => i % 4 < 3), AreaAverage.OnWhite(rgba, 32, 32, 32, 32));
    }

    [Theory]
    [InlineData(0, 1, 1)]      // 0.5
    [InlineData(2, 3, 3)]      // 2.5
    [InlineData(254, 255, 255)] // 254.5
    [InlineData(7, 9, 8)]
    public void Halves_are_rounded_up(byte one, byte other, byte expected) => Assert.Equal(
        [expected, expected, expected], AreaAverage.OnWhite([one, one, one, 255, other, other, other, 255], 2, 1, 1, 1));

    [Fact]
    public void A_border_within_a_pixel_shares_it_out()
    {
        byte[] three = Opaque(3, 1, (x, _) => 30 * x); // 0, 30, 60: 2 / 3 of the first, 1 / 3 of the second
        Assert.Equal(((byte)10, (byte)50), First(AreaAverage.OnWhite(three, 3, 1, 2, 1)));
        byte[] two = Opaque(2, 1, (x, _) => 30 * x); // one third, two half thirds, one third
        Assert.Equal([0, 0, 0, 15, 15, 15, 30, 30, 30], AreaAverage.OnWhite(two, 2, 1, 3, 1));
    }

    [Fact]
    public void What_is_transparent_does_not_colour_its_neighbours() => Assert.Equal(
        [128, 128, 255], AreaAverage.OnWhite([255, 0, 0, 0, 0, 0, 255, 255], 2, 1, 1, 1)); // white and blue

    [Fact]
    public void What_is_half_transparent_is_rounded_once() => Assert.Equal( // 254.502 and 254, not 255 and 254
        [254, 254, 254], AreaAverage.OnWhite([254, 254, 254, 127, 254, 254, 254, 255], 2, 1, 1, 1));

    private static (byte, byte) First(byte[] rgb) => (rgb[0], rgb[3]);

    private static byte[] Opaque(int width, int height, Func<int, int, int> grey)
    {
        var rgba = new byte[width * height * 4];
        for (int i = 0; i < width * height; i++)
        {
            rgba.AsSpan(4 * i, 3).Fill((byte)grey(i % width, i / width));
            rgba[4 * i + 3] = 255;
        }
        return rgba;
    }

    /// <summary>The definition, in real numbers: the overlap of every old pixel with the new one, times what it is on white.</summary>
    private static double Average(Case given, byte[] rgba, int row, int column, int channel)
    {
        (double stepX, double stepY) = ((double)given.Width / given.ToWidth, (double)given.Height / given.ToHeight);
        double sum = 0, area = 0;
        for (int y = (int)(row * stepY); y < Math.Min(given.Height, (row + 1) * stepY); y++)
        {
            for (int x = (int)(column * stepX); x < Math.Min(given.Width, (column + 1) * stepX); x++)
            {
                double overlap = Common(y, row * stepY, stepY) * Common(x, column * stepX, stepX);
                int at = 4 * (y * given.Width + x);
                double alpha = rgba[at + 3] / 255.0;
                sum += overlap * (alpha * rgba[at + channel] + (1 - alpha) * 255);
                area += overlap;
            }
        }
        return sum / area;
    }

    private static double Common(int pixel, double from, double length) =>
        Math.Max(0, Math.Min(pixel + 1, from + length) - Math.Max(pixel, from));

    private static IEnumerable<Case> Shrink(Case given)
    {
        foreach (int side in (int[])[1, 2, 3])
        {
            yield return given with { Width = Math.Min(side, given.Width) };
            yield return given with { Height = Math.Min(side, given.Height) };
            yield return given with { ToWidth = Math.Min(side, given.ToWidth) };
            yield return given with { ToHeight = Math.Min(side, given.ToHeight) };
        }
        yield return given with { IsOpaque = true };
    }

    private sealed record Case(int Width, int Height, int ToWidth, int ToHeight, bool IsOpaque, int Seed)
    {
        public byte[] Pixels()
        {
            var rgba = new byte[Width * Height * 4];
            new Random(Seed).NextBytes(rgba);
            for (int i = 3; i < rgba.Length && IsOpaque; i += 4)
                rgba[i] = 255;
            return rgba;
        }
    }
}
