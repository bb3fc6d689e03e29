using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Kernels.Simd;
using NanoConv.Tensors;

namespace NanoConv.Kernels;

/// <summary>
/// Max-pooling of x [n, H, W, C]: y[i, oh, ow, c] = max over the window's pixels inside the picture. Pixels outside
/// never win. Channels lie side by side, so one vector holds the same window of many channels, and stays in a register
/// while the window's pixels pass by.
/// </summary>
/// <remarks>The textbook version is <see cref="Reference.NaiveMaxPooling"/>.</remarks>
public static class MaxPooling
{
    /// <summary>y = the greatest element of each window; NaN if it has one.</summary>
    /// <param name="window">The windows.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="y">Overwritten: [n, output height, output width, C].</param>
    /// <param name="x">The pictures [n, H, W, C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Forward<T>(in WindowGeometry window, int images, Span<T> y, ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = window.Channels;
        for (int image = 0; image < images; image++)
        {
            ReadOnlySpan<T> picture = x.Slice(image * window.InputElements, window.InputElements);
            Span<T> output = y.Slice(image * window.OutputPixels * channels, window.OutputPixels * channels);
            for (int oh = 0; oh < window.OutputHeight; oh++)
            {
                for (int ow = 0; ow < window.OutputWidth; ow++, output = output[channels..])
                    Maximum(output[..channels], new WindowClip(window, oh, ow), picture);
            }
        }
    }

    /// <summary>
    /// dx = dy where x was its window's maximum; of equal pixels the first in row order takes all, as in PyTorch. x and
    /// y tell which one it was, so nothing need be kept. Where windows overlap, their shares add up. A window with NaN
    /// passes nothing on.
    /// </summary>
    /// <param name="window">The windows.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="dx">Overwritten: [n, H, W, C].</param>
    /// <param name="x">The pictures [n, H, W, C].</param>
    /// <param name="y">What <see cref="Forward"/> made of them.</param>
    /// <param name="dy">The output's gradient; overwritten with zeros as it is passed on.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void InputGradient<T>(
        in WindowGeometry window, int images, Span<T> dx, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        dx[..(images * window.InputElements)].Clear();
        int channels = window.Channels;
        for (int image = 0; image < images; image++)
        {
            Span<T> dPicture = dx.Slice(image * window.InputElements, window.InputElements);
            ReadOnlySpan<T> picture = x.Slice(image * window.InputElements, window.InputElements);
            int output = image * window.OutputPixels * channels;
            for (int oh = 0; oh < window.OutputHeight; oh++)
            {
                for (int ow = 0; ow < window.OutputWidth; ow++, output += channels)
                    PassOn(dPicture, new WindowClip(window, oh, ow), picture, y.Slice(output, channels), dy.Slice(output, channels));
            }
        }
    }

    // best[c] = max over the window's pixels of picture[pixel, c]; Max passes NaN on.
    private static void Maximum<T>(Span<T> best, in WindowClip clip, ReadOnlySpan<T> picture)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = best.Length, c = 0;
        if (SimdVector512<T>.IsPanel)
            c = Maximum<T, SimdVector512<T>>(best, clip, picture, c);
        c = Maximum<T, SimdVector<T>>(best, clip, picture, c);
        for (; c < channels; c++)
        {
            best[c] = picture[clip.First + c];
            for (int start = clip.First; start <= clip.LastRow; start += clip.Row)
            {
                for (int i = start; i < start + clip.Length; i += channels)
                    best[c] = T.Max(best[c], picture[i + c]);
            }
        }
    }

    // The same for whole vectors of channels, from channel c on; returns the first channel that is left.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Maximum<T, TVector>(Span<T> best, in WindowClip clip, ReadOnlySpan<T> picture, int c)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
    {
        ref T pixels = ref VectorMath.Start(picture);
        int channels = best.Length;
        for (; c <= channels - TVector.Count; c += TVector.Count)
        {
            TVector greatest = TVector.LoadUnsafe(ref pixels, clip.First + c);
            for (int start = clip.First; start <= clip.LastRow; start += clip.Row)
            {
                for (int i = start; i < start + clip.Length; i += channels)
                    greatest = TVector.Max(greatest, TVector.LoadUnsafe(ref pixels, i + c));
            }

            TVector.StoreUnsafe(greatest, ref best[0], c);
        }

        return c;
    }

    // Where x = y: dx += dy, and dy = 0, so that only the first of equal pixels gets it.
    private static void PassOn<T>(Span<T> dx, in WindowClip clip, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = y.Length, c = 0;
        if (SimdVector512<T>.IsPanel)
            c = PassOn<T, SimdVector512<T>>(dx, clip, x, y, dy, c);
        c = PassOn<T, SimdVector<T>>(dx, clip, x, y, dy, c);
        for (; c < channels; c++)
        {
            for (int start = clip.First; start <= clip.LastRow; start += clip.Row)
            {
                for (int i = start + c; i < start + clip.Length; i += channels)
                {
                    if (x[i] != y[c])
                        continue;
                    dx[i] += dy[c];
                    dy[c] = T.Zero;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PassOn<T, TVector>(Span<T> dx, in WindowClip clip, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, int c)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
    {
        ref T dxs = ref dx[0];
        ref T xs = ref VectorMath.Start(x);
        int channels = y.Length;
        for (; c <= channels - TVector.Count; c += TVector.Count)
        {
            TVector maximum = TVector.LoadUnsafe(ref VectorMath.Start(y), c), gradient = TVector.LoadUnsafe(ref dy[0], c);
            for (int start = clip.First; start <= clip.LastRow; start += clip.Row)
            {
                for (int i = start + c; i < start + clip.Length; i += channels)
                {
                    TVector pixel = TVector.LoadUnsafe(ref xs, i);
                    TVector isMaximum = TVector.Equals(pixel, maximum);
                    TVector.StoreUnsafe(TVector.LoadUnsafe(ref dxs, i) + (gradient & isMaximum), ref dxs, i);
                    gradient = TVector.AndNot(gradient, isMaximum);
                }
            }

            TVector.StoreUnsafe(gradient, ref dy[0], c);
        }

        return c;
    }
}
