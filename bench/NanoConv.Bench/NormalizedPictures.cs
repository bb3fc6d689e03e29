using System.Numerics;

namespace NanoConv.Bench;

/// <summary>CIFAR-10's pictures, each channel less its mean over all training pictures and divided by its deviation.</summary>
internal sealed class NormalizedPictures<T>(ByteImageDataset<T> pictures) : IDataset<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly T[] Mean = [T.CreateChecked(0.4914), T.CreateChecked(0.4822), T.CreateChecked(0.4465)];
    private static readonly T[] Deviation = [T.CreateChecked(0.2470), T.CreateChecked(0.2435), T.CreateChecked(0.2616)];

    public int Count => pictures.Count;

    public Shape InputShape => pictures.InputShape;

    public int Classes => pictures.Classes;

    public void CopyInput(int index, Span<T> destination)
    {
        pictures.CopyInput(index, destination);
        for (int i = 0; i < InputShape.Elements; i++)
            destination[i] = (destination[i] - Mean[i % Mean.Length]) / Deviation[i % Mean.Length];
    }

    public void CopyTarget(int index, Span<T> destination) => pictures.CopyTarget(index, destination);
}
