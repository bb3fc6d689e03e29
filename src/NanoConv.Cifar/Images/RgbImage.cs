namespace NanoConv.Cifar.Images;

/// <summary>A picture of red, green and blue bytes: [height, width, 3], row after row.</summary>
public sealed class RgbImage
{
    /// <summary>Wraps pixels, without a copy.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="pixels">Three bytes a pixel.</param>
    public RgbImage(int width, int height, ReadOnlyMemory<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (pixels.Length != (long)width * height * 3)
        {
            throw new ArgumentException(
                $"An RGB image of {width} x {height} needs {(long)width * height * 3} bytes, "
                + $"received {pixels.Length}.");
        }
        (Width, Height, Pixels) = (width, height, pixels);
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Red, green, blue, pixel after pixel.</summary>
    public ReadOnlyMemory<byte> Pixels { get; }

    /// <summary>The picture in another size, each new pixel the average of the area that becomes it.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    public RgbImage Averaged(int width, int height)
    {
        var rgba = new byte[Width * Height * 4];
        for (int i = 0; i < Width * Height; i++)
        {
            Pixels.Span.Slice(3 * i, 3).CopyTo(rgba.AsSpan(4 * i));
            rgba[4 * i + 3] = byte.MaxValue;
        }
        return new RgbImage(width, height, AreaAverage.OnWhite(rgba, Width, Height, width, height));
    }

    /// <summary>One colour alone.</summary>
    /// <param name="channel">0 red, 1 green, 2 blue.</param>
    /// <returns>Its values, 0 to 255.</returns>
    public Plane Channel(int channel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(channel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channel, 2);
        ReadOnlySpan<byte> pixels = Pixels.Span;
        var values = new double[Width * Height];
        for (int i = 0; i < values.Length; i++)
            values[i] = pixels[3 * i + channel];
        return new Plane(Width, Height, values);
    }
}
