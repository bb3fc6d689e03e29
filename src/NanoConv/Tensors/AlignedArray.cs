using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NanoConv.Tensors;

/// <summary>
/// A buffer that begins at a whole cache line and stays there, so that a vector of 512 bits does not lie across two of them.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
internal readonly struct AlignedArray<T>
    where T : unmanaged
{
    private const int LineBytes = 64;

    private readonly T[] array;
    private readonly int start;

    /// <summary>Makes one of zeros.</summary>
    public AlignedArray(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        int size = Unsafe.SizeOf<T>();
        array = length == 0 ? [] : GC.AllocateArray<T>(length + (LineBytes / size), pinned: true);
        start = length == 0 ? 0 : (int)((LineBytes - (Marshal.UnsafeAddrOfPinnedArrayElement(array, 0) % LineBytes)) % LineBytes) / size;
    }

    /// <summary>The elements that one of some length takes.</summary>
    public static long Allocated(int length) => length == 0 ? 0 : length + (LineBytes / Unsafe.SizeOf<T>());

    /// <summary>Elements.</summary>
    public int Length { get; }

    /// <summary>All of it.</summary>
    public Span<T> Span => array.AsSpan(start, Length);

    /// <summary>All of it.</summary>
    public static implicit operator Span<T>(AlignedArray<T> buffer) => buffer.Span;

    /// <summary>All of it, to read.</summary>
    public static implicit operator ReadOnlySpan<T>(AlignedArray<T> buffer) => buffer.Span;
}
