using NanoConv.Cifar;
using NanoConv.Cifar.Images;
using NanoConv.Fuzz.Mutators;
using SkiaSharp;

namespace NanoConv.Fuzz.Targets;

/// <summary>
/// <see cref="ImageFile"/>, whose decoders are Skia's. A picture is compressed, so what it takes is not bounded by its
/// file's size but by the most pixels that are accepted; inputs here stay below a million of them.
/// </summary>
public sealed class ImageTarget : FuzzTarget
{
    /// <summary>The target's name.</summary>
    public const string TargetName = "image";

    /// <inheritdoc/>
    public override string Name => TargetName;

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documented => [typeof(UserErrorException)];

    /// <inheritdoc/>
    public override IReadOnlyList<Mutator> Mutators => [ByteMutators.Any];

    /// <summary>Three bytes a pixel, of as many as are accepted.</summary>
    public override long AllocationConstant => base.AllocationConstant + 300_000_000;

    /// <inheritdoc/>
    public override object Read(byte[] input) => ImageFile.Read(new MemoryStream(input), "input", size: null, bytesPerPixel: 0);

    /// <inheritdoc/>
    protected override IEnumerable<byte[]> MakeSeeds()
    {
        byte[] pixels = [.. Enumerable.Range(0, 12 * 9 * 3).Select(i => (byte)(i * 37))];
        RgbImage image = new(12, 9, pixels);
        yield return Content(path => ImageFile.WritePng(path, image));
        using SKBitmap bitmap = ImageFile.ToBitmap(image);
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 80);
        yield return data.ToArray();
    }

    /// <inheritdoc/>
    protected override IEnumerable<HandMade> MakeByHand()
    {
        using SKBitmap bitmap = ImageFile.ToBitmap(new RgbImage(12, 9, new byte[12 * 9 * 3]));
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Webp, 80);
        yield return new HandMade("a WebP picture", data.ToArray());
    }
}
