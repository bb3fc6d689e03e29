using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Kernels.Simd;
using NanoConv.Tensors;

namespace NanoConv.Kernels;

/// <summary>
/// Average-pooling of x [n, H, W, C]: y[i, oh, ow, c] = the mean of the window's pixels inside the picture. Pixels outside do not count, so
/// that a border is no darker than the rest. Channels lie side by side, so one vector holds the same window of many channels, as in
/// <see cref="MaxPooling"/>.
/// </summary>
/// <remarks>The textbook version is <see cref="Reference.NaiveAveragePooling"/>.</remarks>
public static class AveragePooling
{
    /// <summary>
    /// y = the mean of each window. Each row's sum is taken first, then theirs: an error grows with a window's sides, not with their product.
    /// </summary>
    /// <param name="window">The windows, none of them in the padding as a whole.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="y">Overwritten: [n, output height, output width, C].</param>
    /// <param name="x">The pictures [n, H, W, C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Forward<T>(in WindowGeometry window, int images, Span<T> y, ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = window.Channels, output = 0;
        for (int image = 0; image < images; image++)
        {
            ReadOnlySpan<T> picture = x.Slice(image * window.InputElements, window.InputElements);
            for (int oh = 0; oh < window.OutputHeight; oh++)
            {
                for (int ow = 0; ow < window.OutputWidth; ow++, output += channels)
                    Mean(y.Slice(output, channels), new WindowClip(window, oh, ow), picture);
            }
        }
    }

    /// <summary>dx = the sum of dy / P over all windows that a pixel is in, P being the pixels that count in a window.</summary>
    /// <param name="window">The windows, none of them in the padding as a whole.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="dx">Overwritten: [n, H, W, C].</param>
    /// <param name="dy">The output's gradient [n, output height, output width, C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void InputGradient<T>(in WindowGeometry window, int images, Span<T> dx, ReadOnlySpan<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        dx[..(images * window.InputElements)].Clear();
        int channels = window.Channels, output = 0;
        for (int image = 0; image < images; image++)
        {
            Span<T> dPicture = dx.Slice(image * window.InputElements, window.InputElements);
            for (int oh = 0; oh < window.OutputHeight; oh++)
            {
                for (int ow = 0; ow < window.OutputWidth; ow++, output += channels)
                    Spread(dPicture, new WindowClip(window, oh, ow), dy.Slice(output, channels));
            }
        }
    }

    // mean[c] = Σ picture[pixel, c] / P over the window's P pixels.
    private static void Mean<T>(Span<T> mean, in WindowClip clip, ReadOnlySpan<T> picture)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = mean.Length, c = 0;
        if (SimdVector512<T>.IsPanel)
            c = Mean<T, SimdVector512<T>>(mean, clip, picture, c);
        c = Mean<T, SimdVector<T>>(mean, clip, picture, c);
        for (; c < channels; c++)
        {
            T sum = T.Zero;
            for (int start = clip.First; start <= clip.LastRow; start += clip.Row)
            {
                T row = picture[start + c];
                for (int i = start + channels; i < start + clip.Length; i += channels)
                    row += picture[i + c];
                sum += row;
            }

            mean[c] = sum / T.CreateChecked(clip.Pixels);
        }
    }

    // The same for whole vectors of channels, from channel c on; returns the first channel that is left.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Mean<T, TVector>(Span<T> mean, in WindowClip clip, ReadOnlySpan<T> picture, int c)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
    {
        ref T pixels = ref VectorMath.Start(picture);
        int channels = mean.Length;
        for (; c <= channels - TVector.Count; c += TVector.Count)
        {
            TVector sum = TVector.Zero;
            for (int start = clip.First; start <= clip.LastRow; start += clip.Row)
            {
                TVector row = TVector.LoadUnsafe(ref pixels, start + c);
                for (int i = start + channels; i < start + clip.Length; i += channels)
                    row += TVector.LoadUnsafe(ref pixels, i + c);
                sum += row;
            }

            TVector.StoreUnsafe(sum / TVector.Create(T.CreateChecked(clip.Pixels)), ref mean[0], c);
        }

        return c;
    }

    // dx[pixel, c] += dy[c] / P for each of the window's P pixels.
    private static void Spread<T>(Span<T> dx, in WindowClip clip, ReadOnlySpan<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = dy.Length, c = 0;
        if (SimdVector512<T>.IsPanel)
            c = Spread<T, SimdVector512<T>>(dx, clip, dy, c);
        c = Spread<T, SimdVector<T>>(dx, clip, dy, c);
        for (; c < channels; c++)
        {
            T share = dy[c] / T.CreateChecked(clip.Pixels);
            for (int start = clip.First; start <= clip.LastRow; start += clip.Row)
            {
                for (int i = start; i < start + clip.Length; i += channels)
                    dx[i + c] += share;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Spread<T, TVector>(Span<T> dx, in WindowClip clip, ReadOnlySpan<T> dy, int c)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct, ISimd<TVector, T>
    {
        ref T dxs = ref dx[0];
        int channels = dy.Length;
        for (; c <= channels - TVector.Count; c += TVector.Count)
        {
            TVector share = TVector.LoadUnsafe(ref VectorMath.Start(dy), c) / TVector.Create(T.CreateChecked(clip.Pixels));
            for (int start = clip.First; start <= clip.LastRow; start += clip.Row)
            {
                for (int i = start + c; i < start + clip.Length; i += channels)
                    TVector.StoreUnsafe(TVector.LoadUnsafe(ref dxs, i) + share, ref dxs, i);
            }
        }

        return c;
    }
}
