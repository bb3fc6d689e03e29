using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NanoConv.Kernels;

/// <summary>
/// A vector of 512 bits as the inner loops' vector, twice as long as <see cref="Vector{T}"/>, which stays at 256 bits on processors
/// that have both.
/// </summary>
internal readonly struct WideVector<T>(Vector512<T> value) : IVector<WideVector<T>, T>, IRowVector<WideVector<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Vector512<T> value = value;

    /// <summary>Whether the processor has it and it is two of the plain ones, as a panel of two is; a constant to the JIT.</summary>
    public static bool IsPanel => Vector512.IsHardwareAccelerated && Vector512<T>.Count == 2 * Vector<T>.Count;

    public static int Count => Vector512<T>.Count;

    public static int Rows => 1;

    public static bool HasManyRegisters => true;

    public static int Columns => Count;

    public static WideVector<T> Zero => new(Vector512<T>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Load(ref T start, nint index) => new(Vector512.LoadUnsafe(ref Unsafe.Add(ref start, index)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Broadcast(ref T start, nint index) => new(Vector512.Create(Unsafe.Add(ref start, index)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(WideVector<T> value, ref T start, nint index) => value.value.StoreUnsafe(ref Unsafe.Add(ref start, index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Constant(int value) => new(Vector512.Create(T.CreateTruncating(value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(WideVector<T> x) => Vector512.Sum(x.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> operator +(WideVector<T> x, WideVector<T> y) => new(x.value + y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> operator -(WideVector<T> x, WideVector<T> y) => new(x.value - y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> operator *(WideVector<T> x, WideVector<T> y) => new(x.value * y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> MultiplyAdd(WideVector<T> x, WideVector<T> y, WideVector<T> z) =>
        new(Simd.MultiplyAdd(x.value, y.value, z.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Max(WideVector<T> x, WideVector<T> y) => new(Vector512.Max(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> WhereEqual(WideVector<T> value, WideVector<T> x, WideVector<T> y) => new(value.value & Vector512.Equals(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> WhereDifferent(WideVector<T> value, WideVector<T> x, WideVector<T> y) =>
        new(Vector512.AndNot(value.value, Vector512.Equals(x.value, y.value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Mask(WideVector<T> x, WideVector<T> y) => new(x.value & Vector512.GreaterThan(y.value, Vector512<T>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Activate(WideVector<T> x, bool relu) => new(Simd.Activate(x.value, relu));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Repeat(ref T start, nint index) => Load(ref start, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> LoadSum(ref T start, nint index) => Load(ref start, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSum(WideVector<T> value, ref T start, nint index) => Store(value, ref start, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Load(ref T start, nint index, nint row) => Load(ref start, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(WideVector<T> value, ref T start, nint index, nint row) => Store(value, ref start, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector<T> Broadcast(ref T start, nint index, nint row) => Broadcast(ref start, index);
}
