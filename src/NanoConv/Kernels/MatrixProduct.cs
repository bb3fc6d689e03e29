using System.Numerics;
using System.Runtime.CompilerServices;

namespace NanoConv.Kernels;

/// <summary>
/// The two products that carry the framework: Y = A·B + bias, and its adjoint dB += Aᵀ·dY, both on the strided views
/// of <see cref="StridedProduct"/>. Forward passes and input gradients are the first, kernel gradients the second.
/// </summary>
/// <remarks>
/// Here the work is cut into register tiles; <see cref="RegisterTile"/> has the tiles themselves. Every element's sum is
/// taken in one order that depends on neither tile nor batch, so results have the same bits however the work is cut.
/// </remarks>
public static class MatrixProduct
{
    /// <summary>Bytes of A and dY that pass by each tile of dB before the next tile's turn: they fit the first cache level.</summary>
    private const int BlockBytes = 24 * 1024;

    /// <summary>Elements by which a dY buffer must outlast its last pixel: the adjoint reads whole vectors.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public static int Slack<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => 2 * Vector<T>.Count;

    /// <summary>Y = A·B + bias, or max(0, A·B + bias).</summary>
    /// <remarks>
    /// Tiles of six pixels are taken across row and image ends, so only the very last tile of a call can be partly
    /// empty. For each tile all panels of B follow one another: the tile's runs of A stay in the first cache level.
    /// </remarks>
    /// <param name="product">The views.</param>
    /// <param name="y">Overwritten where <see cref="StridedProduct.Output"/> points, otherwise untouched.</param>
    /// <param name="a">The picture that A is a view of.</param>
    /// <param name="packedB">B as <see cref="PackedMatrix"/> lays it out.</param>
    /// <param name="packedBias">The bias, filled up with zeros to whole vectors; empty for none.</param>
    /// <param name="relu">Whether to apply max(0, ·) while the tile is still in registers.</param>
    /// <typeparam name="T">The element type.</typeparam>
    /// <exception cref="ArgumentException">A span is shorter than the views need.</exception>
    public static void Multiply<T>(
        in StridedProduct product, Span<T> y, ReadOnlySpan<T> a, ReadOnlySpan<T> packedB, ReadOnlySpan<T> packedBias, bool relu = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require(y.Length, product.OutputExtent, nameof(y));
        Require(a.Length, product.InputExtent, nameof(a));
        Require(packedB.Length, PackedMatrix.Length<T>(product.K, product.N), nameof(packedB));
        if (!packedBias.IsEmpty)
            Require(packedBias.Length, PackedMatrix.PaddedColumns<T>(product.N), nameof(packedBias));

        Span<T> partial = stackalloc T[RegisterTile.Rows * 2 * Vector<T>.Count];
        Span<T> noBias = stackalloc T[2 * Vector<T>.Count];
        noBias.Clear();
        TileOffsets inputs = default, outputs = default;
        PixelCursor cursor = new(product);
        for (int left = product.M; left > 0; left -= RegisterTile.Rows)
        {
            int rows = Math.Min(RegisterTile.Rows, left);
            cursor.Take(product, rows, ref inputs, ref outputs);
            for (int n0 = 0, width; n0 < product.N; n0 += width)
            {
                width = PackedMatrix.PanelWidth<T>(product.N, n0);
                ref T panel = ref Simd.Start(packedB.Slice(n0 * product.K, product.K * width));
                ref T bias = ref Simd.Start(packedBias.IsEmpty ? noBias : packedBias.Slice(n0, width));
                int columns = Math.Min(width, product.N - n0);
                if (rows == RegisterTile.Rows && columns == width)
                {
                    RegisterTile.Multiply(product, width, ref y[n0], in outputs, ref Simd.Start(a), in inputs, ref panel, ref bias, relu);
                    continue;
                }

                RegisterTile.Multiply(
                    product, width, ref partial[0], TileOffsets.Apart(width), ref Simd.Start(a), in inputs, ref panel, ref bias, relu);
                for (int row = 0; row < rows; row++)
                    partial.Slice(row * width, columns).CopyTo(y[(outputs[row] + n0)..]);
            }
        }
    }

    /// <summary>dB += Aᵀ·dY: the gradient of B, accumulated.</summary>
    /// <remarks>
    /// A few rows of pixels at a time, so that their part of A and dY stays in the first cache level: each tile of six
    /// rows of dB and one panel of its columns is held in registers while these pixels pass by, per pixel two vectors
    /// of dY and six broadcasts of A.
    /// </remarks>
    /// <param name="product">The views of the product whose gradient this is.</param>
    /// <param name="dB">Accumulated into: row-major [K × N].</param>
    /// <param name="a">The picture that A is a view of.</param>
    /// <param name="dY">
    /// The gradient of Y where <see cref="StridedProduct.Output"/> points, and <see cref="Slack"/> elements beyond, which
    /// are read and have no effect.
    /// </param>
    /// <typeparam name="T">The element type.</typeparam>
    /// <exception cref="ArgumentException">A span is shorter than the views need.</exception>
    public static void AccumulateTransposed<T>(in StridedProduct product, Span<T> dB, ReadOnlySpan<T> a, ReadOnlySpan<T> dY)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require(dB.Length, product.K * product.N, nameof(dB));
        Require(a.Length, product.InputExtent, nameof(a));
        Require(dY.Length, product.OutputExtent + Slack<T>(), nameof(dY));
        if (product.M == 0)
            return;

        int rowBytes = (product.Input.Row + product.Output.Row) * Unsafe.SizeOf<T>();
        int blockRows = Math.Clamp(BlockBytes / Math.Max(1, rowBytes), 1, product.Rows);
        for (int image = 0; image < product.Images; image++)
        {
            for (int row = 0; row < product.Rows; row += blockRows)
            {
                ReadOnlySpan<T> picture = a[product.Input.At(image, row, 0)..], gradient = dY[product.Output.At(image, row, 0)..];
                AccumulateBlock(product, Math.Min(blockRows, product.Rows - row), dB, picture, gradient);
            }
        }
    }

    // All of dB, tile by tile, for the pixels of some rows.
    private static void AccumulateBlock<T>(in StridedProduct product, int blockRows, Span<T> dB, ReadOnlySpan<T> a, ReadOnlySpan<T> dY)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (int k, int n) = (product.K, product.N);
        Span<T> partial = stackalloc T[RegisterTile.Rows * 2 * Vector<T>.Count];
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

            for (int n0 = 0, width; n0 < n; n0 += width)
            {
                // One row of pixels is a plain matrix, a batch: its sums must not be paired, as a batch may be cut anywhere.
                width = product.Rows == 1 ? 2 * Vector<T>.Count : PackedMatrix.PanelWidth<T>(n, n0);
                int columns = Math.Min(width, n - n0);
                if (rows == RegisterTile.Rows && columns == width)
                {
                    RegisterTile.Accumulate(product, blockRows, width, ref dB[n0], in outputs, ref Simd.Start(a), in inputs, ref Simd.Start(dY[n0..]));
                    continue;
                }

                for (int row = 0; row < rows; row++)
                    dB.Slice(outputs[row] + n0, columns).CopyTo(partial[(row * width)..]);
                RegisterTile.Accumulate(
                    product, blockRows, width, ref partial[0], TileOffsets.Apart(width), ref Simd.Start(a), in inputs, ref Simd.Start(dY[n0..]));
                for (int row = 0; row < rows; row++)
                    partial.Slice(row * width, columns).CopyTo(dB[(outputs[row] + n0)..]);
            }
        }
    }

    private static void Require(int length, int needed, string name)
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

        /// <summary>The places of the next few pixels; where fewer than a tile's rows are left, the last is repeated.</summary>
        public void Take(in StridedProduct product, int count, ref TileOffsets inputs, ref TileOffsets outputs)
        {
            (int nextInput, int nextOutput) = (product.Input.Column, product.Output.Column);
            if (count == RegisterTile.Rows && column < product.Columns - RegisterTile.Rows)
            {
                // Within a row, as nearly always: no end to look for.
                for (int i = 0; i < RegisterTile.Rows; i++)
                    (inputs[i], outputs[i]) = (input + (i * nextInput), output + (i * nextOutput));
                column += RegisterTile.Rows;
                input += RegisterTile.Rows * nextInput;
                output += RegisterTile.Rows * nextOutput;
                return;
            }

            for (int i = 0; i < count; i++)
            {
                (inputs[i], outputs[i]) = (input, output);
                input += nextInput;
                output += nextOutput;
                if (++column < product.Columns)
                    continue;
                column = 0;
                if (++row == product.Rows)
                {
                    row = 0;
                    image++;
                }

                (input, output) = (product.Input.At(image, row, 0), product.Output.At(image, row, 0));
            }

            for (int i = count; i < RegisterTile.Rows; i++)
                inputs[i] = inputs[count - 1];
        }
    }
}
