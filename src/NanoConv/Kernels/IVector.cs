using System.Numerics;

namespace NanoConv.Kernels;

/// <summary>What the inner loops ask of a vector, so that one body serves vectors of two lengths.</summary>
/// <typeparam name="TSelf">The vector.</typeparam>
/// <typeparam name="T">The element type.</typeparam>
internal interface IVector<TSelf, T>
    where TSelf : struct, IVector<TSelf, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Elements.</summary>
    static abstract int Count { get; }

    /// <summary>All zeros.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>The vector that starts at element <paramref name="index"/>; unchecked.</summary>
    static abstract TSelf Load(ref T start, nint index);

    /// <summary>One element in every lane; unchecked.</summary>
    static abstract TSelf Broadcast(ref T start, nint index);

    /// <summary>Writes a vector from element <paramref name="index"/> on; unchecked.</summary>
    static abstract void Store(TSelf value, ref T start, nint index);

    /// <summary>A whole number in every lane; a constant to the JIT.</summary>
    static abstract TSelf Constant(int value);

    /// <summary>The sum of all lanes, in one order.</summary>
    static abstract T Sum(TSelf x);

    /// <summary>x + y.</summary>
    static abstract TSelf operator +(TSelf x, TSelf y);

    /// <summary>x − y.</summary>
    static abstract TSelf operator -(TSelf x, TSelf y);

    /// <summary>x·y.</summary>
    static abstract TSelf operator *(TSelf x, TSelf y);

    /// <summary>x·y + z.</summary>
    static abstract TSelf MultiplyAdd(TSelf x, TSelf y, TSelf z);

    /// <summary>max(x, y); NaN if one of them is.</summary>
    static abstract TSelf Max(TSelf x, TSelf y);

    /// <summary>value · [x = y].</summary>
    static abstract TSelf WhereEqual(TSelf value, TSelf x, TSelf y);

    /// <summary>value · [x ≠ y].</summary>
    static abstract TSelf WhereDifferent(TSelf value, TSelf x, TSelf y);

    /// <summary>x · [y &gt; 0].</summary>
    static abstract TSelf Mask(TSelf x, TSelf y);

    /// <summary>max(0, x) if wanted.</summary>
    static abstract TSelf Activate(TSelf x, bool relu);
}
