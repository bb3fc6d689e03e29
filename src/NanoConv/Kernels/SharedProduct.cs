using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Kernels.Micro;
using NanoConv.Kernels.Simd;

namespace NanoConv.Kernels;

/// <summary>
/// The products of <see cref="MatrixProduct"/> where the windows of neighbouring pixels overlap: panels of a single vector of columns go by
/// <see cref="SharedTile"/>, all others by <see cref="MatrixProduct"/> itself.
/// </summary>
/// <remarks>
/// Whether a panel is shared is a few comparisons of the product's shape, asked for each panel of each call. A plan made once would be one
/// more thing that has to fit the product, as loads are unchecked, and products of a batch's or a part's shape come and go. Panels get
/// narrower from first to last, so those that are shared lie side by side: before them wider ones, behind them at most one that is not full.
/// </remarks>
internal static class SharedProduct
{
    /// <summary>Y = A·B + bias, or max(0, A·B + bias); a shared panel goes over all pixels before the next one's turn.</summary>
    /// <param name="product">The views.</param>
    /// <param name="y">Overwritten where <see cref="StridedProduct.Output"/> points, otherwise untouched.</param>
    /// <param name="a">The picture that A is a view of.</param>
    /// <param name="packedB">B as <see cref="PackedMatrix"/> lays it out.</param>
    /// <param name="packedBias">The bias, filled up with zeros to whole vectors; empty for none.</param>
    /// <param name="relu">Whether to apply max(0, ·).</param>
    /// <typeparam name="T">The element type.</typeparam>
    /// <exception cref="ArgumentException">A span is shorter than the views need.</exception>
    public static void Multiply<T>(
        in StridedProduct product, Span<T> y, ReadOnlySpan<T> a, ReadOnlySpan<T> packedB, ReadOnlySpan<T> packedBias, bool relu = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        MatrixProduct.Check(product, y, a, packedB, packedBias);
        if (product.M == 0)
            return;
        (int first, int end) = Shared<T>(product);
        if (first > 0)
            MatrixProduct.Multiply(product with { N = first }, y, a, packedB, packedBias, relu);
        Span<T> noBias = stackalloc T[PackedMatrix.WidestPanel<T>()];
        noBias.Clear();
        for (int n0 = first, width; n0 < end; n0 += width)
        {
            width = PackedMatrix.PanelWidth<T>(product.N, n0);
            ref T bias = ref VectorMath.Start(packedBias.IsEmpty ? noBias : packedBias[n0..]);
            PackedPanel<T> panel = new(ref Unsafe.Add(ref VectorMath.Start(packedB), n0 * product.K), ref bias, width, relu);
            SharedTile.Multiply(product, ref y[n0], ref VectorMath.Start(a), panel);
        }

        if (end < product.N)
        {
            MatrixProduct.Multiply(
                product with { N = product.N - end }, y[end..], a, packedB[(end * product.K)..], packedBias.IsEmpty ? [] : packedBias[end..], relu);
        }
    }

    /// <summary>
    /// Two products Y = A·B of the same pixels, without bias, whose runs overlap so that they can share what they load; their places in y
    /// and their panels differ.
    /// </summary>
    /// <param name="first">The views of the one with longer runs.</param>
    /// <param name="second">Those of the other.</param>
    /// <param name="y">Overwritten where the outputs point, otherwise untouched.</param>
    /// <param name="a">The picture that both A are views of.</param>
    /// <param name="firstB">The first one's B as <see cref="PackedMatrix"/> lays it out.</param>
    /// <param name="secondB">The second one's.</param>
    /// <typeparam name="T">The element type.</typeparam>
    /// <returns>Whether that was so; if not, nothing is written.</returns>
    /// <exception cref="ArgumentException">A span is shorter than the views need.</exception>
    public static bool TryMultiplyTwoPhases<T>(
        in StridedProduct first, in StridedProduct second, Span<T> y, ReadOnlySpan<T> a, ReadOnlySpan<T> firstB, ReadOnlySpan<T> secondB)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (first.M == 0 || !SharedTile.CanMultiplyTwoPhases<T>(first, second))
            return false;
        MatrixProduct.Check(first, y, a, firstB, []);
        MatrixProduct.Check(second, y, a, secondB, []);
        SharedTile.MultiplyTwoPhases(first, second, ref y[0], ref VectorMath.Start(a), ref VectorMath.Start(firstB), ref VectorMath.Start(secondB));
        return true;
    }

    /// <summary>dB += Aᵀ·dY: the gradient of B, accumulated.</summary>
    /// <param name="product">The views of the product whose gradient this is.</param>
    /// <param name="dB">Accumulated into: row-major [K × N].</param>
    /// <param name="a">The picture that A is a view of.</param>
    /// <param name="dY">As in <see cref="MatrixProduct.AccumulateTransposed"/>.</param>
    /// <typeparam name="T">The element type.</typeparam>
    /// <exception cref="ArgumentException">A span is shorter than the views need.</exception>
    public static void AccumulateTransposed<T>(in StridedProduct product, Span<T> dB, ReadOnlySpan<T> a, ReadOnlySpan<T> dY)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        MatrixProduct.CheckGradient(product, dB, a, dY);
        if (product.M == 0)
            return;
        (int first, int end) = Shared<T>(product, isGradient: true);
        if (first > 0)
            MatrixProduct.AccumulateTransposed(product, dB, a, dY, ..first);
        if (first < end)
        {
            int blockRows = MatrixProduct.BlockRows(product);
            for (int image = 0; image < product.Images; image++)
            {
                for (int row = 0; row < product.Rows; row += blockRows)
                {
                    ReadOnlySpan<T> picture = a[product.Input.At(image, row, 0)..], gradient = dY[product.Output.At(image, row, 0)..];
                    AccumulateBlock(product, Math.Min(blockRows, product.Rows - row), dB, picture, gradient, first..end);
                }
            }
        }

        if (end < product.N)
            MatrixProduct.AccumulateTransposed(product, dB, a, dY, end..product.N);
    }

    /// <summary>Whether a panel of Y is <see cref="SharedTile"/>'s.</summary>
    public static bool IsShared<T>(in StridedProduct product, int n0, int width)
        where T : unmanaged, IFloatingPointIeee754<T> => product.N - n0 >= width && SharedTile.CanMultiply<T>(product, width);

    /// <summary>Whether a panel of dB is.</summary>
    public static bool IsGradientShared<T>(in StridedProduct product, int n0, int width)
        where T : unmanaged, IFloatingPointIeee754<T> => product.N - n0 >= width && SharedTile.CanAccumulate<T>(product, width);

    /// <summary>Whether any panel of Y is.</summary>
    public static bool HasPanel<T>(in StridedProduct product)
        where T : unmanaged, IFloatingPointIeee754<T> => Shared<T>(product) is var (first, end) && first < end;

    /// <summary>Whether any panel of dB is.</summary>
    public static bool HasGradientPanel<T>(in StridedProduct product)
        where T : unmanaged, IFloatingPointIeee754<T> => Shared<T>(product, isGradient: true) is var (first, end) && first < end;

    // The columns of the shared panels.
    private static (int First, int End) Shared<T>(in StridedProduct product, bool isGradient = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (int first, int end) = (product.N, product.N);
        for (int n0 = 0, width; n0 < product.N; n0 += width)
        {
            width = PackedMatrix.PanelWidth<T>(product.N, n0);
            if (isGradient ? IsGradientShared<T>(product, n0, width) : IsShared<T>(product, n0, width))
                (first, end) = (Math.Min(first, n0), n0 + width);
        }

        return (first, end);
    }

    // dB's shared columns, three channels' rows at a time, for the pixels of some rows.
    private static void AccumulateBlock<T>(
        in StridedProduct product, int blockRows, Span<T> dB, ReadOnlySpan<T> a, ReadOnlySpan<T> dY, Range columns)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TileOffsets inputs = default, outputs = default;
        int channels = product.SegmentLength / SharedTile.GradientTaps;
        for (int n0 = columns.Start.Value, width; n0 < columns.End.Value; n0 += width)
        {
            width = PackedMatrix.PanelWidth<T>(product.N, n0);
            GradientBlock<T> block = new(ref dB[n0], ref VectorMath.Start(a), ref VectorMath.Start(dY[n0..]), blockRows);
            for (int left = product.Segments * channels, i = 0, segment = 0, c = 0; left > 0; left--)
            {
                inputs[i] = (segment * product.SegmentStride) + c;
                outputs[i] = ((segment * product.SegmentLength) + c) * product.N;
                if (++c == channels)
                    (segment, c) = (segment + 1, 0);
                if (++i < SharedTile.Channels)
                    continue;
                i = 0;
                SharedTile.Accumulate(product, block, outputs, inputs, width);
            }
        }
    }
}
