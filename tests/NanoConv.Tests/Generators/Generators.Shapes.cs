using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests;

/// <summary>Pictures whose shape is changed.</summary>
internal static partial class Generators
{
    /// <summary>Pictures of one pixel and more, channels around every vector's tail, and 0–3 pixels on each side.</summary>
    public static Arbitrary<BorderCase> Borders { get; } = Arb.From(
        from sides in Gen.Choose(1, 6).Two()
        from channels in Channels
        from border in Gen.OneOf(Gen.Choose(0, 3).Four(), Gen.Elements((0, 0, 0, 0), (1, 1, 1, 1), (0, 1, 0, 1)))
        from images in Gen.Choose(1, 3)
        from seed in Seeds
        select new BorderCase((sides.Item1, sides.Item2, channels), new Sides(border.Item1, border.Item2, border.Item3, border.Item4), images, seed),
        static c => Shrink(c.Picture).Select(picture => c with { Picture = picture })
            .Concat(Towards(c.Images, 1).Select(images => c with { Images = images }))
            .Concat(Towards(c.Border.Top, 0).Select(top => c with { Border = c.Border with { Top = top } }))
            .Concat(Towards(c.Border.Bottom, 0).Select(bottom => c with { Border = c.Border with { Bottom = bottom } }))
            .Concat(Towards(c.Border.Left, 0).Select(left => c with { Border = c.Border with { Left = left } }))
            .Concat(Towards(c.Border.Right, 0).Select(right => c with { Border = c.Border with { Right = right } })));

    /// <summary>Pictures of one pixel and more, made larger by factors from 1 to 5.</summary>
    public static Arbitrary<UpSamplingCase> UpSamplings { get; } = Arb.From(
        from sides in Gen.Choose(1, 5).Two()
        from channels in Channels
        from size in Gen.OneOf(Gen.Constant((2, 2)), Gen.Choose(1, 5).Two())
        from interpolation in Gen.Elements(Interpolation.Nearest, Interpolation.Bilinear)
        from images in Gen.Choose(1, 3)
        from seed in Seeds
        select new UpSamplingCase((sides.Item1, sides.Item2, channels), size, interpolation, images, seed),
        static c => Shrink(c.Picture).Select(picture => c with { Picture = picture })
            .Concat(Towards(c.Images, 1).Select(images => c with { Images = images }))
            .Concat(Shrink(c.Size).Select(size => c with { Size = size })));

    /// <summary>
    /// Reshapes among convolutions, normalisations, sums and activations over one axis and over all; many of them between a product and what
    /// could be merged into it.
    /// </summary>
    public static Arbitrary<ReshapeCase> Reshapes { get; } = Arb.From(
        from input in Gen.Elements<Shape>((4, 4, 4), (8, 4, 8), (4, 8, 3), (6, 4, 4), (2, 2, 8), 32, 32, 48, 48)
        from groups in Gen.Choose(1, 4).SelectMany(count => Gen.ArrayOf(Gen.Frequency((3, ReshapeSteps), (2, ReshapedProduct)), count))
        from seed in Seeds
        select new ReshapeCase(input, [.. groups.SelectMany(some => some)], seed),
        static c => Enumerable.Range(0, c.Steps.Length).Where(_ => c.Steps.Length > 1).Select(i => c with { Steps = Without(c.Steps, i) })
            .Concat(Towards(c.Seed, 0).Select(seed => c with { Seed = seed })));

    private static Gen<(int Kind, int Choice)[]> ReshapeSteps => Gen.Choose(1, 3).SelectMany(count => Gen.ArrayOf(ReshapeStep(0, 1, 1, 2, 3, 4, 5, 6), count));

    private static Gen<(int Kind, int Choice)[]> ReshapedProduct =>
        from product in ReshapeStep(0)
        from reshape in ReshapeStep(1)
        from next in ReshapeStep(0, 0, 2, 2, 3, 4, 6)
        select ((int Kind, int Choice)[])[product, reshape, next];

    private static Gen<(int Kind, int Choice)> ReshapeStep(params int[] kinds) => Gen.Zip(Gen.Elements(kinds), Gen.Choose(0, 1000));

    private static IEnumerable<Shape> Shrink(Shape picture) =>
        Towards(picture[0], 1).Select(height => (Shape)(height, picture[1], picture[2]))
            .Concat(Towards(picture[1], 1).Select(width => (Shape)(picture[0], width, picture[2])))
            .Concat(Towards(picture[2], 1).Select(channels => (Shape)(picture[0], picture[1], channels)));
}
