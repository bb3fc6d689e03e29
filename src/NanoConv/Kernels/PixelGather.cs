using System.Numerics;
using System.Numerics.Tensors;

namespace NanoConv.Kernels;

/// <summary>Whole pixels of one picture in other places: flips, crops and shifts. y[i, j] = x[rows(i), columns(j)], or a constant beyond the border.</summary>
internal static class PixelGather
{
    /// <summary>y from x.</summary>
    /// <param name="y">Overwritten: [rows.Output, columns.Output, channels].</param>
    /// <param name="x">[rows.Input, columns.Input, channels].</param>
    /// <param name="rows">Where rows come from.</param>
    /// <param name="columns">Where columns come from.</param>
    /// <param name="fill">The constant.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Forward<T>(Span<T> y, ReadOnlySpan<T> x, in AxisMap rows, in AxisMap columns, T fill)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = x.Length / (rows.Input * columns.Input), width = columns.Output * channels;
        for (int i = 0; i < rows.Output; i++)
        {
            int row = rows.Source(i);
            Span<T> to = y.Slice(i * width, width);
            if (row < 0)
            {
                to.Fill(fill);
                continue;
            }

            ReadOnlySpan<T> from = x.Slice(row * columns.Input * channels, columns.Input * channels);
            for (int j = 0; j < columns.Output; j++)
            {
                int column = columns.Source(j);
                Span<T> pixel = to.Slice(j * channels, channels);
                if (column < 0)
                    pixel.Fill(fill);
                else
                    from.Slice(column * channels, channels).CopyTo(pixel);
            }
        }
    }

    /// <summary>dx from dy: each pixel's gradient goes back where the pixel came from, and is added up there.</summary>
    /// <param name="dx">Overwritten: [rows.Input, columns.Input, channels].</param>
    /// <param name="dy">[rows.Output, columns.Output, channels].</param>
    /// <param name="rows">As in <see cref="Forward"/>.</param>
    /// <param name="columns">As in <see cref="Forward"/>.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void InputGradient<T>(Span<T> dx, ReadOnlySpan<T> dy, in AxisMap rows, in AxisMap columns)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int channels = dx.Length / (rows.Input * columns.Input);
        dx.Clear();
        for (int i = 0; i < rows.Output; i++)
        {
            int row = rows.Source(i);
            for (int j = 0; row >= 0 && j < columns.Output; j++)
            {
                int column = columns.Source(j);
                if (column < 0)
                    continue;
                Span<T> sum = dx.Slice(((row * columns.Input) + column) * channels, channels);
                TensorPrimitives.Add(sum, dy.Slice(((i * columns.Output) + j) * channels, channels), sum);
            }
        }
    }
}
