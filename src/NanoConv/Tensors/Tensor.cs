using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SystemTensor = System.Numerics.Tensors.Tensor;

namespace NanoConv.Tensors;

/// <summary>A dense tensor: contiguous, row-major elements and their shape.</summary>
/// <remarks>
/// It converts both ways to the tensor of <c>System.Numerics.Tensors</c> and to the spans of that package, and shares its elements with
/// them. Whoever uses both packages in one file tells the two by an alias:
/// <c>using SystemTensor = System.Numerics.Tensors.Tensor&lt;float&gt;;</c>.
/// </remarks>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Tensor<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[]? array;
    private readonly System.Numerics.Tensors.Tensor<T>? system; // in place of the array, which that does not give away

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
        Check(shape, data.Length, nameof(data));
        Shape = shape;
        array = data;
    }

    private Tensor(Shape shape, System.Numerics.Tensors.Tensor<T> system) => (Shape, this.system) = (shape, system);

    /// <summary>The lengths of the axes.</summary>
    public Shape Shape { get; }

    /// <summary>One element.</summary>
    /// <param name="index">Its position on every axis.</param>
    /// <exception cref="ArgumentException">The number of indices is not the rank, or one is outside its axis.</exception>
    public ref T this[params ReadOnlySpan<int> index] => ref AsSpan()[Offset(index)];

    /// <summary>All elements, row-major.</summary>
    // By a span: of a slice the tensor itself gives the first element of the whole.
    public Span<T> AsSpan() => array ?? MemoryMarshal.CreateSpan(ref system!.AsTensorSpan().GetPinnableReference(), Shape.Elements);

    /// <summary>A view of the tensor for <c>System.Numerics.Tensors</c>, sharing its elements.</summary>
    public TensorSpan<T> AsTensorSpan() => new(AsSpan(), Lengths(Shape));

    /// <summary>A view of the tensor to read by <c>System.Numerics.Tensors</c>, sharing its elements.</summary>
    public ReadOnlyTensorSpan<T> AsReadOnlyTensorSpan() => new(AsSpan(), Lengths(Shape));

    /// <summary>The tensor as <c>System.Numerics.Tensors</c> has it, sharing its elements.</summary>
    /// <exception cref="NotSupportedException">
    /// The tensor is a slice of one from there, or has a single element, and was reshaped here: that package then makes no view of it.
    /// </exception>
    public System.Numerics.Tensors.Tensor<T> AsSystemTensor()
    {
        if (system is null)
            return SystemTensor.Create(array!, Lengths(Shape));
        nint[] lengths = Lengths(Shape);
        // Axes of length 1 have strides of 0 there, which its Reshape refuses.
        if (system.Lengths.SequenceEqual(lengths))
            return system;
        System.Numerics.Tensors.Tensor<T>? reshaped = null;
        try
        {
            reshaped = SystemTensor.Reshape(SystemTensor.Squeeze(system), lengths);
        }
        catch (ArgumentException)
        {
            // Told below.
        }

        return reshaped is not null && Unsafe.AreSame(ref reshaped.AsTensorSpan().GetPinnableReference(), ref MemoryMarshal.GetReference(AsSpan()))
            ? reshaped
            : throw new NotSupportedException(
                $"expected a tensor that System.Numerics.Tensors reshapes to {Shape}, received a view of one of "
                + $"({string.Join(", ", system.Lengths.ToArray())}), a slice or a single element; ToDenseTensor copies it");
    }

    /// <summary>A tensor of <c>System.Numerics.Tensors</c>, sharing its elements.</summary>
    /// <param name="tensor">A dense one.</param>
    /// <exception cref="ArgumentException">It is not dense, or has an axis of length 0, or too many elements.</exception>
    public static Tensor<T> FromSystemTensor(System.Numerics.Tensors.Tensor<T> tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Shape shape = ShapeOf(tensor.Lengths);
        RequireElements(tensor.FlattenedLength, shape);
        return tensor.IsDense ? new Tensor<T>(shape, tensor) : throw new ArgumentException(
            $"expected a dense tensor, whose elements lie one after another, received one of shape {shape} with strides "
            + $"({string.Join(", ", tensor.Strides.ToArray())}); ToDenseTensor makes one", nameof(tensor));
    }

    /// <summary>A copy of what a span of <c>System.Numerics.Tensors</c> shows, whatever its strides.</summary>
    /// <param name="span">The elements.</param>
    /// <exception cref="ArgumentException">An axis has length 0, or there are too many elements.</exception>
    public static Tensor<T> FromTensorSpan(in ReadOnlyTensorSpan<T> span)
    {
        Tensor<T> copy = new(ShapeOf(span.Lengths));
        RequireElements(span.FlattenedLength, copy.Shape);
        span.FlattenTo(copy.AsSpan());
        return copy;
    }

    /// <summary>As <see cref="AsTensorSpan"/>.</summary>
    /// <param name="tensor">The tensor.</param>
    public static implicit operator TensorSpan<T>(Tensor<T> tensor) => tensor is null ? default : tensor.AsTensorSpan();

    /// <summary>As <see cref="AsReadOnlyTensorSpan"/>.</summary>
    /// <param name="tensor">The tensor.</param>
    public static implicit operator ReadOnlyTensorSpan<T>(Tensor<T> tensor) => tensor is null ? default : tensor.AsReadOnlyTensorSpan();

    /// <summary>As <see cref="AsSystemTensor"/>.</summary>
    /// <param name="tensor">The tensor.</param>
    public static implicit operator System.Numerics.Tensors.Tensor<T>?(Tensor<T>? tensor) => tensor?.AsSystemTensor();

    /// <summary>As <see cref="FromSystemTensor"/>.</summary>
    /// <param name="tensor">A dense tensor.</param>
    public static implicit operator Tensor<T>?(System.Numerics.Tensors.Tensor<T>? tensor) => tensor is null ? null : FromSystemTensor(tensor);

    /// <summary>The same elements under another shape, sharing them.</summary>
    /// <param name="shape">A shape of as many elements.</param>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    public Tensor<T> Reshape(Shape shape)
    {
        Check(shape, Shape.Elements, nameof(shape));
        return array is not null ? new(shape, array) : new(shape, system!);
    }

    private static void Check(Shape shape, int elements, string argument)
    {
        if (elements != shape.Elements)
            throw new ArgumentException($"a tensor of shape {shape} needs {shape.Elements} elements, received {elements}", argument);
    }

    // Of no axes there is a single element, or none.
    private static void RequireElements(nint elements, Shape shape)
    {
        if (elements != shape.Elements)
            throw new ArgumentException($"expected a tensor with elements, received one of shape {shape} with {elements}");
    }

    private static Shape ShapeOf(ReadOnlySpan<nint> lengths)
    {
        int[] axes = new int[lengths.Length];
        for (int axis = 0; axis < axes.Length; axis++)
        {
            axes[axis] = lengths[axis] <= int.MaxValue ? (int)lengths[axis] : throw new ArgumentException(
                $"expected an axis of at most {int.MaxValue}, received {lengths[axis]}", nameof(lengths));
        }

        return new Shape(axes);
    }

    private static nint[] Lengths(Shape shape)
    {
        nint[] lengths = new nint[shape.Rank];
        for (int axis = 0; axis < lengths.Length; axis++)
            lengths[axis] = shape[axis];
        return lengths;
    }

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
