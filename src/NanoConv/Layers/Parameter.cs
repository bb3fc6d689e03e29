using System.Numerics;
using NanoConv.Regularizers;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>A tensor of a layer, trained or kept by the layer itself. All parameters of a model lie one after another in one array.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Parameter<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private T[]? storage;
    private Action<Span<T>>? fill;

    /// <summary>With its first values to come: they are written into the model's array, once there is one.</summary>
    internal Parameter(string name, Shape shape, Regularizer? regularizer, Action<Span<T>> fill)
    {
        Name = name;
        Shape = shape;
        Regularizer = regularizer;
        this.fill = fill;
    }

    /// <summary>Layer and role, as <c>conv2d_1/kernel</c>.</summary>
    public string Name { get; }

    /// <summary>Its shape; kernels of convolutions are [height, width, in, out], of dense layers [in, out].</summary>
    public Shape Shape { get; }

    /// <summary>What is added to the loss for it, if anything.</summary>
    public Regularizer? Regularizer { get; }

    /// <summary>Whether it is no weight but state, as a moving average, which the layer itself changes.</summary>
    public bool IsState { get; internal init; }

    /// <summary>Whether training changes it: it is no state, and its layer is not frozen.</summary>
    public bool IsTrainable => !IsState && !IsFrozen;

    /// <summary>Whether its layer is frozen.</summary>
    internal bool IsFrozen { get; set; }

    /// <summary>The first element's place among the model's parameters.</summary>
    public int Offset { get; private set; }

    /// <summary>The elements, row-major; <see cref="Graphs.Model{T}.Edit(Parameter{T}, Action{Span{T}})"/> changes them.</summary>
    public ReadOnlySpan<T> Value => Writable;

    /// <summary>The elements, for the library's own use: whoever writes here sees to it that the layer is prepared.</summary>
    internal Span<T> Writable => (storage ?? Filled()).AsSpan(Offset, Shape.Elements);

    /// <summary>The elements where they lie, which is for good once there is a model.</summary>
    internal ReadOnlyMemory<T> Memory => (storage ?? Filled()).AsMemory(Offset, Shape.Elements);

    internal void MoveTo(T[] newStorage, int offset)
    {
        Span<T> place = newStorage.AsSpan(offset, Shape.Elements);
        if (storage is null)
            fill!(place);
        else
            Value.CopyTo(place);
        (storage, Offset, fill) = (newStorage, offset, null);
    }

    // Somebody asks while the model is being built.
    private T[] Filled()
    {
        storage = new T[Shape.Elements];
        fill!(storage);
        return storage;
    }
}
