using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests;

/// <summary>
/// The cases that properties are tried on: numbers, vectors and matrices here, convolutions, networks and how all of them shrink in the
/// files beside.
/// </summary>
internal static partial class Generators
{
    /// <summary>
    /// Strided products: overlapping rows of A, gaps between those of Y, up to 40 columns; and a third of them those of dense layers,
    /// with sums of up to 512 elements and up to 128 columns.
    /// </summary>
    public static Arbitrary<ProductCase> Products { get; } = Arb.From(Gen.Frequency((2, OddProduct), (1, UsualProduct)), Shrink);

    /// <summary>Numbers of elements around every vector's tail, with a seed for the elements.</summary>
    public static Arbitrary<(int Length, int Seed)> Lengths { get; } = Arb.From(
        Gen.Zip(Gen.Choose(1, 70), Seeds),
        vector => Towards(vector.Item1, 1).Select(length => (length, vector.Item2)));

    /// <summary>A few rows of a few numbers, with a seed for them.</summary>
    public static Arbitrary<(int Rows, int Columns, int Seed)> Matrices { get; } = Arb.From(
        from size in Gen.Zip(Gen.Choose(1, 4), Gen.Choose(1, 40))
        from seed in Seeds
        select (size.Item1, size.Item2, seed),
        matrix => Towards(matrix.Item1, 1).Select(rows => (rows, matrix.Item2, matrix.seed))
            .Concat(Towards(matrix.Item2, 1).Select(columns => (matrix.Item1, columns, matrix.seed))));

    private static Gen<int> Seeds => Gen.Choose(0, 1_000_000);

    private static Gen<ProductCase> OddProduct =>
        from pixels in Gen.Choose(1, 7).Three()
        from segments in Gen.Choose(1, 3)
        from length in Gen.Choose(1, 9)
        from n in Channels
        from strides in Gen.Choose(1, 12).Four()
        from gap in Gen.Choose(0, 3)
        from seed in Seeds
        select new ProductCase(pixels.Item1, pixels.Item2, pixels.Item3, segments, length, n, strides, gap, seed);

    // A batch times the weights of a dense layer.
    private static Gen<ProductCase> UsualProduct =>
        from rows in Gen.Choose(1, 32)
        from k in Gen.Elements(32, 64, 100, 128, 256, 512)
        from n in Gen.Elements(1, 10, 32, 64, 100, 128)
        from seed in Seeds
        where rows * k * n <= MostUsualTaps / 4
        select new ProductCase(1, 1, rows, 1, k, n, (1, 1, k, 1), 0, seed);
}
