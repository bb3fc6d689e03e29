using System.Numerics;
using System.Numerics.Tensors;
using NanoConv.Tensors;

namespace NanoConv.Kernels;

/// <summary>
/// Pictures x [n, H, W, C] made larger by whole factors (h, w): y [n, H·h, W·w, C]. Both interpolations go along the columns and along the rows
/// apart, so that what is done along the rows runs over whole rows of numbers.
/// </summary>
/// <remarks>The textbook version is <see cref="Reference.NaiveUpSampling"/>.</remarks>
public static class UpSampling
{
    /// <summary>y[i, oh, ow] = x[i, ⌊oh / h⌋, ⌊ow / w⌋].</summary>
    /// <param name="picture">The shape of a small picture, (H, W, C).</param>
    /// <param name="size">The factors (h, w).</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="y">Overwritten: [n, H·h, W·w, C].</param>
    /// <param name="x">[n, H, W, C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Nearest<T>(Shape picture, Size2D size, int images, Span<T> y, ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = picture[2], length = picture[1] * channels, wide = length * size.Width;
        for (int row = 0; row < images * picture[0]; row++)
        {
            ReadOnlySpan<T> pixels = x.Slice(row * length, length);
            Span<T> rows = y.Slice(row * size.Height * wide, size.Height * wide);
            for (int i = 0, o = 0; i < length; i += channels)
            {
                for (int copy = 0; copy < size.Width; copy++, o += channels)
                    pixels.Slice(i, channels).CopyTo(rows[o..]);
            }

            for (int copy = 1; copy < size.Height; copy++)
                rows[..wide].CopyTo(rows[(copy * wide)..]);
        }
    }

    /// <summary>dx = the sum of dy over each pixel's block, its rows first.</summary>
    /// <param name="picture">The shape of a small picture, (H, W, C).</param>
    /// <param name="size">The factors (h, w).</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="dx">Overwritten: [n, H, W, C].</param>
    /// <param name="dy">The output's gradient [n, H·h, W·w, C]; overwritten.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void NearestGradient<T>(Shape picture, Size2D size, int images, Span<T> dx, Span<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = picture[2], length = picture[1] * channels, wide = length * size.Width;
        for (int row = 0; row < images * picture[0]; row++)
        {
            Span<T> rows = dy.Slice(row * size.Height * wide, size.Height * wide), sum = rows[..wide];
            for (int other = 1; other < size.Height; other++)
                TensorPrimitives.Add(sum, rows.Slice(other * wide, wide), sum);
            for (int i = row * length, o = 0; o < wide; i += channels, o += size.Width * channels)
            {
                Span<T> pixel = dx.Slice(i, channels);
                sum.Slice(o, channels).CopyTo(pixel);
                for (int other = 1; other < size.Width; other++)
                    TensorPrimitives.Add(pixel, sum.Slice(o + (other * channels), channels), pixel);
            }
        }
    }

    /// <summary>
    /// y = the mean of the four pixels around each place, see <see cref="Between{T}"/>: of the rows above and below first, then of two pixels.
    /// </summary>
    /// <param name="picture">The shape of a small picture, (H, W, C).</param>
    /// <param name="size">The factors (h, w).</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="y">Overwritten: [n, H·h, W·w, C].</param>
    /// <param name="x">[n, H, W, C].</param>
    /// <param name="line">Overwritten: W·C.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Bilinear<T>(Shape picture, Size2D size, int images, Span<T> y, ReadOnlySpan<T> x, Span<T> line)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = picture[2], length = picture[1] * channels;
        for (int image = 0; image < images; image++)
        {
            ReadOnlySpan<T> pixels = x.Slice(image * picture.Elements, picture.Elements);
            for (int oh = 0; oh < picture[0] * size.Height; oh++)
            {
                new Between<T>(oh, size.Height, picture[0]).Mean(line, pixels, length);
                for (int ow = 0; ow < picture[1] * size.Width; ow++, y = y[channels..])
                    new Between<T>(ow, size.Width, picture[1]).Mean(y, line, channels);
            }
        }
    }

    /// <summary>dx = each dy shared out among the four pixels it was made of: the transpose, backwards.</summary>
    /// <param name="picture">The shape of a small picture, (H, W, C).</param>
    /// <param name="size">The factors (h, w).</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="dx">Overwritten: [n, H, W, C].</param>
    /// <param name="dy">The output's gradient [n, H·h, W·w, C].</param>
    /// <param name="line">Overwritten: W·C.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void BilinearGradient<T>(Shape picture, Size2D size, int images, Span<T> dx, ReadOnlySpan<T> dy, Span<T> line)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = picture[2], length = picture[1] * channels;
        dx.Clear();
        for (int image = 0; image < images; image++)
        {
            Span<T> pixels = dx.Slice(image * picture.Elements, picture.Elements);
            for (int oh = 0; oh < picture[0] * size.Height; oh++)
            {
                line[..length].Clear();
                for (int ow = 0; ow < picture[1] * size.Width; ow++, dy = dy[channels..])
                    new Between<T>(ow, size.Width, picture[1]).ShareOut(line, dy, channels);
                new Between<T>(oh, size.Height, picture[0]).ShareOut(pixels, line, length);
            }
        }
    }

    /// <summary>
    /// The two pixels of one axis between whose centres an output pixel's centre lies, and their shares. Output o lies at (o + ½) / size − ½
    /// of the input's pixels; beyond the outermost centres there is the outermost pixel alone.
    /// </summary>
    private readonly ref struct Between<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly int lower, upper;
        private readonly T ofLower, ofUpper;

        // In halves of an output pixel, so that whole numbers tell it: 2·size of them are an input pixel.
        public Between(int o, int size, int length)
        {
            (lower, int phase) = Math.DivRem(o, size);
            long beyond = (2L * phase) + 1 - size, whole = 2L * size;
            if (beyond < 0)
                (lower, beyond) = (lower - 1, beyond + whole);
            upper = lower + 1;
            if (lower < 0)
                (lower, beyond) = (0, 0);
            if (upper == length)
                beyond = 0;
            (ofLower, ofUpper) = (T.CreateChecked(whole - beyond) / T.CreateChecked(whole), T.CreateChecked(beyond) / T.CreateChecked(whole));
        }

        /// <summary>y = the mean of two runs of numbers of x; a pixel without a share is not looked at, whatever it is.</summary>
        public void Mean(Span<T> y, ReadOnlySpan<T> x, int length)
        {
            ReadOnlySpan<T> below = x.Slice(lower * length, length);
            if (ofUpper == T.Zero)
            {
                below.CopyTo(y);
                return;
            }

            y = y[..length];
            TensorPrimitives.Multiply(below, ofLower, y);
            TensorPrimitives.MultiplyAdd(x.Slice(upper * length, length), ofUpper, y, y);
        }

        /// <summary>Adds to two runs of numbers of dx their shares of dy.</summary>
        public void ShareOut(Span<T> dx, ReadOnlySpan<T> dy, int length)
        {
            dy = dy[..length];
            Span<T> below = dx.Slice(lower * length, length);
            TensorPrimitives.MultiplyAdd(dy, ofLower, below, below);
            if (ofUpper == T.Zero)
                return;
            Span<T> above = dx.Slice(upper * length, length);
            TensorPrimitives.MultiplyAdd(dy, ofUpper, above, above);
        }
    }
}
