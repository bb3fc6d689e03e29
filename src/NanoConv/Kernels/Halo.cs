namespace NanoConv.Kernels;

/// <summary>Copies pictures into the middle of larger ones, so that a window at the border reads zeros, not tests.</summary>
internal static class Halo
{
    /// <summary>Copies the pictures' interiors; the halo around them is left as it is, and must be zero.</summary>
    /// <remarks>
    /// One copy a row. It spares the convolution that follows every border case. Rows and columns that no window reaches are not copied. A
    /// convolution behind another one mostly needs no copy, as that one writes into its halo (<see cref="BuiltLayer{T}.HaloedInput"/>).
    /// </remarks>
    /// <param name="window">The windows whose reach decides the padded size.</param>
    /// <param name="images">Pictures.</param>
    /// <param name="padded">Overwritten inside the halo: [images, padded height, padded width, channels].</param>
    /// <param name="x">The pictures: [images, height, width, channels].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Pad<T>(in WindowGeometry window, int images, Span<T> padded, ReadOnlySpan<T> x)
    {
        int rows = Math.Min(window.InputHeight, window.PaddedHeight - window.PaddingTop);
        int length = Math.Min(window.InputWidth, window.PaddedWidth - window.PaddingLeft) * window.Channels;
        if (rows <= 0 || length <= 0)
            return;
        int inputRow = window.InputWidth * window.Channels;
        int paddedRow = window.PaddedWidth * window.Channels;
        int start = (window.PaddingTop * paddedRow) + (window.PaddingLeft * window.Channels);
        for (int image = 0; image < images; image++)
        {
            for (int row = 0; row < rows; row++)
            {
                x.Slice((image * window.InputElements) + (row * inputRow), length)
                    .CopyTo(padded[((image * window.PaddedElements) + start + (row * paddedRow))..]);
            }
        }
    }
}
