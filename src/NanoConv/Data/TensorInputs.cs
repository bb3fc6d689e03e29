using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Data;

/// <summary>Inputs in a tensor [n, …], without a copy.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class TensorInputs<T> : IInputs<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Tensor<T> inputs;

    /// <summary>Takes a batch.</summary>
    /// <param name="inputs">Inputs [n, …], n at least 1.</param>
    /// <exception cref="ArgumentException">There is no axis behind that of the batch.</exception>
    public TensorInputs(Tensor<T> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Shape.Rank < 2)
            throw new ArgumentException($"expected inputs of shape (n, …), received {inputs.Shape}", nameof(inputs));
        (this.inputs, InputShape) = (inputs, new Shape(inputs.Shape.Axes[1..]));
    }

    /// <inheritdoc/>
    public int Count => inputs.Shape[0];

    /// <inheritdoc/>
    public Shape InputShape { get; }

    /// <inheritdoc/>
    public void CopyInput(int index, Span<T> destination) =>
        inputs.AsSpan().Slice(index * InputShape.Elements, InputShape.Elements).CopyTo(destination);
}
