using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests;

/// <summary>Inputs that are normalised, each example by itself.</summary>
internal static partial class Generators
{
    /// <summary>
    /// Inputs of one to four axes, the last with as many channels as a vector has lanes, or any; with and without γ and β. Over how many
    /// axes, and in how many groups, the seed says.
    /// </summary>
    public static Arbitrary<NormalizedCase> Normalized { get; } = Arb.From(
        from outer in Gen.Choose(0, 3).SelectMany(count => Gen.ArrayOf(Gen.Choose(1, 4), count))
        from channels in Gen.OneOf(Gen.Choose(1, 12), Gen.Elements(8, 16, 17, 24, 36))
        from examples in Gen.Choose(1, 3)
        from center in Gen.Elements(true, true, false)
        from scale in Gen.Elements(true, true, false)
        from seed in Seeds
        let found = new NormalizedCase(new Shape([.. outer, channels]), examples, center, scale, seed)
        where found.InputShape.Elements * examples <= 600
        select found,
        Shrink);

    private static IEnumerable<NormalizedCase> Shrink(NormalizedCase found) =>
        Towards(found.Examples, 1).Select(less => found with { Examples = less })
            .Concat(Enumerable.Range(0, found.InputShape.Rank).SelectMany(axis => Towards(found.InputShape[axis], 1).Select(less =>
            {
                int[] axes = found.InputShape.Axes.ToArray();
                axes[axis] = less;
                return found with { InputShape = new Shape(axes) };
            })));
}
