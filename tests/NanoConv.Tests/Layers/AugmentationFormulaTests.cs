namespace NanoConv.Tests.Layers;

/// <summary>What each layer of augmentation does to a picture, by its definition; and that its draws are spread as they should be.</summary>
public sealed class AugmentationFormulaTests
{
    private const int Examples = 2000;

    private static readonly Shape Picture = (4, 5, 2);
    private static readonly double[] Pixels = Numbers.Reals<double>(40, seed: 1);

    [Theory]
    [InlineData(FlipMode.Horizontal)]
    [InlineData(FlipMode.Vertical)]
    [InlineData(FlipMode.HorizontalAndVertical)]
    public void Flips_mirror_half_of_the_pictures_along_each_axis(FlipMode mode)
    {
        double[][] ways = [.. from vertical in mode == FlipMode.Horizontal ? (bool[])[false] : [false, true]
                              from horizontal in mode == FlipMode.Vertical ? (bool[])[false] : [false, true]
                              select Mirrored(vertical, horizontal)];
        int[] counts = Count(Augment(new RandomFlip(mode), epoch: 1), ways);
        Assert.All(counts, count => Assert.Equal(1.0 / ways.Length, count / (double)Examples, 0.04));
    }

    [Fact]
    public void Alternating_flips_are_drawn_once_and_turned_every_other_epoch()
    {
        double[][] first = Augment(new RandomFlip(FlipMode.Horizontal, alternating: true), epoch: 1);
        double[][] second = Augment(new RandomFlip(FlipMode.Horizontal, alternating: true), epoch: 2);
        Assert.Equal(first, Augment(new RandomFlip(FlipMode.Horizontal, alternating: true), epoch: 3));
        double[][] ways = [Pixels, Mirrored(false, true)];
        Assert.All(Count(first, ways), count => Assert.Equal(0.5, count / (double)Examples, 0.04));
        Assert.All(first.Zip(second), seen => Assert.NotEqual(seen.First, seen.Second));
    }

    /// <summary>Four epochs in a row show each picture all four ways.</summary>
    [Fact]
    public void Alternating_along_both_axes_every_way_comes()
    {
        double[][][] epochs = [.. Enumerable.Range(1, 8).Select(epoch => Augment(new RandomFlip(alternating: true), epoch))];
        for (int example = 0; example < Examples; example++)
        {
            Assert.Equal(4, epochs[..4].Select(epoch => epoch[example]).Distinct(new SameNumbers()).Count());
            Assert.Equal(epochs[0][example], epochs[4][example]);
        }
    }

    /// <summary>A pixel that is not finite stays where it is moved to: neighbours have no share of it.</summary>
    [Fact]
    public void Infinite_pixels_do_not_spread()
    {
        double[] pixels = [.. Pixels];
        pixels[((2 * 5) + 2) * 2] = double.PositiveInfinity;
        Assert.All(Augment(new RandomTranslation(0, 0), 1, pixels), found => Assert.Equal(pixels, found));
    }

    [Theory]
    [InlineData(FillMode.Constant)]
    [InlineData(FillMode.Nearest)]
    [InlineData(FillMode.Reflect)]
    [InlineData(FillMode.Symmetric)]
    [InlineData(FillMode.Wrap)]
    public void Crops_come_from_every_place_alike(FillMode mode)
    {
        double[][] ways = [.. from row in Enumerable.Range(-2, 5)
                              from column in Enumerable.Range(-2, 6)
                              select Part(row, column, 4, 4, mode, 0.25)];
        double[][] different = [.. ways.Distinct(new SameNumbers())]; // a picture that is there again and again looks alike from several places
        int[] counts = Count(Augment(new RandomCrop(4, 4, padding: 2, mode, fillValue: 0.25), epoch: 1), different);
        for (int i = 0; i < counts.Length; i++)
        {
            int places = Examples * ways.Count(way => way.AsSpan().SequenceEqual(different[i])) / ways.Length;
            Assert.InRange(counts[i], places / 2, places * 2);
        }
    }

    [Fact]
    public void Shifts_by_whole_pixels_are_crops()
    {
        RandomTranslation down = new((0.25, 0.25), (-0.4, -0.4), FillMode.Nearest);
        RandomTranslation rounded = new((0.3, 0.3), (-0.35, -0.35), FillMode.Wrap, Interpolation.Nearest);
        Assert.All(Augment(down, epoch: 1), found => Expect.Close<double>("down", Part(-1, 2, 4, 5, FillMode.Nearest, 0), found, 1e-12));
        Assert.All(Augment(rounded, epoch: 1), found => Expect.Close<double>("rounded", Part(-1, 2, 4, 5, FillMode.Wrap, 0), found, 1e-12));
    }

    /// <summary>Half a pixel down, a quarter to the right.</summary>
    [Fact]
    public void Between_pixels_shifts_are_weighted_means()
    {
        double[] expected = new double[40];
        foreach ((int row, int column, double share) in (ReadOnlySpan<(int, int, double)>)[(0, 0, 0.375), (0, -1, 0.125), (-1, 0, 0.375), (-1, -1, 0.125)])
        {
            double[] part = Part(row, column, 4, 5, FillMode.Constant, 0.25);
            for (int i = 0; i < 40; i++)
                expected[i] += share * part[i];
        }

        Layer layer = new RandomTranslation((0.125, 0.125), (0.05, 0.05), FillMode.Constant, fillValue: 0.25);
        Assert.All(Augment(layer, epoch: 1), found => Expect.Close<double>("y", expected, found, 1e-12));
    }

    [Fact]
    public void Shifts_are_spread_over_their_range()
    {
        const int Middle = ((10 * 10) + 5) * 2;
        double[] ramp = [.. from i in Enumerable.Range(0, 20) from j in Enumerable.Range(0, 10) from value in (double[])[i, j] select value];
        double[][] found = Augment(new RandomTranslation((-0.1, 0.2), (0, 0.3)), epoch: 1, ramp, (20, 10, 2));
        double[] down = [.. found.Select(y => 10 - y[Middle])], right = [.. found.Select(y => 5 - y[Middle + 1])];
        Assert.Equal(1, down.Average(), 0.1);
        Assert.InRange(down.Min(), -2, -1.9);
        Assert.InRange(down.Max(), 3.9, 4);
        Assert.Equal(1.5, right.Average(), 0.1);
        Assert.InRange(right.Min(), 0, 0.1);
        Assert.InRange(right.Max(), 2.9, 3);
    }

    [Fact]
    public void A_quarter_of_a_turn_moves_the_right_side_to_the_top()
    {
        double[] square = Numbers.Reals<double>(18, seed: 2);
        double[] turned = [.. from i in Enumerable.Range(0, 3)
                              from j in Enumerable.Range(0, 3)
                              from c in Enumerable.Range(0, 2)
                              select square[(((j * 3) + 2 - i) * 2) + c]];
        RandomRotation back = new((-0.75, -0.75), interpolation: Interpolation.Nearest);
        Assert.All(Augment(new RandomRotation((0.25, 0.25)), 1, square, (3, 3, 2)), found => Expect.Close<double>("y", turned, found, 1e-9));
        Assert.All(Augment(back, 1, square, (3, 3, 2)), found => Assert.Equal(turned, found));
    }

    /// <summary>Of a ramp the middle stays, and next to it the slope tells the angle.</summary>
    [Fact]
    public void Turns_are_spread_over_their_range_around_the_middle()
    {
        double[] ramp = [.. from i in Enumerable.Range(0, 9) from j in Enumerable.Range(0, 7) from value in (double[])[i, j] select value];
        double[] angles = [.. Augment(new RandomRotation((-0.1, 0.2)), 1, ramp, (9, 7, 2)).Select(y =>
        {
            Expect.Close(4, y[((4 * 7) + 3) * 2], 1e-9);
            Expect.Close(3, y[(((4 * 7) + 3) * 2) + 1], 1e-9);
            return Math.Atan2(y[((4 * 7) + 4) * 2] - 4, y[(((4 * 7) + 4) * 2) + 1] - 3) / (2 * Math.PI);
        })];
        Assert.Equal(0.05, angles.Average(), 0.01);
        Assert.InRange(angles.Min(), -0.1, -0.09);
        Assert.InRange(angles.Max(), 0.19, 0.2);
    }

    [Fact]
    public void Cutout_covers_a_square_around_every_pixel_alike()
    {
        double[][] ways = [.. from row in Enumerable.Range(0, 4)
                              from column in Enumerable.Range(0, 5)
                              select (double[])[.. Pixels.Select((value, i) =>
                                  (i / 10) - row is >= -1 and < 1 && (i / 2 % 5) - column is >= -1 and <= 1 ? 0.25 : value)]];
        Assert.All(Count(Augment(new Cutout((2, 3), 0.25), 1), ways), count => Assert.InRange(count, Examples / 40, Examples / 10)); // a twentieth each
    }

    [Fact]
    public void Brightness_adds_a_share_of_the_range_and_cuts()
    {
        double[] added = [.. Augment(new RandomBrightness((-0.1, 0.3), (-0.5, 0.9)), 1).Select(y =>
        {
            int free = Array.FindIndex(y, value => value is > -0.5 and < 0.9);
            double difference = y[free] - Pixels[free];
            Expect.Close<double>("y", [.. Pixels.Select(x => Math.Clamp(x + difference, -0.5, 0.9))], y, 1e-12);
            return difference;
        })];
        Assert.Equal(0.14, added.Average(), 0.02);
        Assert.InRange(added.Min(), -0.14, -0.12);
        Assert.InRange(added.Max(), 0.40, 0.42);
    }

    [Fact]
    public void Contrast_moves_channels_from_their_own_means_and_cuts()
    {
        double[] means = [.. Enumerable.Range(0, 2).Select(c => Pixels.Where((_, i) => i % 2 == c).Average())];
        double[] factors = [.. Augment(new RandomContrast(0.5, 0.25, (-0.6, 0.7)), 1).Select(y =>
        {
            int free = Array.FindIndex(y, value => value is > -0.6 and < 0.7);
            double factor = (y[free] - means[free % 2]) / (Pixels[free] - means[free % 2]);
            Expect.Close<double>("y", [.. Pixels.Select((x, i) => Math.Clamp(((x - means[i % 2]) * factor) + means[i % 2], -0.6, 0.7))], y, 1e-9);
            return factor;
        })];
        Assert.Equal(0.875, factors.Average(), 0.02);
        Assert.InRange(factors.Min(), 0.5, 0.52);
        Assert.InRange(factors.Max(), 1.23, 1.25);
    }

    private static double[][] Augment(Layer layer, int epoch, double[]? picture = null, Shape? shape = null)
    {
        Model<double> model = new Sequential(layer).Build<double>(shape ?? Picture);
        Workspace<double> workspace = new(model, Examples, training: true);
        workspace.Load([.. Enumerable.Repeat(picture ?? Pixels, Examples).SelectMany(one => one)], Examples);
        workspace.Configure(training: true, wantsLogits: false, seed: 5, step: 1, firstExample: 0, epoch);
        return [.. workspace.Forward().ToArray().Chunk(model.OutputShape.Elements)];
    }

    // How many pictures look each way; each looks one of these ways.
    private static int[] Count(double[][] found, double[][] ways)
    {
        int[] counts = new int[ways.Length];
        foreach (double[] picture in found)
        {
            int way = Array.FindIndex(ways, expected => expected.AsSpan().SequenceEqual(picture));
            Assert.True(way >= 0, $"no such picture was expected: {string.Join(", ", picture)}");
            counts[way]++;
        }

        return counts;
    }

    private static double[] Mirrored(bool vertical, bool horizontal) =>
        [.. from i in Enumerable.Range(0, 4)
            from j in Enumerable.Range(0, 5)
            from c in Enumerable.Range(0, 2)
            select Pixels[((((vertical ? 3 - i : i) * 5) + (horizontal ? 4 - j : j)) * 2) + c]];

    private static double[] Part(int top, int left, int height, int width, FillMode mode, double fill) =>
        [.. from i in Enumerable.Range(top, height)
            from j in Enumerable.Range(left, width)
            from c in Enumerable.Range(0, 2)
            let row = Beyond(i, 4, mode)
            let column = Beyond(j, 5, mode)
            select row < 0 || column < 0 ? fill : Pixels[(((row * 5) + column) * 2) + c]];

    // At most two beyond the border.
    private static int Beyond(int place, int length, FillMode mode) => place >= 0 && place < length ? place : (mode, place < 0) switch
    {
        (FillMode.Nearest, true) => 0,
        (FillMode.Nearest, false) => length - 1,
        (FillMode.Reflect, true) => -place,
        (FillMode.Reflect, false) => (2 * length) - 2 - place,
        (FillMode.Symmetric, true) => -1 - place,
        (FillMode.Symmetric, false) => (2 * length) - 1 - place,
        (FillMode.Wrap, true) => place + length,
        (FillMode.Wrap, false) => place - length,
        _ => -1,
    };
}
