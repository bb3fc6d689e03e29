using System.Numerics;

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
            for (int pixel = 0; pixel < window.OutputPixels; pixel++)
                Maximum(y.Slice(((image * window.OutputPixels) + pixel) * channels, channels), new Clip(window, pixel), picture);
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
            int picture = image * window.InputElements;
            for (int pixel = 0; pixel < window.OutputPixels; pixel++)
            {
                int output = ((image * window.OutputPixels) + pixel) * channels;
                PassOn(
                    dx.Slice(picture, window.InputElements),
                    new Clip(window, pixel),
                    x.Slice(picture, window.InputElements),
                    y.Slice(output, channels),
                    dy.Slice(output, channels));
            }
        }
    }

    // best[c] = max over the window's pixels of picture[pixel, c]; Vector.Max and T.Max both pass NaN on.
    private static void Maximum<T>(Span<T> best, in Clip clip, ReadOnlySpan<T> picture)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T pixels = ref Simd.Start(picture);
        int channels = best.Length, c = 0;
        for (; c <= channels - Vector<T>.Count; c += Vector<T>.Count)
        {
            Vector<T> greatest = Simd.Load(ref pixels, clip.First + c);
            for (int start = clip.First; start <= clip.LastRow; start += clip.Row)
            {
                for (int i = start; i < start + clip.Length; i += channels)
                    greatest = Vector.Max(greatest, Simd.Load(ref pixels, i + c));
            }

            Simd.Store(greatest, ref best[0], c);
        }

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

    // Where x = y: dx += dy, and dy = 0, so that only the first of equal pixels gets it.
    private static void PassOn<T>(Span<T> dx, in Clip clip, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T dxs = ref dx[0];
        ref T xs = ref Simd.Start(x);
        int channels = y.Length, c = 0;
        for (; c <= channels - Vector<T>.Count; c += Vector<T>.Count)
        {
            Vector<T> maximum = new(y[c..]), gradient = new(dy[c..]);
            for (int start = clip.First; start <= clip.LastRow; start += clip.Row)
            {
                for (int i = start + c; i < start + clip.Length; i += channels)
                {
                    Vector<T> won = Vector.Equals(Simd.Load(ref xs, i), maximum);
                    Simd.Store(Simd.Load(ref dxs, i) + (gradient & won), ref dxs, i);
                    gradient = Vector.AndNot(gradient, won);
                }
            }

            gradient.CopyTo(dy[c..]);
        }

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

    // The part of a window that lies inside the picture, in elements. It is never empty: MaxPooling2D refuses such paddings.
    private readonly ref struct Clip
    {
        public Clip(in WindowGeometry window, int pixel)
        {
            (int oh, int ow) = Math.DivRem(pixel, window.OutputWidth);
            int top = (oh * window.StrideHeight) - window.PaddingTop;
            int left = (ow * window.StrideWidth) - window.PaddingLeft;
            (int firstRow, int endRow) = (Math.Max(top, 0), Math.Min(top + window.KernelHeight, window.InputHeight));
            (int firstColumn, int endColumn) = (Math.Max(left, 0), Math.Min(left + window.KernelWidth, window.InputWidth));
            Row = window.InputWidth * window.Channels;
            First = (firstRow * Row) + (firstColumn * window.Channels);
            LastRow = First + ((endRow - 1 - firstRow) * Row);
            Length = (endColumn - firstColumn) * window.Channels;
        }

        /// <summary>The first pixel's first element.</summary>
        public int First { get; }

        /// <summary>The last row's first pixel's.</summary>
        public int LastRow { get; }

        /// <summary>Elements from row to row.</summary>
        public int Row { get; }

        /// <summary>Elements of each row.</summary>
        public int Length { get; }
    }
}
