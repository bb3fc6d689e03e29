using System.Numerics;
using System.Runtime.CompilerServices;

namespace NanoConv.Kernels;

/// <summary>Sums over pixels for each channel, and what normalisation makes of them. One vector of channels goes down the pixels at a time.</summary>
internal static class ChannelSums
{
    /// <summary>mean[c] = Σₚ x[p, c] / n and m2[c] = Σₚ (x[p, c] − mean[c])², in two passes: no difference of large squares.</summary>
    /// <param name="mean">Overwritten: [C].</param>
    /// <param name="m2">Overwritten: [C].</param>
    /// <param name="x">[n, C], at least one pixel.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Moments<T>(Span<T> mean, Span<T> m2, ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = mean.Length, c = 0;
        T count = T.CreateChecked(x.Length / channels);
        for (; c <= channels - Vector<T>.Count; c += Vector<T>.Count)
        {
            Vector<T> sum = Vector<T>.Zero, squares = Vector<T>.Zero;
            for (int i = c; i < x.Length; i += channels)
                sum += Load(x, i);
            sum /= new Vector<T>(count);
            for (int i = c; i < x.Length; i += channels)
            {
                Vector<T> difference = Load(x, i) - sum;
                squares += difference * difference;
            }

            sum.CopyTo(mean[c..]);
            squares.CopyTo(m2[c..]);
        }

        for (; c < channels; c++)
        {
            (T sum, T squares) = (T.Zero, T.Zero);
            for (int i = c; i < x.Length; i += channels)
                sum += x[i];
            sum /= count;
            for (int i = c; i < x.Length; i += channels)
                squares += (x[i] - sum) * (x[i] - sum);
            (mean[c], m2[c]) = (sum, squares);
        }
    }

    /// <summary>y[p, c] = x[p, c] · scale[c] + shift[c].</summary>
    /// <param name="y">Overwritten: [n, C]; may be x itself.</param>
    /// <param name="x">[n, C].</param>
    /// <param name="scale">[C].</param>
    /// <param name="shift">[C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void ScaleAndShift<T>(Span<T> y, ReadOnlySpan<T> x, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = scale.Length, c = 0;
        for (; c <= channels - Vector<T>.Count; c += Vector<T>.Count)
        {
            Vector<T> a = Load(scale, c), b = Load(shift, c);
            for (int i = c; i < x.Length; i += channels)
                ((Load(x, i) * a) + b).CopyTo(y[i..]);
        }

        for (; c < channels; c++)
        {
            for (int i = c; i < x.Length; i += channels)
                y[i] = (x[i] * scale[c]) + shift[c];
        }
    }

    /// <summary>y[p, c] = (x[p, c] − centre[c]) · scale[c] + shift[c]: as exact where x is large and all of it near the centre.</summary>
    /// <param name="y">Overwritten: [n, C]; may be x itself.</param>
    /// <param name="x">[n, C].</param>
    /// <param name="centre">[C].</param>
    /// <param name="scale">[C].</param>
    /// <param name="shift">[C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Standardize<T>(Span<T> y, ReadOnlySpan<T> x, ReadOnlySpan<T> centre, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = scale.Length, c = 0;
        for (; c <= channels - Vector<T>.Count; c += Vector<T>.Count)
        {
            Vector<T> middle = Load(centre, c), a = Load(scale, c), b = Load(shift, c);
            for (int i = c; i < x.Length; i += channels)
                (((Load(x, i) - middle) * a) + b).CopyTo(y[i..]);
        }

        for (; c < channels; c++)
        {
            for (int i = c; i < x.Length; i += channels)
                y[i] = ((x[i] - centre[c]) * scale[c]) + shift[c];
        }
    }

    /// <summary>square[c] = Σₚ (x[p, c] − centre[c])².</summary>
    /// <param name="square">Overwritten: [C].</param>
    /// <param name="x">[n, C].</param>
    /// <param name="centre">[C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Squares<T>(Span<T> square, ReadOnlySpan<T> x, ReadOnlySpan<T> centre)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = square.Length, c = 0;
        for (; c <= channels - Vector<T>.Count; c += Vector<T>.Count)
        {
            Vector<T> sum = Vector<T>.Zero, middle = Load(centre, c);
            for (int i = c; i < x.Length; i += channels)
            {
                Vector<T> distance = Load(x, i) - middle;
                sum += distance * distance;
            }

            sum.CopyTo(square[c..]);
        }

        for (; c < channels; c++)
        {
            T sum = T.Zero;
            for (int i = c; i < x.Length; i += channels)
                sum += (x[i] - centre[c]) * (x[i] - centre[c]);
            square[c] = sum;
        }
    }

    /// <summary>sum[c] = Σₚ dy[p, c] and product[c] = Σₚ dy[p, c] · (x[p, c] − mean[c]) · inverse[c].</summary>
    /// <param name="sum">Overwritten: [C].</param>
    /// <param name="product">Overwritten: [C].</param>
    /// <param name="dy">[n, C].</param>
    /// <param name="x">[n, C].</param>
    /// <param name="mean">[C].</param>
    /// <param name="inverse">[C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Gradients<T>(
        Span<T> sum, Span<T> product, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> mean, ReadOnlySpan<T> inverse)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = sum.Length, c = 0;
        for (; c <= channels - Vector<T>.Count; c += Vector<T>.Count)
        {
            Vector<T> sums = Vector<T>.Zero, products = Vector<T>.Zero, centre = Load(mean, c);
            for (int i = c; i < dy.Length; i += channels)
            {
                Vector<T> gradient = Load(dy, i);
                sums += gradient;
                products += gradient * (Load(x, i) - centre);
            }

            sums.CopyTo(sum[c..]);
            (products * Load(inverse, c)).CopyTo(product[c..]);
        }

        for (; c < channels; c++)
        {
            (T sums, T products) = (T.Zero, T.Zero);
            for (int i = c; i < dy.Length; i += channels)
            {
                sums += dy[i];
                products += dy[i] * (x[i] - mean[c]);
            }

            (sum[c], product[c]) = (sums, products * inverse[c]);
        }
    }

    /// <summary>dx[p, c] = dy[p, c] · a[c] + (x[p, c] − mean[c]) · b[c] + d[c].</summary>
    /// <param name="dx">Overwritten: [n, C].</param>
    /// <param name="dy">[n, C].</param>
    /// <param name="x">[n, C].</param>
    /// <param name="a">[C].</param>
    /// <param name="mean">[C].</param>
    /// <param name="b">[C].</param>
    /// <param name="d">[C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Combine<T>(
        Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> a, ReadOnlySpan<T> mean, ReadOnlySpan<T> b, ReadOnlySpan<T> d)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = a.Length, c = 0;
        for (; c <= channels - Vector<T>.Count; c += Vector<T>.Count)
        {
            Vector<T> ofGradient = Load(a, c), centre = Load(mean, c), ofInput = Load(b, c), constant = Load(d, c);
            for (int i = c; i < dy.Length; i += channels)
                ((Load(dy, i) * ofGradient) + (((Load(x, i) - centre) * ofInput) + constant)).CopyTo(dx[i..]);
        }

        for (; c < channels; c++)
        {
            for (int i = c; i < dy.Length; i += channels)
                dx[i] = (dy[i] * a[c]) + (((x[i] - mean[c]) * b[c]) + d[c]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Load<T>(ReadOnlySpan<T> from, int index)
        where T : unmanaged => new(from[index..]);
}
