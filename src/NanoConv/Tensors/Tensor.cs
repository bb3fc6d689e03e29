using System.Numerics;
using System.Numerics.Tensors;

namespace NanoConv.Tensors;

/// <summary>A dense tensor: one contiguous, row-major array and its shape.</summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Tensor<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] data;

    /// <summary>Creates a tensor of zeros.</summary>
    /// <param name="shape">Its shape.</param>
    public Tensor(Shape shape)
        : this(shape, new T[shape.Elements])
    {
    }

    /// <summary>Wraps an array, without a copy.</summary>
    /// <param name="shape">The tensor's shape.</param>
    /// <param name="data">Its elements, row-major.</param>
    /// <exception cref="ArgumentException">The array's length is not the shape's number of elements.</exception>
    public Tensor(Shape shape, T[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Length != shape.Elements)
            throw new ArgumentException($"a tensor of shape {shape} needs {shape.Elements} elements, received {data.Length}", nameof(data));
        Shape = shape;
        this.data = data;
    }

    /// <summary>The lengths of the axes.</summary>
    public Shape Shape { get; }

    /// <summary>One element.</summary>
    /// <param name="index">Its position on every axis.</param>
    /// <exception cref="ArgumentException">The number of indices is not the rank, or one is outside its axis.</exception>
    public ref T this[params ReadOnlySpan<int> index] => ref data[Offset(index)];

    /// <summary>All elements, row-major.</summary>
    public Span<T> AsSpan() => data;

    /// <summary>A view of the tensor for <c>System.Numerics.Tensors</c>, sharing its elements.</summary>
    public TensorSpan<T> AsTensorSpan()
    {
        nint[] lengths = new nint[Shape.Rank];
        for (int axis = 0; axis < lengths.Length; axis++)
            lengths[axis] = Shape[axis];
        return new TensorSpan<T>(data, lengths);
    }

    /// <summary>The same elements under another shape, sharing them.</summary>
    /// <param name="shape">A shape of as many elements.</param>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    public Tensor<T> Reshape(Shape shape) => new(shape, data);

    private int Offset(ReadOnlySpan<int> index)
    {
        if (index.Length != Shape.Rank)
            throw new ArgumentException($"a tensor of shape {Shape} takes {Shape.Rank} indices, received {index.Length}", nameof(index));
        int offset = 0;
        for (int axis = 0; axis < index.Length; axis++)
        {
            if ((uint)index[axis] >= (uint)Shape[axis])
                throw new ArgumentOutOfRangeException(nameof(index), $"axis {axis} of shape {Shape} has no index {index[axis]}");
            offset = (offset * Shape[axis]) + index[axis];
        }

        return offset;
    }
}
