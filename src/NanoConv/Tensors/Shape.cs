using System.Diagnostics.CodeAnalysis;

namespace NanoConv.Tensors;

/// <summary>The lengths of a tensor's axes, outermost first; the last axis is contiguous in memory.</summary>
/// <remarks>Activations are (height, width, channels) for one example, with a batch axis in front for many.</remarks>
public readonly struct Shape : IEquatable<Shape>
{
    private readonly int[]? axes;
    private readonly int elements;

    /// <summary>Creates a shape from its axes, outermost first.</summary>
    /// <param name="axes">The length of each axis; every one at least 1, at most 2³¹−1 elements together.</param>
    /// <exception cref="ArgumentException">An axis is below 1, or the elements do not fit into an <see cref="int"/>.</exception>
    public Shape(params ReadOnlySpan<int> axes)
    {
        long product = 1;
        foreach (int axis in axes)
        {
            if (axis < 1)
                throw new ArgumentException($"a shape's axes must be at least 1, received {Format(axes)}", nameof(axes));
            product *= axis;
            if (product > int.MaxValue)
                throw new ArgumentException($"a shape must have at most {int.MaxValue} elements, received {Format(axes)}", nameof(axes));
        }

        this.axes = axes.ToArray();
        elements = (int)product;
    }

    /// <summary>The number of axes; 0 for a scalar.</summary>
    public int Rank => Axes.Length;

    /// <summary>The number of elements: the product of the axes.</summary>
    public int Elements => axes is null ? 1 : elements;

    /// <summary>The axes, outermost first.</summary>
    public ReadOnlySpan<int> Axes => axes;

    /// <summary>The length of one axis; an index from the end (<c>^1</c>) works too.</summary>
    /// <param name="axis">The axis, 0 being the outermost.</param>
    public int this[Index axis] => Axes[axis];

    /// <summary>This shape with an axis in front: the shape of <paramref name="count"/> such tensors.</summary>
    /// <param name="count">The length of the new outermost axis.</param>
    public Shape Batch(int count) => new([count, .. Axes]);

    /// <summary>A shape of one axis.</summary>
    public static implicit operator Shape(int axis) => new(axis);

    /// <summary>A shape of two axes.</summary>
    public static implicit operator Shape((int, int) axes) => new(axes.Item1, axes.Item2);

    /// <summary>A shape of three axes, such as (height, width, channels).</summary>
    public static implicit operator Shape((int, int, int) axes) => new(axes.Item1, axes.Item2, axes.Item3);

    /// <summary>A shape of four axes, such as (batch, height, width, channels).</summary>
    public static implicit operator Shape((int, int, int, int) axes) => new(axes.Item1, axes.Item2, axes.Item3, axes.Item4);

    /// <summary>Whether all axes are equal.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Whether any axis differs.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(Shape other) => Axes.SequenceEqual(other.Axes);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = new();
        foreach (int axis in Axes)
            hash.Add(axis);
        return hash.ToHashCode();
    }

    /// <summary>The axes in parentheses: <c>(32, 32, 3)</c>, and <c>(10,)</c> for a single one, as Python writes it.</summary>
    public override string ToString() => Format(Axes);

    private static string Format(ReadOnlySpan<int> axes) =>
        axes.Length == 1 ? $"({axes[0]},)" : $"({string.Join(", ", axes.ToArray())})";
}
