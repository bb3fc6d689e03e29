using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NanoConv.Kernels;

/// <summary>
/// A vector of 512 bits for the columns of two pixels, one below the other: for B of a single <see cref="Vector{T}"/> of columns, which
/// would leave half of it empty. It takes two loads for a value of each row, so it pays only where loads are shared.
/// </summary>
internal readonly struct TwoRowVector<T>(Vector512<T> value) : IRowVector<TwoRowVector<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Vector512<T> value = value;

    public static int Rows => 2;

    public static bool HasManyRegisters => true;

    public static int Columns => Vector256<T>.Count;

    public static TwoRowVector<T> Zero => new(Vector512<T>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoRowVector<T> Repeat(ref T start, nint index)
    {
        Vector256<T> columns = Vector256.LoadUnsafe(ref Unsafe.Add(ref start, index));
        return new(columns.ToVector512Unsafe().WithUpper(columns));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoRowVector<T> LoadSum(ref T start, nint index) =>
        new(Vector512.Create(Vector256.LoadUnsafe(ref Unsafe.Add(ref start, index)), Vector256<T>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSum(TwoRowVector<T> value, ref T start, nint index) =>
        (value.value.GetLower() + value.value.GetUpper()).StoreUnsafe(ref Unsafe.Add(ref start, index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoRowVector<T> Load(ref T start, nint index, nint row) =>
        new(Vector256.LoadUnsafe(ref Unsafe.Add(ref start, index)).ToVector512Unsafe().WithUpper(Vector256.LoadUnsafe(ref Unsafe.Add(ref start, index + row))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TwoRowVector<T> value, ref T start, nint index, nint row)
    {
        value.value.GetLower().StoreUnsafe(ref Unsafe.Add(ref start, index));
        value.value.GetUpper().StoreUnsafe(ref Unsafe.Add(ref start, index + row));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoRowVector<T> Broadcast(ref T start, nint index, nint row) =>
        new(Vector512.Create(Unsafe.Add(ref start, index)).WithUpper(Vector256.Create(Unsafe.Add(ref start, index + row))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoRowVector<T> operator +(TwoRowVector<T> x, TwoRowVector<T> y) => new(x.value + y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoRowVector<T> MultiplyAdd(TwoRowVector<T> x, TwoRowVector<T> y, TwoRowVector<T> z) =>
        new(Simd.MultiplyAdd(x.value, y.value, z.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoRowVector<T> Activate(TwoRowVector<T> x, bool relu) => new(Simd.Activate(x.value, relu));
}
