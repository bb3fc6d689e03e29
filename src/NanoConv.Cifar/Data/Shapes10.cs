using NanoConv.Cifar.Data.Shapes;
using NanoConv.Metrics;

namespace NanoConv.Cifar.Data;

/// <summary>
/// Ten classes of drawn shapes on 32×32 RGB pictures: a stand-in for CIFAR-10 that needs no download.
/// It has the same sizes (50,000 pictures to train on, 10,000 to test with, ten classes) and the same
/// byte layout, and every picture is made by code when it is asked for.
/// </summary>
/// <remarks>
/// A picture is a pure function of (split, index): pictures can be drawn in any order, on any number of
/// threads, and the first n of a split are the same whatever n is. The bytes are the same on every
/// platform, because drawing uses nothing but integers and the operations that IEEE 754 rounds exactly
/// (+ − × ÷ √, comparison, floor): no sine, exponential or power from a mathematics library.
/// Every ten consecutive pictures that start at a multiple of ten hold each class once, in random order,
/// so that the classes are balanced in both splits and in any prefix of them.
/// </remarks>
public static class Shapes10
{
    /// <summary>Height and width of a picture, in pixels.</summary>
    public const int ImageSize = 32;

    /// <summary>Colour channels of a picture: red, green, blue.</summary>
    public const int Channels = 3;

    /// <summary>Bytes of one picture: 32 rows × 32 columns × 3 channels, channels last.</summary>
    public const int ImageBytes = ImageSize * ImageSize * Channels;

    /// <summary>Number of pictures to train on.</summary>
    public const int TrainCount = 50_000;

    /// <summary>Number of pictures to test with.</summary>
    public const int TestCount = 10_000;

    private const int ClassCount = 10;

    /// <summary>Everything drawn follows from this number; another one would be another data set.</summary>
    private const ulong Seed = 0x5AA9E510;

    /// <summary>The classes' names; a label is an index into this list.</summary>
    public static IReadOnlyList<string> ClassNames { get; } = Array.AsReadOnly<string>(
        ["circle", "ring", "crescent", "triangle", "square", "pentagon", "star", "cross", "heart", "arrow"]);

    /// <summary>Number of pictures in a split.</summary>
    /// <param name="split">The split to count.</param>
    /// <returns><see cref="TrainCount"/> or <see cref="TestCount"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="split"/> is neither of the two.</exception>
    public static int Count(Shapes10Split split) => split switch
    {
        Shapes10Split.Train => TrainCount,
        Shapes10Split.Test => TestCount,
        _ => throw new ArgumentOutOfRangeException(
            nameof(split), split, $"Shapes10: expected split Train or Test, received {split}."),
    };

    /// <summary>Draws one picture.</summary>
    /// <param name="split">The split that the picture belongs to.</param>
    /// <param name="index">The picture's index in its split, from 0.</param>
    /// <param name="pixels">
    /// Overwritten with the picture, rows × columns × channels [32, 32, 3]; exactly <see cref="ImageBytes"/> long.
    /// </param>
    /// <returns>The picture's label, 0 to 9, an index into <see cref="ClassNames"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The split is unknown, or has no picture with this index.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> has another length.</exception>
    public static byte Draw(Shapes10Split split, int index, Span<byte> pixels)
    {
        int available = Count(split);
        if (index < 0 || index >= available)
            throw new ArgumentOutOfRangeException(nameof(index), index,
                $"Shapes10: expected an index from 0 to {available - 1} in split {split}, received {index}.");
        if (pixels.Length != ImageBytes)
            throw new ArgumentException(
                $"Shapes10: expected room for {ImageBytes} bytes (32×32×3), received {pixels.Length}.",
                nameof(pixels));

        byte label = Label(split, index);
        var random = new SplitMix64(Seed, (ulong)split, (ulong)index);
        Scene.Draw((ShapeKind)label, pixels, ref random);
        return label;
    }

    /// <summary>Draws the first pictures of a split, in parallel.</summary>
    /// <param name="split">The split to draw from.</param>
    /// <param name="count">How many pictures, from 0 to <see cref="Count"/> of the split.</param>
    /// <param name="threads">The largest number of threads to use; 0 for one per core.</param>
    /// <param name="cancellation">Stops the drawing after the pictures that are being drawn.</param>
    /// <returns>
    /// The pixels, pictures × rows × columns × channels [count, 32, 32, 3], and one label for each picture [count].
    /// The bytes do not depend on <paramref name="threads"/>.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The split is unknown, has fewer than <paramref name="count"/> pictures, or a number is negative.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static (byte[] Pixels, byte[] Labels) Generate(
        Shapes10Split split, int count, int threads = 0, CancellationToken cancellation = default)
    {
        int available = Count(split);
        if (count < 0 || count > available)
            throw new ArgumentOutOfRangeException(nameof(count), count,
                $"Shapes10: expected a count from 0 to {available} in split {split}, received {count}.");
        if (threads < 0)
            throw new ArgumentOutOfRangeException(nameof(threads), threads,
                $"Shapes10: expected a number of threads, or 0 for one per core, received {threads}.");

        byte[] pixels = new byte[count * ImageBytes];
        byte[] labels = new byte[count];
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = threads == 0 ? -1 : threads,
            CancellationToken = cancellation,
        };
        Parallel.For(0, count, options, index =>
            labels[index] = Draw(split, index, pixels.AsSpan(index * ImageBytes, ImageBytes)));
        return (pixels, labels);
    }

    /// <summary>
    /// The label of a picture: its place in a shuffle of the ten classes that its block of ten pictures shares.
    /// </summary>
    /// <param name="split">The split that the picture belongs to.</param>
    /// <param name="index">The picture's index in its split, from 0.</param>
    /// <returns>The label, 0 to 9.</returns>
    internal static byte Label(Shapes10Split split, int index)
    {
        // The complement keeps the streams of the blocks apart from those of the pictures.
        var random = new SplitMix64(~Seed, (ulong)split, (ulong)(index / ClassCount));
        Span<byte> order = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        for (int last = ClassCount - 1; last > 0; last--)
        {
            int other = random.NextInt(last + 1);
            (order[last], order[other]) = (order[other], order[last]);
        }
        return order[index % ClassCount];
    }
}
