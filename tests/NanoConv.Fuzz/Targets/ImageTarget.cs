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

    private const int HeaderLength = 33; // a PNG's signature and first chunk

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
        byte[] png = Content(path => ImageFile.WritePng(path, image));
        yield return png;
        yield return [.. png[..HeaderLength], .. TurnedExif, .. png[HeaderLength..]];
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

    /// <summary>A PNG's eXIf chunk that says the camera was turned.</summary>
    private static byte[] TurnedExif =>
    [
        0, 0, 0, 26, .. "eXIfII*\0"u8, 8, 0, 0, 0,
        1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0xB7, 0x48, 0x11, 0x29,
    ];
}
