using System.Security.Cryptography;
using NanoConv.Cifar.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Data;

public class Shapes10Tests
{
    /// <summary>
    /// SHA-256 of the first 500 pictures and labels of both splits. It must hold on every platform; to change it is to
    /// make another data set, whose accuracies cannot be compared with earlier ones.
    /// </summary>
    private const string Golden = "33de05b70649d2481ed5126afc0116cc6a19f0c12c2161189c3d12809d379b34";

    [Fact]
    public void Drawing_can_be_cancelled()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Shapes10.Generate(Shapes10Split.Train, Shapes10.TrainCount, cancellation: cancellation.Token));
    }

    [Fact]
    public void The_bytes_are_the_same_everywhere()
    {
        var (trainPixels, trainLabels) = Shapes10.Generate(Shapes10Split.Train, 500);
        var (testPixels, testLabels) = Shapes10.Generate(Shapes10Split.Test, 500);
        byte[] all = [.. trainPixels, .. trainLabels, .. testPixels, .. testLabels];

        Assert.Equal(Golden, Convert.ToHexStringLower(SHA256.HashData(all)));
    }

    [Fact]
    public void Sizes_are_those_of_CIFAR_10()
    {
        Assert.Equal(50_000, Shapes10.Count(Shapes10Split.Train));
        Assert.Equal(10_000, Shapes10.Count(Shapes10Split.Test));
        Assert.Equal(3072, Shapes10.ImageBytes);
        Assert.Equal(10, Shapes10.ClassNames.Distinct().Count());

        var (pixels, labels) = Shapes10.Generate(Shapes10Split.Test, 7);
        Assert.Equal(7 * 3072, pixels.Length);
        Assert.Equal(7, labels.Length);
    }

    [Fact]
    public void No_pictures_at_all_is_a_valid_wish()
    {
        var (pixels, labels) = Shapes10.Generate(Shapes10Split.Train, 0);

        Assert.Empty(pixels);
        Assert.Empty(labels);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void The_number_of_threads_changes_nothing(int threads)
    {
        var expected = Shapes10.Generate(Shapes10Split.Train, 100);
        var actual = Shapes10.Generate(Shapes10Split.Train, 100, threads);

        Assert.Equal(expected.Pixels, actual.Pixels);
        Assert.Equal(expected.Labels, actual.Labels);
    }

    [Theory]
    [InlineData(Shapes10Split.Train)]
    [InlineData(Shapes10Split.Test)]
    public void Any_picture_can_be_drawn_alone_in_any_order_over_anything(Shapes10Split split)
    {
        var (pixels, labels) = Shapes10.Generate(split, 60);
        byte[] picture = new byte[Shapes10.ImageBytes];
        for (int index = 59; index >= 0; index -= 7)
        {
            Array.Fill(picture, (byte)0xA5);
            byte label = Shapes10.Draw(split, index, picture);

            Assert.Equal(labels[index], label);
            Assert.Equal(pixels.Skip(index * Shapes10.ImageBytes).Take(Shapes10.ImageBytes), picture);
        }
    }

    [Fact]
    public void Fewer_pictures_are_the_first_of_more()
    {
        var few = Shapes10.Generate(Shapes10Split.Test, 13);
        var more = Shapes10.Generate(Shapes10Split.Test, 40);

        Assert.Equal(few.Pixels, more.Pixels[..few.Pixels.Length]);
        Assert.Equal(few.Labels, more.Labels[..few.Labels.Length]);
    }

    [Fact]
    public void The_last_picture_of_each_split_can_be_drawn()
    {
        byte[] picture = new byte[Shapes10.ImageBytes];

        Assert.InRange(Shapes10.Draw(Shapes10Split.Train, 49_999, picture), 0, 9);
        Assert.InRange(Shapes10.Draw(Shapes10Split.Test, 9_999, picture), 0, 9);
    }

    [Theory]
    [InlineData(Shapes10Split.Train)]
    [InlineData(Shapes10Split.Test)]
    public void Every_ten_pictures_hold_each_class_once(Shapes10Split split)
    {
        int count = Shapes10.Count(split);
        for (int block = 0; block < count; block += 10)
        {
            IEnumerable<byte> labels = Enumerable.Range(block, 10).Select(index => Shapes10.Label(split, index));
            Assert.Equal(10, labels.Distinct().Count());
        }
    }

    [Theory]
    [InlineData(Shapes10Split.Train)]
    [InlineData(Shapes10Split.Test)]
    public void The_place_among_ten_says_nothing_about_the_class(Shapes10Split split)
    {
        var seen = new int[10, 10];
        for (int index = 0; index < 10_000; index++)
            seen[index % 10, Shapes10.Label(split, index)]++;

        // Binomial(1000, 0.1): mean 100, standard deviation 9.5; five of those to either side.
        Assert.All(seen.Cast<int>(), times => Assert.InRange(times, 53, 147));
    }

    [Fact]
    public void The_splits_order_their_classes_differently()
    {
        int same = Enumerable.Range(0, 10_000).Count(index =>
            Shapes10.Label(Shapes10Split.Train, index) == Shapes10.Label(Shapes10Split.Test, index));

        Assert.InRange(same, 800, 1200);
    }

    [Fact]
    public void No_picture_comes_twice_within_the_splits_or_across_them()
    {
        var seen = new HashSet<string>();
        foreach (Shapes10Split split in Enum.GetValues<Shapes10Split>())
        {
            byte[] pixels = Shapes10.Generate(split, 400).Pixels;
            foreach (byte[] picture in pixels.Chunk(Shapes10.ImageBytes))
                Assert.True(seen.Add(Convert.ToBase64String(SHA256.HashData(picture))));
        }
    }

    [Fact]
    public void Pictures_are_neither_blank_nor_out_of_range()
    {
        byte[] pixels = Shapes10.Generate(Shapes10Split.Train, 200).Pixels;

        Assert.InRange(pixels.Average(value => value), 70, 185);
        foreach (byte[] picture in pixels.Chunk(Shapes10.ImageBytes))
            Assert.True(picture.Max() - picture.Min() > 50);
    }

    [Theory]
    [InlineData(Shapes10Split.Train, -1, "from 0 to 50000 in split Train, received -1")]
    [InlineData(Shapes10Split.Train, 50_001, "from 0 to 50000 in split Train, received 50001")]
    [InlineData(Shapes10Split.Test, 10_001, "from 0 to 10000 in split Test, received 10001")]
    public void A_count_out_of_range_is_refused(Shapes10Split split, int count, string message)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Shapes10.Generate(split, count));

        Assert.Equal("count", error.ParamName);
        Assert.Contains(message, error.Message);
    }

    [Theory]
    [InlineData(Shapes10Split.Train, -1, "from 0 to 49999 in split Train, received -1")]
    [InlineData(Shapes10Split.Test, 10_000, "from 0 to 9999 in split Test, received 10000")]
    public void An_index_out_of_range_is_refused(Shapes10Split split, int index, string message)
    {
        byte[] picture = new byte[Shapes10.ImageBytes];
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Shapes10.Draw(split, index, picture));

        Assert.Equal("index", error.ParamName);
        Assert.Contains(message, error.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3071)]
    [InlineData(3073)]
    public void Room_for_anything_but_one_picture_is_refused(int length)
    {
        var error = Assert.Throws<ArgumentException>(() => Shapes10.Draw(Shapes10Split.Train, 0, new byte[length]));

        Assert.Equal("pixels", error.ParamName);
        Assert.Contains($"expected room for 3072 bytes (32×32×3), received {length}", error.Message);
    }

    [Fact]
    public void An_unknown_split_or_a_negative_number_of_threads_is_refused()
    {
        var split = Assert.Throws<ArgumentOutOfRangeException>(() => Shapes10.Generate((Shapes10Split)2, 1));
        var threads = Assert.Throws<ArgumentOutOfRangeException>(
            () => Shapes10.Generate(Shapes10Split.Test, 1, threads: -1));

        Assert.Contains("expected split Train or Test, received 2", split.Message);
        Assert.Contains("expected a number of threads, or 0 for one per core, received -1", threads.Message);
    }
}
