namespace NanoConv.Tensors;

/// <summary>Pixels on each of a picture's four sides: rows above and below, columns to the left and to the right.</summary>
/// <param name="Top">Rows above.</param>
/// <param name="Bottom">Rows below.</param>
/// <param name="Left">Columns to the left.</param>
/// <param name="Right">Columns to the right.</param>
public readonly record struct Sides(int Top, int Bottom, int Left, int Right)
{
    /// <summary>The same on every side.</summary>
    public static implicit operator Sides(int all) => new(all, all, all, all);

    /// <summary>As many rows above as below, as many columns to the left as to the right.</summary>
    public static implicit operator Sides((int Height, int Width) symmetric) =>
        new(symmetric.Height, symmetric.Height, symmetric.Width, symmetric.Width);

    /// <summary>Keras's <c>((top, bottom), (left, right))</c>.</summary>
    public static implicit operator Sides(((int Top, int Bottom) Height, (int Left, int Right) Width) sides) =>
        new(sides.Height.Top, sides.Height.Bottom, sides.Width.Left, sides.Width.Right);

    /// <summary>As <c>top 1, bottom 2, left 3, right 4</c>.</summary>
    public override string ToString() => $"top {Top}, bottom {Bottom}, left {Left}, right {Right}";
}
