namespace NanoConv.Tensors;

/// <summary>A height and a width in pixels: of a kernel, a pooling window or a stride.</summary>
/// <param name="Height">The extent along rows.</param>
/// <param name="Width">The extent along columns.</param>
public readonly record struct Size2D(int Height, int Width)
{
    /// <summary>A square.</summary>
    public static implicit operator Size2D(int side) => new(side, side);

    /// <summary>A height and a width.</summary>
    public static implicit operator Size2D((int Height, int Width) size) => new(size.Height, size.Width);

    /// <summary>As <c>3×5</c>.</summary>
    public override string ToString() => $"{Height}×{Width}";
}
