using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Kernels.Simd;
using NanoConv.Tensors;

namespace NanoConv.Kernels;

/// <summary>In the backward pass, before a product's gradients: the activation's derivative and the bias's gradient, in one pass.</summary>
internal static class ActivationGradient
{
    /// <summary>
    /// dz = dy · [y &gt; 0] after ReLU, or dy; db += Σ dz over all pixels. dz is written where the
    /// product's gradients read it, inside its halo.
    /// </summary>
    /// <remarks>
    /// One vector of channels goes down each row of pixels, its sum in a register; of a picture in two, for every other pixel, so
    /// that no addition waits for the one before. One row of pixels is a batch, which may be cut anywhere: one sum.
    /// </remarks>
    /// <param name="product">The product whose gradients follow; its pixels lie side by side in each row.</param>
    /// <param name="dz">Overwritten where <see cref="StridedProduct.Output"/> points; may be dy itself, if that is contiguous.</param>
    /// <param name="db">Accumulated into: [N]; empty for no bias.</param>
    /// <param name="dy">The activation's gradient, contiguous [images, rows, columns, N].</param>
    /// <param name="y">The activation's output; empty where it was linear.</param>
    /// <param name="output">Where the pixels of y lie; if null, side by side like those of dy.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Write<T>(
        in StridedProduct product, Span<T> dz, Span<T> db, ReadOnlySpan<T> dy, ReadOnlySpan<T> y, PixelView? output = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int length = product.Columns * product.N;
        PixelView outputs = output ?? new(0, product.Rows * length, length, product.N);
        for (int image = 0; image < product.Images; image++)
        {
            for (int row = 0; row < product.Rows; row++)
            {
                int source = ((image * product.Rows) + row) * length;
                Span<T> destination = dz.Slice(product.Output.At(image, row, 0), length);
                ReadOnlySpan<T> gradient = dy.Slice(source, length), mask = y.IsEmpty ? [] : y.Slice(outputs.At(image, row, 0), length);
                if (!db.IsEmpty)
                    MaskAndAdd(destination, db, gradient, mask, inPairs: product.Rows > 1);
                else if (!mask.IsEmpty)
                    Mask(destination, gradient, mask);
                else
                    gradient.CopyTo(destination);
            }
        }
    }

    /// <summary>x · [y &gt; 0]: ReLU's derivative, applied.</summary>
    /// <param name="destination">Overwritten; may be x itself.</param>
    /// <param name="x">The gradient.</param>
    /// <param name="y">ReLU's output.</param>
    /// <typeparam name="T">The element type.</typeparam>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Mask<T>(Span<T> destination, ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Length != destination.Length || y.Length != destination.Length)
            throw new ArgumentException($"expected {destination.Length} elements, received {x.Length} and {y.Length}");
        if (destination.IsEmpty)
            return;
        ref T z = ref destination[0];
        ref T xs = ref VectorMath.Start(x);
        ref T ys = ref VectorMath.Start(y);
        int i = 0;
        for (; i <= destination.Length - SimdVector<T>.Count; i += SimdVector<T>.Count)
            Masked<T, SimdVector<T>>(ref z, ref xs, ref ys, i, masked: true);
        for (; i < destination.Length; i++)
            destination[i] = y[i] > T.Zero ? x[i] : T.Zero;
    }

    // dz[p, c] = dy[p, c] · [y[p, c] > 0], or dy where y is empty; db[c] += Σ_p dz[p, c] over the pixels p of a row.
    private static void MaskAndAdd<T>(Span<T> dz, Span<T> db, ReadOnlySpan<T> dy, ReadOnlySpan<T> y, bool inPairs)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = db.Length, c = 0;
        if (SimdVector512<T>.IsPanel)
            c = MaskAndAdd<T, SimdVector512<T>>(dz, db, dy, y, c, inPairs);
        c = MaskAndAdd<T, SimdVector<T>>(dz, db, dy, y, c, inPairs);
        bool masked = !y.IsEmpty;
        for (; c < channels; c++)
        {
            for (int i = c; i < dz.Length; i += channels)
            {
                dz[i] = !masked || y[i] > T.Zero ? dy[i] : T.Zero;
                db[c] += dz[i];
            }
        }
    }

    // The same for whole vectors of channels, from channel c on; returns the first channel that is left.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int MaskAndAdd<T, TVector>(Span<T> dz, Span<T> db, ReadOnlySpan<T> dy, ReadOnlySpan<T> y, int c, bool inPairs)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
    {
        ref T z = ref dz[0];
        ref T gradients = ref VectorMath.Start(dy);
        ref T outputs = ref VectorMath.Start(y);
        int channels = db.Length;
        for (; c <= channels - TVector.Count; c += TVector.Count)
        {
            TVector sum = TVector.LoadUnsafe(ref db[0], c), odd = TVector.Zero;
            int i = c;
            for (; inPairs && i < dz.Length - channels; i += 2 * channels)
            {
                sum += Masked<T, TVector>(ref z, ref gradients, ref outputs, i, !y.IsEmpty);
                odd += Masked<T, TVector>(ref z, ref gradients, ref outputs, i + channels, !y.IsEmpty);
            }

            for (; i < dz.Length; i += channels)
                sum += Masked<T, TVector>(ref z, ref gradients, ref outputs, i, !y.IsEmpty);
            TVector.StoreUnsafe(sum + odd, ref db[0], c);
        }

        return c;
    }

    // One vector of dz: dy · [y > 0], or dy.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Masked<T, TVector>(ref T dz, ref T dy, ref T y, int i, bool masked)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
    {
        TVector gradient = TVector.LoadUnsafe(ref dy, i);
        if (masked)
            gradient &= TVector.GreaterThan(TVector.LoadUnsafe(ref y, i), TVector.Zero);
        TVector.StoreUnsafe(gradient, ref dz, i);
        return gradient;
    }
}
