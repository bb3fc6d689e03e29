using System.Buffers.Binary;
using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Models;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="DataType">Its type as the format spells it, as <c>F32</c>.</param>
/// <param name="Shape">The axes, outermost first; empty for a scalar.</param>
/// <param name="Data">The elements, row-major, little-endian.</param>
public sealed record SafeTensor(string DataType, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data)
{
    private const int HalfBytes = 2;

    /// <summary>A tensor of float or double values.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="values">Its elements.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    public static SafeTensor From<T>(Shape shape, ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        From([.. shape.Axes.ToArray().Select(axis => (long)axis)], values);

    /// <summary>The same, of axes that may be 0.</summary>
    internal static SafeTensor From<T>(IReadOnlyList<long> shape, ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool isDouble = typeof(T) == typeof(double);
        if (!isDouble && typeof(T) != typeof(float))
            throw new NotSupportedException($"expected float or double, received {typeof(T).Name}");
        int size = isDouble ? sizeof(double) : sizeof(float);
        byte[] data = new byte[(long)values.Length * size];
        for (int i = 0; i < values.Length; i++)
        {
            if (isDouble)
                BinaryPrimitives.WriteDoubleLittleEndian(data.AsSpan(i * size), double.CreateTruncating(values[i]));
            else
                BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(i * size), float.CreateTruncating(values[i]));
        }

        return new SafeTensor(isDouble ? "F64" : "F32", shape, data);
    }

    /// <summary>The elements as numbers: of F16, BF16 and F32 exactly, F64 is rounded to fit float.</summary>
    /// <param name="destination">Overwritten: as many as the shape has.</param>
    /// <typeparam name="T"><see cref="float"/>, <see cref="double"/> or another type that holds them.</typeparam>
    /// <exception cref="InvalidDataException">The tensor is of another type.</exception>
    public void CopyTo<T>(Span<T> destination)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ReadOnlySpan<byte> data = Data.Span;
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = DataType switch
            {
                "F32" => T.CreateTruncating(BinaryPrimitives.ReadSingleLittleEndian(data[(i * sizeof(float))..])),
                "F64" => T.CreateTruncating(BinaryPrimitives.ReadDoubleLittleEndian(data[(i * sizeof(double))..])),
                "F16" => T.CreateTruncating(BinaryPrimitives.ReadHalfLittleEndian(data[(i * HalfBytes)..])),
                "BF16" => T.CreateTruncating(ReadBrainFloat(data[(i * HalfBytes)..])),
                _ => throw new InvalidDataException($"expected a tensor of type F32, F64, F16 or BF16, found {DataType}"),
            };
        }
    }

    /// <summary>The first finite number that is beyond the range of <typeparamref name="T"/>, where it would become infinite; null if there is none.</summary>
    internal double? FindBeyond<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (DataType != "F64" || typeof(T) == typeof(double))
            return null;
        for (int at = 0; at < Data.Length; at += sizeof(double))
        {
            double value = BinaryPrimitives.ReadDoubleLittleEndian(Data.Span[at..]);
            if (double.IsFinite(value) && !T.IsFinite(T.CreateTruncating(value)))
                return value;
        }

        return null;
    }

    /// <summary>The upper half of a float.</summary>
    private static float ReadBrainFloat(ReadOnlySpan<byte> data) => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(data) << 16);
}
