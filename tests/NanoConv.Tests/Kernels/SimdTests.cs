using System.Numerics;
using NanoConv.Kernels;

namespace NanoConv.Tests.Kernels;

/// <summary>
/// Every vector of the vocabulary against a loop over its lanes, those too that no kernel takes on this processor: .NET computes them
/// without instructions.
/// </summary>
public abstract class SimdTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Fact]
    public void Operations_go_lane_by_lane() => ForAll(Generators.Lengths, static c =>
    {
        Operations<SimdVector<T>>(c.Seed);
        Operations<SimdVector512<T>>(c.Seed);
        Operations<SimdTwoRows<T>>(c.Seed);
    });

    [Fact]
    public void Loads_and_stores_reach_their_elements_alone() => ForAll(Generators.Lengths, static c =>
    {
        Memory<SimdVector<T>>(c.Length, c.Seed);
        Memory<SimdVector512<T>>(c.Length, c.Seed);
        Memory<SimdTwoRows<T>>(c.Length, c.Seed);
    });

    [Fact]
    public void Each_row_has_its_own_columns() => ForAll(Generators.Lengths, static c =>
    {
        Rows<SimdVector<T>>(c.Length, c.Seed);
        Rows<SimdVector512<T>>(c.Length, c.Seed);
        Rows<SimdTwoRows<T>>(c.Length, c.Seed);
    });

    private static void Operations<TVector>(int seed)
        where TVector : struct, ISimdRows<TVector, T>
    {
        T[] x = WithNaN<TVector>(seed), y = WithNaN<TVector>(seed + 1), z = WithNaN<TVector>(seed + 2);
        Lanes<TVector>("+", x, y, (a, b) => a + b, (a, b) => a + b);
        Lanes<TVector>("-", x, y, (a, b) => a - b, (a, b) => a - b);
        Lanes<TVector>("*", x, y, (a, b) => a * b, (a, b) => a * b);
        Lanes<TVector>("/", x, y, (a, b) => a / b, (a, b) => a / b);
        Lanes<TVector>("Max", x, y, TVector.Max, T.Max);
        Lanes<TVector>("ReLU", x, y, (a, _) => TVector.Activate(a, relu: true), (a, _) => T.Max(a, T.Zero));
        Lanes<TVector>("linear", x, y, (a, _) => TVector.Activate(a, relu: false), (a, _) => a);
        Lanes<TVector>("MultiplyAddEstimate", x, y, (a, b) => TVector.MultiplyAddEstimate(a, b, Load<TVector>(x)), (a, b) => (a * b) + a);
        Lanes<TVector>("Equals", x, y, (a, b) => Load<TVector>(z) & TVector.Equals(a, b), (a, b, i) => a == b ? z[i] : T.Zero);
        Lanes<TVector>("not Equals", x, y, (a, b) => TVector.AndNot(Load<TVector>(z), TVector.Equals(a, b)), (a, b, i) => a == b ? T.Zero : z[i]);
        Lanes<TVector>("GreaterThan", x, y, (a, b) => Load<TVector>(z) & TVector.GreaterThan(a, b), (a, b, i) => a > b ? z[i] : T.Zero);
        Lanes<TVector>("Create", x, y, (_, _) => TVector.Create(z[0]), (_, _) => z[0]);
        Lanes<TVector>("a whole number", x, y, (_, _) => TVector.Create(-5), (_, _) => T.CreateChecked(-5));
        Lanes<TVector>("Zero", x, y, (_, _) => TVector.Zero, (_, _) => T.Zero);

        T[] summands = Numbers.Integers<T>(TVector.Count, seed);
        Assert.Equal(summands.Aggregate(T.Zero, (sum, value) => sum + value), TVector.Sum(Load<TVector>(summands)));
    }

    private static void Memory<TVector>(int offset, int seed)
        where TVector : struct, ISimdRows<TVector, T>
    {
        T[] source = Numbers.Reals<T>(offset + TVector.Count, seed);
        Poisoned<T> destination = new(TVector.Count);
        TVector.StoreUnsafe(TVector.LoadUnsafe(ref source[0], offset), ref destination.View[0], 0);
        Expect.SameBits("copy", source.AsSpan(offset), destination.Checked());

        T[] around = Numbers.Reals<T>(offset + TVector.Count + 1, seed + 1), expected = (T[])around.Clone();
        source.AsSpan(offset).CopyTo(expected.AsSpan(offset));
        TVector.StoreUnsafe(Load<TVector>(source[offset..]), ref around[0], offset);
        Expect.SameBits<T>("around", expected, around);
    }

    // Rows lie in a picture, some elements apart.
    private static void Rows<TVector>(int offset, int seed)
        where TVector : struct, ISimdRows<TVector, T>
    {
        int columns = TVector.Columns, below = columns + (seed % 7);
        Assert.Equal(TVector.Count, TVector.Rows * columns);
        T[] picture = Numbers.Integers<T>(offset + (TVector.Rows * below) + columns, seed);
        T At(int row, int column) => picture[offset + (row * below) + column];
        T[] Of(Func<int, int, T> value) => [.. Enumerable.Range(0, TVector.Count).Select(lane => value(lane / columns, lane % columns))];

        TVector rows = TVector.LoadRows(ref picture[0], offset, below);
        Expect.SameBits<T>("LoadRows", Of(At), Store(rows));
        Expect.SameBits<T>("RepeatRow", Of((_, column) => At(0, column)), Store(TVector.RepeatRow(ref picture[0], offset)));
        Expect.SameBits<T>("CreateRows", Of((row, _) => At(row, 0)), Store(TVector.CreateRows(ref picture[0], offset, below)));

        T[] written = new T[picture.Length], expected = new T[picture.Length];
        for (int row = 0; row < TVector.Rows; row++)
            picture.AsSpan(offset + (row * below), columns).CopyTo(expected.AsSpan(offset + (row * below)));
        TVector.StoreRows(rows, ref written[0], offset, below);
        Expect.SameBits<T>("StoreRows", expected, written);

        // A sum over the rows: what was there, and each row's share.
        T[] sums = Numbers.Integers<T>(offset + columns + 1, seed + 1), expectedSums = (T[])sums.Clone();
        for (int row = 0; row < TVector.Rows; row++)
        {
            for (int column = 0; column < columns; column++)
                expectedSums[offset + column] += At(row, column);
        }

        TVector.StoreSumOfRows(TVector.LoadSumOfRows(ref sums[0], offset) + rows, ref sums[0], offset);
        Expect.Equal("sums", sums.Length, expectedSums, sums);
    }

    private static void Lanes<TVector>(string name, T[] x, T[] y, Func<TVector, TVector, TVector> operation, Func<T, T, T> expected)
        where TVector : struct, ISimdRows<TVector, T> =>
        Lanes(name, x, y, operation, (a, b, _) => expected(a, b));

    private static void Lanes<TVector>(string name, T[] x, T[] y, Func<TVector, TVector, TVector> operation, Func<T, T, int, T> expected)
        where TVector : struct, ISimdRows<TVector, T>
    {
        T[] found = Store(operation(Load<TVector>(x), Load<TVector>(y)));
        Expect.Equal<T>($"{typeof(TVector).Name}, {name}", x.Length, [.. x.Select((value, i) => expected(value, y[i], i))], found);
    }

    // Small integers, so that any sum is exact, many of them equal, and a NaN in most of them.
    private static T[] WithNaN<TVector>(int seed)
        where TVector : struct, ISimdRows<TVector, T>
    {
        T[] numbers = Numbers.Integers<T>(TVector.Count, seed);
        if (seed % 4 != 0)
            numbers[seed % TVector.Count] = T.NaN;
        return numbers;
    }

    private static TVector Load<TVector>(T[] values)
        where TVector : struct, ISimdRows<TVector, T> => TVector.LoadUnsafe(ref values[0], 0);

    private static T[] Store<TVector>(TVector vector)
        where TVector : struct, ISimdRows<TVector, T>
    {
        T[] values = new T[TVector.Count];
        TVector.StoreUnsafe(vector, ref values[0], 0);
        return values;
    }
}

public sealed class SimdFloatTests : SimdTests<float>;

public sealed class SimdDoubleTests : SimdTests<double>;
