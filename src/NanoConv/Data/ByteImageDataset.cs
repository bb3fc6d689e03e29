using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Data;

/// <summary><see cref="ByteImages{T}"/> with a class each.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ByteImageDataset<T> : IDataset<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ByteImages<T> images;
    private readonly ReadOnlyMemory<byte> labels;

    /// <summary>Wraps pictures and labels, without a copy.</summary>
    /// <param name="pixels">Pictures [n, height, width, channels], row-major.</param>
    /// <param name="labels">A class for each, from 0.</param>
    /// <param name="imageShape">The shape of one picture.</param>
    /// <param name="classes">The number of classes; 1 for two classes told apart by one output, the label itself being the target.</param>
    /// <exception cref="ArgumentException">The lengths do not agree, or a label is no class.</exception>
    public ByteImageDataset(ReadOnlyMemory<byte> pixels, ReadOnlyMemory<byte> labels, Shape imageShape, int classes)
    {
        if ((long)labels.Length * imageShape.Elements != pixels.Length)
        {
            throw new ArgumentException(
                $"expected {(long)labels.Length * imageShape.Elements} bytes of pixels for {labels.Length} labels and pictures of {imageShape}, "
                + $"received {pixels.Length}", nameof(pixels));
        }

        int tooGreat = classes == 1 ? 2 : classes;
        int wrong = labels.Span.IndexOfAnyInRange((byte)Math.Min(tooGreat, byte.MaxValue), byte.MaxValue);
        if (wrong >= 0 && labels.Span[wrong] >= tooGreat)
            throw new ArgumentException($"expected labels from 0 to {tooGreat - 1}, received {labels.Span[wrong]} for picture {wrong}", nameof(labels));
        (images, this.labels, Classes) = (new ByteImages<T>(pixels, imageShape), labels, classes);
    }

    /// <inheritdoc/>
    public int Count => labels.Length;

    /// <inheritdoc/>
    public Shape InputShape => images.InputShape;

    /// <inheritdoc/>
    public int Classes { get; }

    /// <summary>The class of one picture.</summary>
    /// <param name="index">The picture.</param>
    public int Label(int index) => labels.Span[index];

    /// <inheritdoc/>
    public void CopyInput(int index, Span<T> destination) => images.CopyInput(index, destination);

    /// <inheritdoc/>
    public void CopyTarget(int index, Span<T> destination)
    {
        destination[..Classes].Clear();
        if (Classes > 1)
            destination[labels.Span[index]] = T.One;
        else
            destination[0] = T.CreateChecked(labels.Span[index]);
    }
}
