using System.Numerics;

namespace NanoConv.Kernels;

/// <summary>
/// What <see cref="SharedTile"/> asks of a vector: a pixel's columns, or those of two pixels, one below the other, so that filters which
/// fill half a long vector fill it twice.
/// </summary>
/// <typeparam name="TSelf">The vector.</typeparam>
/// <typeparam name="T">The element type.</typeparam>
internal interface IRowVector<TSelf, T>
    where TSelf : struct, IRowVector<TSelf, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Rows of pixels: one or two.</summary>
    static abstract int Rows { get; }

    /// <summary>Columns of B, for each of the rows.</summary>
    static abstract int Columns { get; }

    /// <summary>Whether there are 32 registers of it on every processor, not just 16; a constant to the JIT.</summary>
    static abstract bool HasManyRegisters { get; }

    /// <summary>All zeros.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>The columns that start at element <paramref name="index"/>, the same for all rows; unchecked.</summary>
    static abstract TSelf Repeat(ref T start, nint index);

    /// <summary>The columns that start at element <paramref name="index"/>, for the first row alone; unchecked.</summary>
    static abstract TSelf LoadSum(ref T start, nint index);

    /// <summary>Writes the columns, added up over the rows, from element <paramref name="index"/> on; unchecked.</summary>
    static abstract void StoreSum(TSelf value, ref T start, nint index);

    /// <summary>Each row's columns, the second row's <paramref name="row"/> elements after the first one's; unchecked.</summary>
    static abstract TSelf Load(ref T start, nint index, nint row);

    /// <summary>Writes each row's columns, the second row's <paramref name="row"/> elements after the first one's; unchecked.</summary>
    static abstract void Store(TSelf value, ref T start, nint index, nint row);

    /// <summary>One element for each row in all its columns, the second row's <paramref name="row"/> elements after the first one's; unchecked.</summary>
    static abstract TSelf Broadcast(ref T start, nint index, nint row);

    /// <summary>x + y.</summary>
    static abstract TSelf operator +(TSelf x, TSelf y);

    /// <summary>x·y + z.</summary>
    static abstract TSelf MultiplyAdd(TSelf x, TSelf y, TSelf z);

    /// <summary>max(0, x) if wanted.</summary>
    static abstract TSelf Activate(TSelf x, bool relu);
}
