using System.Numerics;

namespace NanoConv.Kernels;

/// <summary>Newton and Schulz's iteration, towards the nearest matrix whose columns are orthonormal.</summary>
public static class Orthogonalization
{
    // Jordan (2024), "Muon": the slope at 0 is as great as it can be, so that small singular values rise fast; all end near 1, none at it.
    private const double First = 3.4445, Third = -4.7750, Fifth = 2.0315, Epsilon = 1e-7;

    /// <summary>Scratch elements for a matrix.</summary>
    /// <param name="columns">Its columns.</param>
    public static int ScratchElements(int columns) => (2 * columns * columns) + columns;

    /// <summary>Y = Y / ‖Y‖; then, as often as asked for, Y = 3.4445·Y − 4.7750·Y·(YᵀY) + 2.0315·Y·(YᵀY)².</summary>
    /// <remarks>Singular values x go to 3.4445·x − 4.7750·x³ + 2.0315·x⁵ each time; the singular vectors stay.</remarks>
    /// <param name="y">[rows, columns], overwritten.</param>
    /// <param name="columns">At most as many as rows, or the work is more than it need be.</param>
    /// <param name="steps">How often; five bring singular values of 0.01 to between 0.7 and 1.2.</param>
    /// <param name="scratch">See <see cref="ScratchElements"/>; overwritten.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void NewtonSchulz<T>(Span<T> y, int columns, int steps, Span<T> scratch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int square = columns * columns;
        Span<T> gram = scratch[..square], polynomial = scratch.Slice(square, square), row = scratch.Slice(2 * square, columns);
        T scale = T.CreateChecked(1 / (Math.Sqrt(SquareSum.Of<T>(y)) + Epsilon));
        for (int i = 0; i < y.Length; i++)
            y[i] *= scale;
        for (int step = 0; step < steps; step++)
        {
            Gram(gram, y, columns);
            Polynomial(polynomial, gram, columns);
            for (int start = 0; start < y.Length; start += columns)
            {
                Span<T> own = y.Slice(start, columns);
                own.CopyTo(row);
                own.Clear();
                for (int k = 0; k < columns; k++)
                    AddScaled(own, polynomial.Slice(k * columns, columns), row[k]);
            }
        }
    }

    // YᵀY, row of Y by row.
    private static void Gram<T>(Span<T> gram, ReadOnlySpan<T> y, int columns)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        gram.Clear();
        for (int start = 0; start < y.Length; start += columns)
        {
            ReadOnlySpan<T> row = y.Slice(start, columns);
            for (int i = 0; i < columns; i++)
                AddScaled(gram.Slice(i * columns, columns), row, row[i]);
        }
    }

    // What Y is multiplied with: 3.4445·1 − 4.7750·G + 2.0315·G².
    private static void Polynomial<T>(Span<T> polynomial, ReadOnlySpan<T> gram, int columns)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T third = T.CreateChecked(Third), fifth = T.CreateChecked(Fifth);
        polynomial.Clear();
        for (int i = 0; i < columns; i++)
        {
            Span<T> row = polynomial.Slice(i * columns, columns);
            ReadOnlySpan<T> own = gram.Slice(i * columns, columns);
            AddScaled(row, own, third);
            for (int k = 0; k < columns; k++)
                AddScaled(row, gram.Slice(k * columns, columns), fifth * own[k]);
            row[i] += T.CreateChecked(First);
        }
    }

    private static void AddScaled<T>(Span<T> sum, ReadOnlySpan<T> x, T factor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int i = 0;
        for (; i <= sum.Length - Vector<T>.Count; i += Vector<T>.Count)
            (new Vector<T>(sum[i..]) + (factor * new Vector<T>(x[i..]))).CopyTo(sum[i..]);
        for (; i < sum.Length; i++)
            sum[i] += factor * x[i];
    }
}
