using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Kernels.Simd;

namespace NanoConv.Kernels;

/// <summary>
/// The layout of a product's right matrix B[K × N] for <see cref="MatrixProduct"/>: packed panels of two vectors' width, each
/// [K × width], and where at most one vector's columns remain, a last panel of one vector; with AVX-512, where a long vector
/// is two <see cref="SimdVector{T}"/>, panels of two long ones first. What is missing to whole vectors is filled up with zeros. The
/// kernels then stream one panel from first to last and know no column remainder. Weights are packed once a step, for all images
/// of the batch.
/// </summary>
internal static class PackedMatrix
{
    /// <summary>
    /// Columns of the panel that begins at column <paramref name="n0"/> of <paramref name="n"/>: four vectors (with AVX-512), two,
    /// or one, the most of which each vector has a column.
    /// </summary>
    /// <param name="n">Columns of B.</param>
    /// <param name="n0">The panel's first column.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static int PanelWidth<T>(int n, int n0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (n - n0 > WidestPanel<T>() - SimdVector<T>.Count)
            return WidestPanel<T>();
        return n - n0 > SimdVector<T>.Count ? 2 * SimdVector<T>.Count : SimdVector<T>.Count;
    }

    /// <summary>Columns of the widest panel there is on this machine.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public static int WidestPanel<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => (SimdVector512<T>.IsPanel ? 4 : 2) * SimdVector<T>.Count;

    /// <summary>N, rounded up to whole vectors.</summary>
    /// <param name="n">Columns of B.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static int PaddedColumns<T>(int n)
        where T : unmanaged, IFloatingPointIeee754<T> => (n + SimdVector<T>.Count - 1) / SimdVector<T>.Count * SimdVector<T>.Count;

    /// <summary>Elements of a packed B[k × n].</summary>
    /// <param name="k">Rows of B.</param>
    /// <param name="n">Columns of B.</param>
    /// <typeparam name="T">The element type.</typeparam>
    /// <exception cref="ArgumentException">They would not fit into an array.</exception>
    public static int Length<T>(int k, int n)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long length = (long)k * PaddedColumns<T>(n);
        return length <= Array.MaxLength
            ? (int)length
            : throw new ArgumentException($"expected a matrix of at most {Array.MaxLength} elements when packed, received {k}×{n}: {length}");
    }

    /// <summary>Packs a row-major matrix.</summary>
    /// <param name="packed">Overwritten: <see cref="Length"/> elements.</param>
    /// <param name="b">B, row-major [k × n].</param>
    /// <param name="k">Rows of B.</param>
    /// <param name="n">Columns of B.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Pack<T>(Span<T> packed, ReadOnlySpan<T> b, int k, int n)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int n0 = 0, width; n0 < n; n0 += width)
        {
            width = PanelWidth<T>(n, n0);
            int columns = Math.Min(width, n - n0);
            for (int row = 0; row < k; row++)
            {
                Span<T> destination = packed.Slice((n0 * k) + (row * width), width);
                b.Slice((row * n) + n0, columns).CopyTo(destination);
                destination[columns..].Clear();
            }
        }
    }

    /// <summary>Packs the transpose of a row-major matrix: the B of Y = A·Wᵀ.</summary>
    /// <param name="packed">Overwritten: <see cref="Length"/> elements.</param>
    /// <param name="w">W, row-major [n × k].</param>
    /// <param name="k">Rows of B: columns of W.</param>
    /// <param name="n">Columns of B: rows of W.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void PackTransposed<T>(Span<T> packed, ReadOnlySpan<T> w, int k, int n)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int row = 0; row < k; row++)
            PackRow(packed, row, k, n, w[row..], k);
    }

    /// <summary>Packs one row of B from elements that lie a stride apart.</summary>
    internal static void PackRow<T>(Span<T> packed, int row, int k, int n, ReadOnlySpan<T> source, int stride)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int n0 = 0, width; n0 < n; n0 += width)
        {
            width = PanelWidth<T>(n, n0);
            Span<T> destination = packed.Slice((n0 * k) + (row * width), width);
            int columns = Math.Min(width, n - n0);
            for (int column = 0; column < columns; column++)
                destination[column] = source[(n0 + column) * stride];
            destination[columns..].Clear();
        }
    }
}
