using System.Buffers;
using System.Numerics;
using NanoConv.Data;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Graphs;

/// <summary>Pictures seen another way.</summary>
/// <param name="inputs">The pictures.</param>
/// <param name="view">How they are seen.</param>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class ViewedInputs<T>(IInputs<T> inputs, TestTimeAugmentation.View view) : IInputs<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Count => inputs.Count;

    public Shape InputShape => inputs.InputShape;

    public void CopyInput(int index, Span<T> destination)
    {
        T[] rented = ArrayPool<T>.Shared.Rent(InputShape.Elements);
        Span<T> picture = rented.AsSpan(0, InputShape.Elements);
        inputs.CopyInput(index, picture);
        PixelGather.Forward(destination[..InputShape.Elements], picture, view.Rows(InputShape[0]), view.Columns(InputShape[1]), T.Zero);
        ArrayPool<T>.Shared.Return(rented);
    }
}
