using System.Numerics;

namespace NanoConv.Kernels;

/// <summary>
/// Max-pooling of x [n, H, W, C]: y[i, oh, ow, c] = max over the window's pixels inside the picture. Pixels outside
/// never win. Channels lie side by side, so one vector holds the same window of many channels.
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
        (int channels, int row) = (window.Channels, window.InputWidth * window.Channels);
        for (int image = 0; image < images; image++)
        {
            ReadOnlySpan<T> picture = x.Slice(image * window.InputElements, window.InputElements);
            for (int pixel = 0; pixel < window.OutputPixels; pixel++)
            {
                Clip clip = new(window, pixel);
                Span<T> best = y.Slice(((image * window.OutputPixels) + pixel) * channels, channels);
                picture.Slice((clip.Top * row) + (clip.Left * channels), channels).CopyTo(best);
                for (int ih = clip.Top; ih < clip.Bottom; ih++)
                {
                    for (int iw = clip.Left; iw < clip.Right; iw++)
                        Maximum(best, picture.Slice((ih * row) + (iw * channels), channels));
                }
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
        (int channels, int row) = (window.Channels, window.InputWidth * window.Channels);
        for (int image = 0; image < images; image++)
        {
            int picture = image * window.InputElements;
            for (int pixel = 0; pixel < window.OutputPixels; pixel++)
            {
                Clip clip = new(window, pixel);
                int output = ((image * window.OutputPixels) + pixel) * channels;
                for (int ih = clip.Top; ih < clip.Bottom; ih++)
                {
                    for (int iw = clip.Left; iw < clip.Right; iw++)
                    {
                        int input = picture + (ih * row) + (iw * channels);
                        PassOn(dx.Slice(input, channels), x.Slice(input, channels), y.Slice(output, channels), dy.Slice(output, channels));
                    }
                }
            }
        }
    }

    // best = max(best, x); Vector.Max and T.Max both pass NaN on.
    private static void Maximum<T>(Span<T> best, ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T b = ref best[0];
        ref T v = ref Simd.Start(x);
        int c = 0;
        for (; c <= best.Length - Vector<T>.Count; c += Vector<T>.Count)
            Simd.Store(Vector.Max(Simd.Load(ref b, c), Simd.Load(ref v, c)), ref b, c);
        for (; c < best.Length; c++)
            best[c] = T.Max(best[c], x[c]);
    }

    // Where x = y: dx += dy, and dy = 0, so that only the first of equal pixels gets it.
    private static void PassOn<T>(Span<T> dx, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T dxs = ref dx[0];
        ref T dys = ref dy[0];
        ref T xs = ref Simd.Start(x);
        ref T ys = ref Simd.Start(y);
        int c = 0;
        for (; c <= dx.Length - Vector<T>.Count; c += Vector<T>.Count)
        {
            Vector<T> won = Vector.Equals(Simd.Load(ref xs, c), Simd.Load(ref ys, c));
            Vector<T> gradient = Simd.Load(ref dys, c);
            Simd.Store(Simd.Load(ref dxs, c) + (gradient & won), ref dxs, c);
            Simd.Store(Vector.AndNot(gradient, won), ref dys, c);
        }

        for (; c < dx.Length; c++)
        {
            if (x[c] == y[c])
            {
                dx[c] += dy[c];
                dy[c] = T.Zero;
            }
        }
    }

    // The part of a window that lies inside the picture. It is never empty: MaxPooling2D refuses such paddings.
    private readonly ref struct Clip
    {
        public Clip(in WindowGeometry window, int pixel)
        {
            (int oh, int ow) = Math.DivRem(pixel, window.OutputWidth);
            int top = (oh * window.StrideHeight) - window.PaddingTop;
            int left = (ow * window.StrideWidth) - window.PaddingLeft;
            (Top, Bottom) = (Math.Max(top, 0), Math.Min(top + window.KernelHeight, window.InputHeight));
            (Left, Right) = (Math.Max(left, 0), Math.Min(left + window.KernelWidth, window.InputWidth));
        }

        public int Top { get; }

        public int Bottom { get; }

        public int Left { get; }

        public int Right { get; }
    }
}
