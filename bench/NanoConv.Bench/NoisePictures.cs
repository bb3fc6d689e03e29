using System.Numerics;

namespace NanoConv.Bench;

/// <summary>Pictures of noise with random classes.</summary>
internal static class NoisePictures
{
    private const int Classes = 10;

    public static ByteImageDataset<T> Create<T>(Shape shape, int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        byte[] pixels = new byte[count * shape.Elements], labels = new byte[count];
        Random random = new(1);
        random.NextBytes(pixels);
        for (int i = 0; i < count; i++)
            labels[i] = (byte)random.Next(Classes);
        return new ByteImageDataset<T>(pixels, labels, shape, Classes);
    }
}
