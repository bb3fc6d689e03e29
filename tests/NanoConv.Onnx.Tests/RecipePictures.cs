using NanoConv.Cifar.Data;
using NanoConv.Cifar.Images;
using NanoConv.Cifar.Tests.Images;
using SkiaSharp;

namespace NanoConv.Onnx.Tests;

/// <summary>Shapes of the test set in every form that a picture comes in: colours, depths, alpha, orientations, sides.</summary>
internal static class RecipePictures
{
    private static readonly (int Width, int Height)[] Sizes = [(32, 32), (50, 80), (128, 32), (20, 45), (45, 20), (33, 31), (300, 200), (7, 64)];

    /// <summary>Writes the pictures into a folder.</summary>
    /// <returns>Their names.</returns>
    public static IEnumerable<string> Write(string folder)
    {
        int index = 0;
        foreach ((string form, Func<RgbImage, byte[]> encode) in Forms())
        {
            RgbImage image = Shape(index, Sizes[index % Sizes.Length]);
            byte[] file = encode(image);
            string name = $"{index++}-{form}-{image.Width}x{image.Height}.{(file[0] == 0xFF ? "jpg" : "png")}";
            File.WriteAllBytes(Path.Combine(folder, name), file);
            yield return name;
        }
    }

    private static IEnumerable<(string Form, Func<RgbImage, byte[]> Encode)> Forms()
    {
        for (int i = 0; i < Sizes.Length; i++)
            yield return ("rgb", image => Png(image, PngFile.Rgb, 8, Rgb));
        for (int i = 0; i < 3; i++)
        {
            yield return ("rgba", image => Png(image, PngFile.Rgba, 8, (rgb, at) => [.. Rgb(rgb, at), Alpha(at)]));
            yield return ("grey8", image => Png(image, PngFile.Grey, 8, (rgb, at) => [rgb[1]]));
            yield return ("palette", Paletted);
        }
        yield return ("greyalpha", image => Png(image, PngFile.GreyAlpha, 8, (rgb, at) => [rgb[0], Alpha(at)]));
        yield return ("greyalpha16", image => Png(image, PngFile.GreyAlpha, 16, (rgb, at) => [rgb[0], rgb[1], Alpha(at), rgb[2]]));
        yield return ("grey16", image => Png(image, PngFile.Grey, 16, (rgb, at) => [rgb[0], rgb[1]]));
        yield return ("rgb16", image => Png(image, PngFile.Rgb, 16, (rgb, at) => [rgb[0], 200, rgb[1], 100, rgb[2], 255]));
        yield return ("rgba16", image => Png(image, PngFile.Rgba, 16, (rgb, at) => [rgb[0], 9, rgb[1], 8, rgb[2], 7, Alpha(at), 255]));
        foreach (int depth in (int[])[1, 2, 4])
            yield return ($"grey{depth}", image => FewGreys(image, depth));
        yield return ("key", image => Png(
            image, PngFile.Rgb, 8, Rgb,
            PngFile.Chunk("tRNS", 0, image.Pixels.Span[0], 0, image.Pixels.Span[1], 0, image.Pixels.Span[2])));
        for (byte orientation = 1; orientation <= 8; orientation++)
        {
            byte o = orientation;
            yield return ($"jpeg-exif{o}", image => Jpeg(image, o));
            yield return ($"png-exif{o}", image => Png(image, PngFile.Rgb, 8, Rgb, PngFile.Orientation(o)));
            yield return ($"rgba-exif{o}-behind", image => Png(
                image, PngFile.Rgba, 8, (rgb, at) => [.. Rgb(rgb, at), Alpha(at)], after: PngFile.Orientation(o, isBigEndian: true)));
        }
    }

    /// <summary>A picture of the test set, its pixels repeated to another size.</summary>
    private static RgbImage Shape(int index, (int Width, int Height) size)
    {
        byte[] shape = new byte[Shapes10.ImageBytes];
        Shapes10.Draw(Shapes10Split.Test, index, shape);
        byte[] pixels = new byte[size.Width * size.Height * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            (int y, int x, int c) = (i / 3 / size.Width, i / 3 % size.Width, i % 3);
            pixels[i] = shape[3 * (32 * (y * 32 / size.Height) + x * 32 / size.Width) + c];
        }
        return new RgbImage(size.Width, size.Height, pixels);
    }

    private static byte[] Rgb(byte[] rgb, int at) => rgb;

    private static byte Alpha(int at) => (byte)(at % 5 == 0 ? 0 : at % 3 == 0 ? 255 : 31 * at);

    private static byte[] Png(
        RgbImage image, int colourType, int depth, Func<byte[], int, byte[]> pixel, byte[]? before = null, byte[]? after = null)
    {
        IEnumerable<byte[]> pixels = image.Pixels.ToArray().Chunk(3).Select(pixel);
        byte[][] rows = [.. pixels.Chunk(image.Width).Select(row => row.SelectMany(bytes => bytes).ToArray())];
        return PngFile.Make(image.Width, colourType, depth, rows, before, after);
    }

    /// <summary>Six levels a colour: 216 entries, the first forty of which are more or less transparent.</summary>
    private static byte[] Paletted(RgbImage image)
    {
        byte[] palette = [.. Enumerable.Range(0, 216).SelectMany(i => (byte[])[Level(i / 36), Level(i / 6 % 6), Level(i % 6)])];
        byte[] alphas = [.. Enumerable.Range(0, 40).Select(i => (byte)(6 * i))];
        return Png(
            image, PngFile.Palette, 8, (rgb, at) => [(byte)(rgb[0] / 43 * 36 + rgb[1] / 43 * 6 + rgb[2] / 43)],
            [.. PngFile.Chunk("PLTE", palette), .. PngFile.Chunk("tRNS", alphas)]);
        static byte Level(int level) => (byte)(51 * level);
    }

    private static byte[] FewGreys(RgbImage image, int depth)
    {
        int perByte = 8 / depth;
        byte[] greys = [.. image.Pixels.ToArray().Chunk(3).Select(rgb => (byte)(rgb[1] >> (8 - depth)))];
        byte[][] rows = [.. greys.Chunk(image.Width).Select(row => row.Chunk(perByte).Select(Pack).ToArray())];
        return PngFile.Make(image.Width, PngFile.Grey, depth, rows);
        byte Pack(byte[] few) => (byte)few.Select((grey, i) => grey << (8 - depth * (i + 1))).Sum();
    }

    private static byte[] Jpeg(RgbImage image, byte orientation)
    {
        using SKBitmap bitmap = ImageFile.ToBitmap(image);
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        byte[] exif = [.. "Exif\0\0"u8, .. PngFile.Exif(orientation)];
        byte[] jpeg = data.ToArray();
        return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. jpeg[2..]];
    }
}
