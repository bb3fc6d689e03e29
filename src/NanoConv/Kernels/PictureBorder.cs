using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Kernels;

/// <summary>
/// A border around pictures [n, H, W, C], put on as zeros or taken away, row by row. Each is the other's transpose, and so the other's gradient.
/// </summary>
internal static class PictureBorder
{
    /// <summary>y = x in a border of zeros.</summary>
    /// <param name="picture">The shape of a picture within, (H, W, C).</param>
    /// <param name="border">Pixels around it.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="y">Overwritten: [n, top + H + bottom, left + W + right, C].</param>
    /// <param name="x">[n, H, W, C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Add<T>(Shape picture, Sides border, int images, Span<T> y, ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        PixelView within = Within(picture, border);
        int length = picture[1] * picture[2], end = 0;
        for (int row = 0; row < images * picture[0]; row++)
        {
            int start = within.AtRow(row, picture[0]);
            y[end..start].Clear(); // what lies between the last row and this one
            x.Slice(row * length, length).CopyTo(y[start..]);
            end = start + length;
        }

        y[end..].Clear();
    }

    /// <summary>y = x without its border.</summary>
    /// <param name="picture">The shape of a picture within, (H, W, C).</param>
    /// <param name="border">Pixels around it.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="y">Overwritten: [n, H, W, C].</param>
    /// <param name="x">[n, top + H + bottom, left + W + right, C].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Remove<T>(Shape picture, Sides border, int images, Span<T> y, ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        PixelView within = Within(picture, border);
        int length = picture[1] * picture[2];
        for (int row = 0; row < images * picture[0]; row++)
            x.Slice(within.AtRow(row, picture[0]), length).CopyTo(y[(row * length)..]);
    }

    // Where the pixels within lie in pictures with the border.
    private static PixelView Within(Shape picture, Sides border)
    {
        int column = picture[2], row = (border.Left + picture[1] + border.Right) * column;
        return new PixelView((border.Top * row) + (border.Left * column), (border.Top + picture[0] + border.Bottom) * row, row, column);
    }
}
