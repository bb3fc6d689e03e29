using NanoConv.Tensors;

namespace NanoConv.Kernels;

/// <summary>The part of a pooling's window that lies inside the picture, in elements. It is never empty: poolings refuse such paddings.</summary>
internal readonly ref struct WindowClip
{
    /// <summary>Cuts a window off at the border.</summary>
    /// <param name="window">The windows.</param>
    /// <param name="oh">The window's place from the top.</param>
    /// <param name="ow">And from the left.</param>
    public WindowClip(in WindowGeometry window, int oh, int ow)
    {
        int top = (oh * window.StrideHeight) - window.PaddingTop;
        int left = (ow * window.StrideWidth) - window.PaddingLeft;
        (int firstRow, int endRow) = (Math.Max(top, 0), Math.Min(top + window.KernelHeight, window.InputHeight));
        (int firstColumn, int endColumn) = (Math.Max(left, 0), Math.Min(left + window.KernelWidth, window.InputWidth));
        Row = window.InputWidth * window.Channels;
        First = (firstRow * Row) + (firstColumn * window.Channels);
        LastRow = First + ((endRow - 1 - firstRow) * Row);
        Length = (endColumn - firstColumn) * window.Channels;
        Pixels = (endRow - firstRow) * (endColumn - firstColumn);
    }

    /// <summary>The first pixel's first element.</summary>
    public int First { get; }

    /// <summary>The last row's first pixel's.</summary>
    public int LastRow { get; }

    /// <summary>Elements from row to row.</summary>
    public int Row { get; }

    /// <summary>Elements of each row.</summary>
    public int Length { get; }

    /// <summary>Pixels.</summary>
    public int Pixels { get; }
}
