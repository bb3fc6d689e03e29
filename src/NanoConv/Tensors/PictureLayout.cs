namespace NanoConv.Tensors;

/// <summary>How a convolution's pictures lie in a buffer, one after another: pixels alone, or each picture in a halo of zeros.</summary>
/// <param name="Elements">Elements from one picture to the next, halo included.</param>
/// <param name="Pixels">Where the pixels lie; null if windows do not reach all of them, and the others have no place.</param>
/// <param name="IsPlain">Whether pixels lie side by side and there is nothing else: pictures as everybody has them.</param>
/// <param name="Extra">Elements behind the last picture that are read and have no effect: the over-read of the last vectors.</param>
public readonly record struct PictureLayout(int Elements, PixelView? Pixels, bool IsPlain, int Extra = 0)
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
    public int Length(int images) => (images * Elements) + Extra;
}
