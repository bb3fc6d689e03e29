using System.Numerics;
using System.Runtime.CompilerServices;

namespace NanoConv.Kernels;

/// <summary><see cref="Vector{T}"/> as the inner loops' vector.</summary>
internal readonly struct PlainVector<T>(Vector<T> value) : IVector<PlainVector<T>, T>, IRowVector<PlainVector<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Vector<T> value = value;

    public static int Count => Vector<T>.Count;

    public static int Rows => 1;

    public static bool HasManyRegisters => false;

    public static int Columns => Count;

    public static PlainVector<T> Zero => new(Vector<T>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainVector<T> Load(ref T start, nint index) => new(Simd.Load(ref start, index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainVector<T> Broadcast(ref T start, nint index) => new(Simd.Broadcast(ref start, index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(PlainVector<T> value, ref T start, nint index) => Simd.Store(value.value, ref start, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainVector<T> Constant(int value) => new(Simd.Constant<T>(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(PlainVector<T> x) => Vector.Sum(x.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainVector<T> operator +(PlainVector<T> x, PlainVector<T> y) => new(x.value + y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainVector<T> operator -(PlainVector<T> x, PlainVector<T> y) => new(x.value - y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainVector<T> operator *(PlainVector<T> x, PlainVector<T> y) => new(x.value * y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainVector<T> MultiplyAdd(PlainVector<T> x, PlainVector<T> y, PlainVector<T> z) =>
        new(Simd.MultiplyAdd(x.value, y.value, z.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainVector<T> Max(PlainVector<T> x, PlainVector<T> y) => new(Vector.Max(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainVector<T> WhereEqual(PlainVector<T> value, PlainVector<T> x, PlainVector<T> y) => new(value.value & Vector.Equals(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainVector<T> WhereDifferent(PlainVector<T> value, PlainVector<T> x, PlainVector<T> y) =>
        new(Vector.AndNot(value.value, Vector.Equals(x.value, y.value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainVector<T> Mask(PlainVector<T> x, PlainVector<T> y) => new(x.value & Vector.GreaterThan(y.value, Vector<T>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainVector<T> Activate(PlainVector<T> x, bool relu) => new(Simd.Activate(x.value, relu));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainVector<T> Repeat(ref T start, nint index) => Load(ref start, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainVector<T> LoadSum(ref T start, nint index) => Load(ref start, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSum(PlainVector<T> value, ref T start, nint index) => Store(value, ref start, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainVector<T> Load(ref T start, nint index, nint row) => Load(ref start, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(PlainVector<T> value, ref T start, nint index, nint row) => Store(value, ref start, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainVector<T> Broadcast(ref T start, nint index, nint row) => Broadcast(ref start, index);
}
