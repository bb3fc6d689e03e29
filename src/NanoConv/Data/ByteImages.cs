using System.Numerics;
using System.Numerics.Tensors;
using NanoConv.Tensors;

namespace NanoConv.Data;

/// <summary>
/// Pictures that stay bytes in memory, a quarter of what floats take, and become numbers in [0, 1] when a batch uses
/// them.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ByteImages<T> : IInputs<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ReadOnlyMemory<byte> pixels;

    /// <summary>Wraps pictures, without a copy.</summary>
    /// <param name="pixels">Pictures [n, height, width, channels], row-major.</param>
    /// <param name="imageShape">The shape of one picture.</param>
    /// <exception cref="ArgumentException">They are not whole pictures.</exception>
    public ByteImages(ReadOnlyMemory<byte> pixels, Shape imageShape)
    {
        if (pixels.Length % imageShape.Elements != 0)
        {
            throw new ArgumentException(
                $"expected whole pictures of {imageShape}, {imageShape.Elements} bytes each, received {pixels.Length} bytes", nameof(pixels));
        }

        (this.pixels, InputShape, Count) = (pixels, imageShape, pixels.Length / imageShape.Elements);
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public Shape InputShape { get; }

    /// <inheritdoc/>
    public void CopyInput(int index, Span<T> destination)
    {
        int length = InputShape.Elements;
        destination = destination[..length];
        TensorPrimitives.ConvertTruncating(pixels.Span.Slice(index * length, length), destination);
        TensorPrimitives.Divide(destination, T.CreateChecked(255), destination);
    }
}
