using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Kernels.Micro;
using NanoConv.Kernels.Simd;

namespace NanoConv.Kernels;

/// <summary>
/// The two products (GEMM) that carry the framework: Y = A·B + bias, and its adjoint dB += Aᵀ·dY, both on the strided views
/// of <see cref="StridedProduct"/>. Forward passes and input gradients are the first, kernel gradients the second.
/// </summary>
/// <remarks>
/// Here the work is cut into register tiles, <see cref="RegisterTile"/>. Every element's sum is taken in one order that depends on neither tile
/// nor batch, so results have the same bits however pictures, or the rows of a batch, are grouped.
/// </remarks>
internal static class MatrixProduct
{
    /// <summary>
    /// Pixels that pass by each tile of dB before the next tile's turn. What a tile reads of them, a few cache lines
    /// each, stays in the L1 cache for the next tiles, and its sums stay in registers long enough.
    /// </summary>
    internal const int BlockPixels = 128;

    /// <summary>Tiles that are worked out in one go: enough that calling for them costs little, few enough to stay in the L1 cache.</summary>
    private const int StripTiles = 4;

    /// <summary>Elements by which a dY buffer must outlast its last pixel: the adjoint reads whole vectors, and so beyond it (over-read).</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public static int OverRead<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => 2 * SimdVector<T>.Count;

    /// <summary>Whether the adjoint reads beyond its last pixel (over-read): not in a picture whose columns are whole vectors.</summary>
    internal static bool OverReads<T>(in StridedProduct product)
        where T : unmanaged, IFloatingPointIeee754<T> => product.Rows == 1 || product.N % SimdVector<T>.Count != 0;

    /// <summary>Y = A·B + bias, or max(0, A·B + bias).</summary>
    /// <remarks>
    /// Tiles of six pixels are taken across row and image ends, so only the very last tile of a call can lack some. For
    /// each strip of a few tiles all panels of B follow one another: the strip's runs of A stay in the L1 cache.
    /// </remarks>
    /// <param name="product">The views.</param>
    /// <param name="y">Overwritten where <see cref="StridedProduct.Output"/> points, otherwise untouched.</param>
    /// <param name="a">The picture that A is a view of.</param>
    /// <param name="packedB">B as <see cref="PackedMatrix"/> lays it out.</param>
    /// <param name="packedBias">The bias, filled up with zeros to whole vectors; empty for none.</param>
    /// <param name="relu">Whether to apply max(0, ·) while the tile is still in registers (epilogue).</param>
    /// <typeparam name="T">The element type.</typeparam>
    /// <exception cref="ArgumentException">A span is shorter than the views need.</exception>
    public static void Multiply<T>(
        in StridedProduct product, Span<T> y, ReadOnlySpan<T> a, ReadOnlySpan<T> packedB, ReadOnlySpan<T> packedBias, bool relu = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(product, y, a, packedB, packedBias);
        Span<T> partial = stackalloc T[RegisterTile.Rows * PackedMatrix.WidestPanel<T>()];
        Span<T> noBias = stackalloc T[PackedMatrix.WidestPanel<T>()];
        noBias.Clear();
        ref T aStart = ref VectorMath.Start(a);
        ref T bStart = ref VectorMath.Start(packedB);
        Span<int> inputs = stackalloc int[StripTiles * RegisterTile.Rows], outputs = stackalloc int[StripTiles * RegisterTile.Rows];
        (int k, int n) = (product.K, product.N);
        PixelCursor cursor = new(product);
        for (int left = product.M; left > 0; left -= inputs.Length)
        {
            int tiles = cursor.Take(product, left, inputs, outputs);
            for (int n0 = 0, width; n0 < n; n0 += width)
            {
                width = PackedMatrix.PanelWidth<T>(n, n0);
                ref T bias = ref VectorMath.Start(packedBias.IsEmpty ? noBias : packedBias[n0..]);
                PackedPanel<T> panel = new(ref Unsafe.Add(ref bStart, n0 * k), ref bias, width, relu);
                if (n - n0 >= width)
                {
                    RegisterTile.Multiply(product, ref y[n0], ref aStart, new TileStrip(ref inputs[0], ref outputs[0], tiles), panel);
                    continue;
                }

                for (int tile = 0; tile < tiles; tile++)
                {
                    Span<int> rows = outputs.Slice(tile * RegisterTile.Rows, RegisterTile.Rows);
                    TileOffsets apart = TileOffsets.Apart(width);
                    RegisterTile.Multiply(product, ref partial[0], ref aStart, new TileStrip(ref inputs[tile * RegisterTile.Rows], ref apart[0], 1), panel);
                    for (int row = 0; row < rows.Length; row++)
                        CopyColumns(y.Slice(rows[row] + n0, n - n0), partial.Slice(row * width, n - n0));
                }
            }
        }
    }

    /// <summary>dB += Aᵀ·dY: the gradient of B, accumulated.</summary>
    /// <remarks>
    /// A few rows of pixels at a time: a tile of some rows of dB and one panel of its columns is held in registers while these
    /// pixels pass by, for each of which a vector or two of dY and a few values of A are loaded.
    /// </remarks>
    /// <param name="product">The views of the product whose gradient this is.</param>
    /// <param name="dB">Accumulated into: row-major [K × N].</param>
    /// <param name="a">The picture that A is a view of.</param>
    /// <param name="dY">
    /// The gradient of Y where <see cref="StridedProduct.Output"/> points, and, unless N is whole vectors and there are several rows of
    /// pixels, <see cref="OverRead"/> elements beyond, which are read and have no effect.
    /// </param>
    /// <param name="columns">The columns of dB that are wanted, whole panels; null for all.</param>
    /// <typeparam name="T">The element type.</typeparam>
    /// <exception cref="ArgumentException">A span is shorter than the views need.</exception>
    public static void AccumulateTransposed<T>(
        in StridedProduct product, Span<T> dB, ReadOnlySpan<T> a, ReadOnlySpan<T> dY, Range? columns = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckGradient(product, dB, a, dY);
        if (product.M == 0)
            return;

        int blockRows = BlockRows(product);
        for (int image = 0; image < product.Images; image++)
        {
            for (int row = 0; row < product.Rows; row += blockRows)
            {
                ReadOnlySpan<T> picture = a[product.Input.At(image, row, 0)..], gradient = dY[product.Output.At(image, row, 0)..];
                int rows = Math.Min(blockRows, product.Rows - row);
                AccumulateBlock(product, rows, dB, picture, gradient, columns ?? ..product.N);
            }
        }
    }

    // dB, tile by tile, for the pixels of some rows.
    private static void AccumulateBlock<T>(
        in StridedProduct product, int blockRows, Span<T> dB, ReadOnlySpan<T> a, ReadOnlySpan<T> dY, Range wanted)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (int k, int n) = (product.K, product.N);
        Span<T> partial = stackalloc T[RegisterTile.Rows * PackedMatrix.WidestPanel<T>()];
        TileOffsets inputs = default, outputs = default;
        for (int k0 = 0, segment = 0, t = 0; k0 < k; k0 += RegisterTile.Rows)
        {
            int rows = Math.Min(RegisterTile.Rows, k - k0);
            for (int row = 0; row < rows; row++)
            {
                inputs[row] = segment + t;
                outputs[row] = (k0 + row) * n;
                if (++t == product.SegmentLength)
                    (segment, t) = (segment + product.SegmentStride, 0);
            }

            // Rows beyond the last repeat it and are not stored.
            for (int row = rows; row < RegisterTile.Rows; row++)
                inputs[row] = inputs[rows - 1];

            for (int n0 = wanted.Start.Value, width; n0 < wanted.End.Value; n0 += width)
            {
                // One row of pixels is a plain matrix, a batch: its sums must not be paired, as a batch may be cut anywhere.
                bool inPairs = product.Rows > 1;
                width = inPairs ? PackedMatrix.PanelWidth<T>(n, n0) : 2 * SimdVector<T>.Count;
                int columns = Math.Min(width, n - n0);
                ref T picture = ref VectorMath.Start(a), gradient = ref VectorMath.Start(dY[n0..]);
                if (rows == RegisterTile.Rows && (columns == width || columns > SimdVector<T>.Count))
                {
                    GradientBlock<T> block = new(ref dB[n0], ref picture, ref gradient, blockRows);
                    RegisterTile.Accumulate(product, block, outputs, inputs, columns, inPairs && columns == width);
                    continue;
                }

                for (int row = 0; row < rows; row++)
                    CopyColumns(partial.Slice(row * width, columns), dB.Slice(outputs[row] + n0, columns));
                GradientBlock<T> apart = new(ref partial[0], ref picture, ref gradient, blockRows);
                RegisterTile.Accumulate(product, apart, TileOffsets.Apart(width), inputs, width, inPairs && columns == width);
                for (int row = 0; row < rows; row++)
                    CopyColumns(dB.Slice(outputs[row] + n0, columns), partial.Slice(row * width, columns));
            }
        }
    }

    // A panel's columns at most: a call to the runtime's copy would take longer than the copy.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyColumns<T>(Span<T> destination, ReadOnlySpan<T> source)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int last = source.Length - SimdVector<T>.Count;
        if (last < 0)
        {
            for (int column = 0; column < source.Length; column++)
                destination[column] = source[column];
            return;
        }

        // The last vector may overlap the one before it.
        for (int column = 0; column < last; column += SimdVector<T>.Count)
            new Vector<T>(source[column..]).CopyTo(destination[column..]);
        new Vector<T>(source[last..]).CopyTo(destination[last..]);
    }

    /// <summary>Rows of pixels that pass by each tile of dB.</summary>
    internal static int BlockRows(in StridedProduct product) => Math.Clamp(BlockPixels / product.Columns, 1, product.Rows);

    /// <summary>Refuses what the views do not fit into, before anything is written: loads and stores are unchecked.</summary>
    internal static void Check<T>(
        in StridedProduct product, ReadOnlySpan<T> y, ReadOnlySpan<T> a, ReadOnlySpan<T> packedB, ReadOnlySpan<T> packedBias)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require(y.Length, product.OutputExtent, nameof(y));
        Require(a.Length, product.InputExtent, nameof(a));
        Require(packedB.Length, PackedMatrix.Length<T>(product.K, product.N), nameof(packedB));
        if (!packedBias.IsEmpty)
            Require(packedBias.Length, PackedMatrix.PaddedColumns<T>(product.N), nameof(packedBias));
    }

    /// <summary>The same for the gradient of B.</summary>
    internal static void CheckGradient<T>(in StridedProduct product, ReadOnlySpan<T> dB, ReadOnlySpan<T> a, ReadOnlySpan<T> dY)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require(dB.Length, product.K * product.N, nameof(dB));
        Require(a.Length, product.InputExtent, nameof(a));
        Require(dY.Length, product.OutputExtent + (OverReads<T>(product) ? OverRead<T>() : 0), nameof(dY));
    }

    /// <summary>Refuses a span that is too short.</summary>
    internal static void Require(int length, int needed, string name)
    {
        if (length < needed)
            throw new ArgumentException($"expected at least {needed} elements, received {length}", name);
    }

    // Goes through a product's pixels in order, without a multiplication for each.
    private ref struct PixelCursor
    {
        private int image;
        private int row;
        private int column;
        private int input;
        private int output;

        public PixelCursor(in StridedProduct product) => (input, output) = (product.Input.Offset, product.Output.Offset);

        /// <summary>
        /// The places of the next pixels, as many as fit in or are left, and the number of tiles that they make. In the
        /// last tile the last pixel is repeated; its result is then stored more than once.
        /// </summary>
        public int Take(in StridedProduct product, int left, scoped Span<int> inputs, scoped Span<int> outputs)
        {
            int count = Math.Min(left, inputs.Length);
            for (int i = 0; i < count;)
            {
                int end = Math.Min(count, i + product.Columns - column);
                column += end - i;
                for (; i < end; i++)
                {
                    (inputs[i], outputs[i]) = (input, output);
                    input += product.Input.Column;
                    output += product.Output.Column;
                }

                if (column < product.Columns)
                    continue;
                column = 0;
                if (++row == product.Rows)
                {
                    row = 0;
                    image++;
                }

                (input, output) = (product.Input.At(image, row, 0), product.Output.At(image, row, 0));
            }

            int tiles = (count + RegisterTile.Rows - 1) / RegisterTile.Rows;
            for (int i = count; i < tiles * RegisterTile.Rows; i++)
                (inputs[i], outputs[i]) = (inputs[count - 1], outputs[count - 1]);
            return tiles;
        }
    }
}
