using System.Numerics;
using NanoConv.Kernels;

namespace NanoConv.Tests.Kernels;

/// <summary>Rows that are normalised: what the layers' tests do not show.</summary>
public abstract class NormalizedRowsTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>In one long sum of floats, a million numbers of about 1003 would each be taken for 1000 in the end.</summary>
    [Fact]
    public void Sums_of_long_rows_round_little()
    {
        const int Length = 3_000_001;
        T[] x = Numbers.Reals<T>(Length, seed: 1), y = new T[Length], moments = new T[2];
        for (int i = 0; i < Length; i++)
            x[i] += T.CreateChecked(1003);
        NormalizedRows.Forward<T>(y, x, [], [], moments, T.Zero);
        double mean = x.Average(double.CreateChecked), variance = x.Average(value => Math.Pow(double.CreateChecked(value) - mean, 2));
        Expect.Close(mean, double.CreateChecked(moments[0]), 1e-6);
        Expect.Close(1 / Math.Sqrt(variance), double.CreateChecked(moments[1]), 1e-4);
    }

    /// <summary>Each row for itself, wherever it lies, and nothing around them is written.</summary>
    [Fact]
    public void Rows_are_made_one_by_one_in_place_or_not() => ForAll(Generators.Matrices, static c =>
    {
        T[] x = Numbers.Reals<T>(c.Rows * c.Columns, c.Seed), gamma = Numbers.Reals<T>(c.Columns, c.Seed + 1), beta = Numbers.Reals<T>(c.Columns, c.Seed + 2);
        Poisoned<T> y = new(x.Length), moments = new(2 * c.Rows);
        NormalizedRows.Forward(y.View, x, gamma, beta, moments.View, T.CreateChecked(0.01));
        T[] inPlace = [.. x];
        NormalizedRows.Forward(inPlace, inPlace, gamma, beta, new T[2 * c.Rows], T.CreateChecked(0.01));
        Expect.SameBits<T>("in place", y.Checked(), inPlace);
        T[] one = new T[c.Columns], ofOne = new T[2];
        for (int row = 0; row < c.Rows; row++)
        {
            NormalizedRows.Forward(one, x.AsSpan(row * c.Columns, c.Columns), gamma, beta, ofOne, T.CreateChecked(0.01));
            Expect.SameBits<T>("row", one, y.View.Slice(row * c.Columns, c.Columns));
            Expect.SameBits<T>("moments", ofOne, moments.Checked().Slice(2 * row, 2));
        }
    });
}

public sealed class NormalizedRowsFloatTests : NormalizedRowsTests<float>;

public sealed class NormalizedRowsDoubleTests : NormalizedRowsTests<double>;
