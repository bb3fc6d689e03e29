using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Kernels.Reference;

/// <summary>
/// The two products on strided views as plain loops, k going through the runs as (s, t), and the oracle of <see cref="MatrixProduct"/>'s tests.
/// </summary>
internal static class NaiveMatrixProduct
{
    /// <summary>Y[p, n] = bias[n] + Σ_k A[p, k] · B[k, n].</summary>
    /// <param name="product">The views.</param>
    /// <param name="y">Overwritten where <see cref="StridedProduct.Output"/> points, otherwise untouched.</param>
    /// <param name="a">The picture that A is a view of.</param>
    /// <param name="b">B, row-major [K × N].</param>
    /// <param name="bias">The bias [N]; empty for none.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Multiply<T>(in StridedProduct product, Span<T> y, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> bias)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        MatrixProduct.Require(y.Length, product.OutputExtent, nameof(y));
        MatrixProduct.Require(a.Length, product.InputExtent, nameof(a));
        MatrixProduct.Require(b.Length, product.K * product.N, nameof(b));
        for (int p = 0; p < product.M; p++)
        {
            (int input, int output) = (At(product, product.Input, p), At(product, product.Output, p));
            for (int n = 0; n < product.N; n++)
            {
                T sum = bias.IsEmpty ? T.Zero : bias[n];
                for (int s = 0; s < product.Segments; s++)
                    for (int t = 0; t < product.SegmentLength; t++)
                        sum += a[input + (s * product.SegmentStride) + t] * b[(((s * product.SegmentLength) + t) * product.N) + n];
                y[output + n] = sum;
            }
        }
    }

    /// <summary>dB[k, n] += Σ_p A[p, k] · dY[p, n].</summary>
    /// <param name="product">The views of the product whose gradient this is.</param>
    /// <param name="dB">Accumulated into: row-major [K × N].</param>
    /// <param name="a">The picture that A is a view of.</param>
    /// <param name="dY">The gradient of Y where <see cref="StridedProduct.Output"/> points.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void AccumulateTransposed<T>(in StridedProduct product, Span<T> dB, ReadOnlySpan<T> a, ReadOnlySpan<T> dY)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        MatrixProduct.Require(dB.Length, product.K * product.N, nameof(dB));
        MatrixProduct.Require(a.Length, product.InputExtent, nameof(a));
        MatrixProduct.Require(dY.Length, product.OutputExtent, nameof(dY));
        for (int p = 0; p < product.M; p++)
        {
            (int input, int output) = (At(product, product.Input, p), At(product, product.Output, p));
            for (int s = 0; s < product.Segments; s++)
                for (int t = 0; t < product.SegmentLength; t++)
                    for (int n = 0; n < product.N; n++)
                        dB[(((s * product.SegmentLength) + t) * product.N) + n] += a[input + (s * product.SegmentStride) + t] * dY[output + n];
        }
    }

    private static int At(in StridedProduct product, PixelView view, int p)
    {
        (int rest, int column) = Math.DivRem(p, product.Columns);
        (int image, int row) = Math.DivRem(rest, product.Rows);
        return view.At(image, row, column);
    }
}
