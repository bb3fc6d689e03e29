using System.Numerics;
using System.Runtime.CompilerServices;

namespace NanoConv.Kernels.Simd;

/// <summary>
/// What <see cref="Micro.SharedTile"/> asks of a vector beyond <see cref="ISimd{TSelf, T}"/>, so that one body serves a vector that holds one row
/// of pixels and one that holds two. Members with a body here serve vectors of one row.
/// </summary>
/// <typeparam name="TSelf">The vector.</typeparam>
/// <typeparam name="T">The element type.</typeparam>
internal interface ISimdRows<TSelf, T> : ISimd<TSelf, T>
    where TSelf : struct, ISimdRows<TSelf, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Rows of pixels that it holds, one below the other: one or two.</summary>
    static abstract int Rows { get; }

    /// <summary>Elements of each of the rows: columns of B.</summary>
    static abstract int Columns { get; }

    /// <summary>The same columns, from an element on, for each of the rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual TSelf RepeatRow(ref T source, nint elementOffset) => TSelf.LoadUnsafe(ref source, elementOffset);

    /// <summary>Each row's columns, the second row's <paramref name="below"/> elements after the first one's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual TSelf LoadRows(ref T source, nint elementOffset, nint below) => TSelf.LoadUnsafe(ref source, elementOffset);

    /// <summary>Writes each row's columns, the second row's <paramref name="below"/> elements after the first one's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual void StoreRows(TSelf value, ref T destination, nint elementOffset, nint below) =>
        TSelf.StoreUnsafe(value, ref destination, elementOffset);

    /// <summary>One element for each row in all its columns, the second row's <paramref name="below"/> elements after the first one's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual TSelf CreateRows(ref T source, nint elementOffset, nint below) => TSelf.Create(Unsafe.Add(ref source, elementOffset));

    /// <summary>The columns that start at an element, as a sum over the rows that is still to be taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual TSelf LoadSumOfRows(ref T source, nint elementOffset) => TSelf.LoadUnsafe(ref source, elementOffset);

    /// <summary>Writes the columns, added up over the rows, from an element on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual void StoreSumOfRows(TSelf value, ref T destination, nint elementOffset) =>
        TSelf.StoreUnsafe(value, ref destination, elementOffset);
}
