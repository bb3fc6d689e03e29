using System.Runtime.CompilerServices;

namespace NanoConv.Kernels.Micro;

/// <summary>Where the rows of a register tile begin in a buffer.</summary>
[InlineArray(RegisterTile.Rows)]
internal struct TileOffsets
{
    private int first;

    /// <summary>Rows one after another.</summary>
    public static TileOffsets Apart(int width)
    {
        TileOffsets offsets = default;
        for (int row = 0; row < RegisterTile.Rows; row++)
            offsets[row] = row * width;
        return offsets;
    }
}
