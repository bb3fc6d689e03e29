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

    /// <summary>The first element of a row of pixels, counted through all images of some height.</summary>
    internal int AtRow(int row, int height) => At(row / height, row % height, 0);
}

/// <summary>How a convolution's pictures lie in a buffer, one after another: pixels alone, or each picture in a halo of zeros.</summary>
/// <param name="Elements">Elements from one picture to the next, halo included.</param>
/// <param name="Pixels">Where the pixels lie; null if windows do not reach all of them, and the others have no place.</param>
/// <param name="IsPlain">Whether pixels lie side by side and there is nothing else: pictures as everybody has them.</param>
/// <param name="OverRead">Elements behind the last picture that are read and have no effect: the over-read of the last vectors.</param>
public readonly record struct PictureLayout(int Elements, PixelView? Pixels, bool IsPlain, int OverRead = 0)
{
    /// <summary>Pictures as everybody has them: [n, height, width, channels].</summary>
    /// <param name="height">Rows of a picture.</param>
    /// <param name="width">Pixels of a row.</param>
    /// <param name="channels">Elements of a pixel.</param>
    public static PictureLayout Plain(int height, int width, int channels)
    {
        int elements = height * width * channels;
        return new(elements, new PixelView(0, elements, width * channels, channels), IsPlain: true);
    }

    /// <summary>Elements that some pictures take.</summary>
    /// <param name="images">Pictures.</param>
    public int Length(int images) => (images * Elements) + OverRead;
}
