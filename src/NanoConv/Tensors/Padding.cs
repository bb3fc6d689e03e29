namespace NanoConv.Tensors;

/// <summary>How a window may reach over the border of a picture: not at all, as far as <c>same</c> needs, or as said.</summary>
/// <remarks>
/// <c>same</c> follows Keras: the output has ceil(input / stride) pixels a side; of the padding that this takes, the
/// smaller half comes before and the larger after, so stride 2 on an even input pads only at the end.
/// </remarks>
public readonly record struct Padding
{
    private Padding(bool isSame, int top, int bottom, int left, int right)
    {
        IsSame = isSame;
        Top = top;
        Bottom = bottom;
        Left = left;
        Right = right;
    }

    /// <summary>No padding: windows stay inside.</summary>
    public static Padding Valid => default;

    /// <summary>As much padding as makes the output ceil(input / stride).</summary>
    public static Padding Same => new(true, 0, 0, 0, 0);

    /// <summary>Whether this is <see cref="Same"/>; the four sides are then found from the geometry.</summary>
    public bool IsSame { get; }

    /// <summary>Rows above.</summary>
    public int Top { get; }

    /// <summary>Rows below.</summary>
    public int Bottom { get; }

    /// <summary>Columns to the left.</summary>
    public int Left { get; }

    /// <summary>Columns to the right.</summary>
    public int Right { get; }

    /// <summary>Padding said side by side.</summary>
    /// <param name="top">Rows above.</param>
    /// <param name="bottom">Rows below.</param>
    /// <param name="left">Columns to the left.</param>
    /// <param name="right">Columns to the right.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is negative.</exception>
    public static Padding Explicit(int top, int bottom, int left, int right)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(top);
        ArgumentOutOfRangeException.ThrowIfNegative(bottom);
        ArgumentOutOfRangeException.ThrowIfNegative(left);
        ArgumentOutOfRangeException.ThrowIfNegative(right);
        return new Padding(false, top, bottom, left, right);
    }

    /// <summary>The same number of pixels on every side.</summary>
    /// <param name="all">Pixels a side.</param>
    public static Padding Explicit(int all) => Explicit(all, all, all, all);

    /// <summary><c>same</c>, <c>valid</c>, or the four sides.</summary>
    public override string ToString() =>
        IsSame ? "same" : this == Valid ? "valid" : $"top {Top}, bottom {Bottom}, left {Left}, right {Right}";
}
