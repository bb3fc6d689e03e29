using System.Numerics;

namespace NanoConv.Kernels;

/// <summary>Sums of squares in one order, wherever in memory the numbers lie.</summary>
public static class SquareSum
{
    /// <summary>Σ x², in double.</summary>
    /// <param name="x">The numbers.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static double Of<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        const int Block = 1024; // as many are summed in T, which rounds less than a long sum would
        double sum = 0;
        for (int start = 0; start < x.Length; start += Block)
            sum += double.CreateChecked(OfBlock(x[start..Math.Min(x.Length, start + Block)]));
        return sum;
    }

    private static T OfBlock<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector<T> first = Vector<T>.Zero, second = Vector<T>.Zero;
        int i = 0;
        for (; i <= x.Length - (2 * Vector<T>.Count); i += 2 * Vector<T>.Count)
        {
            Vector<T> a = new(x[i..]), b = new(x[(i + Vector<T>.Count)..]);
            first += a * a;
            second += b * b;
        }

        T sum = Vector.Sum(first + second);
        for (; i < x.Length; i++)
            sum += x[i] * x[i];
        return sum;
    }
}
