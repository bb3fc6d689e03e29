namespace NanoConv.Tensors;

/// <summary>Where the pixels of a strided view lie in a buffer: element Offset + image·Image + row·Row + column·Column.</summary>
/// <param name="Offset">The first pixel's first element.</param>
/// <param name="Image">Elements from one image to the next.</param>
/// <param name="Row">Elements from one row of pixels to the next.</param>
/// <param name="Column">Elements from one pixel to the next.</param>
public readonly record struct PixelView(int Offset, int Image, int Row, int Column)
{
    /// <summary>The first element of one pixel.</summary>
    /// <param name="image">The image.</param>
    /// <param name="row">The row of pixels.</param>
    /// <param name="column">The pixel in the row.</param>
    public int At(int image, int row, int column) => Offset + (image * Image) + (row * Row) + (column * Column);
}
