using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Kernels.Micro;
using NanoConv.Kernels.Simd;

namespace NanoConv.Kernels;

/// <summary>
/// The panels of <see cref="MatrixProduct"/>'s products that <see cref="SharedTile"/> takes: those of a single vector of columns, where the
/// windows of neighbouring pixels overlap.
/// </summary>
/// <remarks>
/// Whether a panel is shared is a few comparisons of the product's shape, asked for each panel of each call. A plan made once would be one
/// more thing that has to fit the product, as loads are unchecked, and products of a batch's or a part's shape come and go.
/// </remarks>
internal static class SharedProduct
{
    /// <summary>Y = A·B + bias, or max(0, A·B + bias), the shared panels, each over all pixels; whether all panels are.</summary>
    public static bool Multiply<T>(
        in StridedProduct product, Span<T> y, ReadOnlySpan<T> a, ReadOnlySpan<T> packedB, ReadOnlySpan<T> packedBias, bool relu)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> noBias = stackalloc T[PackedMatrix.WidestPanel<T>()];
        noBias.Clear();
        bool areAllShared = true;
        for (int n0 = 0, width; n0 < product.N; n0 += width)
        {
            width = PackedMatrix.PanelWidth<T>(product.N, n0);
            if (!IsShared<T>(product, n0, width))
            {
                areAllShared = false;
                continue;
            }

            ref T bias = ref VectorMath.Start(packedBias.IsEmpty ? noBias : packedBias[n0..]);
            PackedPanel<T> panel = new(ref Unsafe.Add(ref VectorMath.Start(packedB), n0 * product.K), ref bias, width, relu);
            SharedTile.Multiply(product, ref y[n0], ref VectorMath.Start(a), panel);
        }

        return areAllShared;
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
    public static bool TryMultiplyTwo<T>(
        in StridedProduct first, in StridedProduct second, Span<T> y, ReadOnlySpan<T> a, ReadOnlySpan<T> firstB, ReadOnlySpan<T> secondB)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (first.M == 0 || !SharedTile.CanMultiplyTwo<T>(first, second))
            return false;
        MatrixProduct.Require(y.Length, Math.Max(first.OutputExtent, second.OutputExtent), nameof(y));
        MatrixProduct.Require(a.Length, first.InputExtent, nameof(a));
        MatrixProduct.Require(firstB.Length, PackedMatrix.Length<T>(first.K, first.N), nameof(firstB));
        MatrixProduct.Require(secondB.Length, PackedMatrix.Length<T>(second.K, second.N), nameof(secondB));
        SharedTile.MultiplyTwo(first, second, ref y[0], ref VectorMath.Start(a), ref VectorMath.Start(firstB), ref VectorMath.Start(secondB));
        return true;
    }

    /// <summary>Whether a panel is <see cref="SharedTile"/>'s.</summary>
    public static bool IsShared<T>(in StridedProduct product, int n0, int width)
        where T : unmanaged, IFloatingPointIeee754<T> => product.N - n0 >= width && SharedTile.CanMultiply<T>(product, width);

    /// <summary>Whether any panel of Y is <see cref="SharedTile"/>'s.</summary>
    public static bool HasPanel<T>(in StridedProduct product)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool isAnyShared = false;
        for (int n0 = 0, width; n0 < product.N; n0 += width)
        {
            width = PackedMatrix.PanelWidth<T>(product.N, n0);
            isAnyShared |= IsShared<T>(product, n0, width);
        }

        return isAnyShared;
    }

    /// <summary>Whether any panel of dB is.</summary>
    public static bool HasGradientPanel<T>(in StridedProduct product)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool isAnyShared = false;
        for (int n0 = 0, width; n0 < product.N; n0 += width)
        {
            width = PackedMatrix.PanelWidth<T>(product.N, n0);
            isAnyShared |= IsGradientShared<T>(product, n0, width);
        }

        return isAnyShared;
    }

    /// <summary>dB += Aᵀ·dY for the pixels of some rows, its shared panels; whether all of them are.</summary>
    public static bool AccumulateTransposed<T>(in StridedProduct product, int blockRows, Span<T> dB, ReadOnlySpan<T> a, ReadOnlySpan<T> dY)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TileOffsets inputs = default, outputs = default;
        bool areAllShared = true;
        for (int n0 = 0, width; n0 < product.N; n0 += width)
        {
            width = PackedMatrix.PanelWidth<T>(product.N, n0);
            if (!IsGradientShared<T>(product, n0, width))
            {
                areAllShared = false;
                continue;
            }

            GradientBlock<T> block = new(ref dB[n0], ref VectorMath.Start(a), ref VectorMath.Start(dY[n0..]), blockRows);
            int channels = product.SegmentLength / SharedTile.GradientTaps;
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

        return areAllShared;
    }

    /// <summary>Whether a panel of dB is <see cref="SharedTile"/>'s.</summary>
    public static bool IsGradientShared<T>(in StridedProduct product, int n0, int width)
        where T : unmanaged, IFloatingPointIeee754<T> => product.N - n0 >= width && SharedTile.CanAccumulate<T>(product, width);
}
