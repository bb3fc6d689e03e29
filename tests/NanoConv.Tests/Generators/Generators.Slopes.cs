using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests;

/// <summary>Examples whose elements share slopes.</summary>
internal static partial class Generators
{
    /// <summary>One axis to four, any of which are shared; pictures, most of which share pixels' or all slopes; four or five, every other shared.</summary>
    public static Arbitrary<SlopesCase> Slopes { get; } = SlopesUpTo(2000);

    /// <summary>The same of few elements, to move each of them.</summary>
    public static Arbitrary<SlopesCase> FewSlopes { get; } = SlopesUpTo(60);

    private static Gen<SlopesCase> OddSlopes =>
        from axes in Gen.Choose(1, 4).SelectMany(rank => Gen.ArrayOf(Gen.Elements(1, 2, 3, 4, 5, 8, 17), rank))
        from shared in Gen.ArrayOf(Gen.Elements(true, false), axes.Length)
        from examples in Gen.Choose(1, 4)
        from seed in Seeds
        select new SlopesCase(new Shape(axes), [.. Enumerable.Range(1, axes.Length).Where(axis => shared[axis - 1])], examples, seed);

    private static Gen<SlopesCase> UsualSlopes =>
        from sides in Gen.Choose(1, 6).Two()
        from channels in Gen.Elements(1, 3, 8, 16, 21)
        from shared in Gen.Elements<int[]>([1, 2], [1, 2], [2, 1], [1, 2, 3], [])
        from examples in Gen.Choose(1, 4)
        from seed in Seeds
        select new SlopesCase((sides.Item1, sides.Item2, channels), shared, examples, seed);

    private static Gen<SlopesCase> AlternatingSlopes =>
        from axes in Gen.Choose(4, 5).SelectMany(rank => Gen.ArrayOf(Gen.Elements(1, 2, 2, 2, 3), rank))
        from first in Gen.Choose(1, 2)
        from examples in Gen.Choose(1, 3)
        from seed in Seeds
        select new SlopesCase(new Shape(axes), [.. Enumerable.Range(1, axes.Length).Where(axis => axis % 2 == first % 2)], examples, seed);

    private static Arbitrary<SlopesCase> SlopesUpTo(int elements) => Arb.From(
        Gen.OneOf(OddSlopes, UsualSlopes, AlternatingSlopes).Where(c => c.Shape.Elements <= elements),
        c => Towards(c.Examples, 1).Select(examples => c with { Examples = examples })
            .Concat(c.Shape.Axes.ToArray().SelectMany((length, axis) => Towards(length, 1).Select(less =>
            {
                int[] axes = c.Shape.Axes.ToArray();
                axes[axis] = less;
                return c with { Shape = new Shape(axes) };
            }))));
}
