using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NanoConv.Kernels.Simd;

/// <summary>
/// A vector of 512 bits for the columns of two pixels, one below the other: for B of a single <see cref="SimdVector{T}"/> of columns, which
/// would leave half of it empty. It takes two loads for a value of each row, so it pays only where loads are shared.
/// </summary>
internal readonly struct SimdTwoRows<T>(Vector512<T> value) : ISimdRows<SimdTwoRows<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Vector512<T> value = value;

    public static int Count => Vector512<T>.Count;

    public static bool HasManyRegisters => true;

    public static SimdTwoRows<T> Zero => new(Vector512<T>.Zero);

    public static int Rows => 2;

    public static int Columns => Vector256<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> Create(T value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> Create(int value) => new(Vector512.Create(T.CreateTruncating(value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> LoadUnsafe(ref T source, nint elementOffset) => new(Vector512.LoadUnsafe(ref source, (nuint)elementOffset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreUnsafe(SimdTwoRows<T> value, ref T destination, nint elementOffset) =>
        value.value.StoreUnsafe(ref destination, (nuint)elementOffset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> operator +(SimdTwoRows<T> x, SimdTwoRows<T> y) => new(x.value + y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> operator -(SimdTwoRows<T> x, SimdTwoRows<T> y) => new(x.value - y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> operator *(SimdTwoRows<T> x, SimdTwoRows<T> y) => new(x.value * y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> operator /(SimdTwoRows<T> x, SimdTwoRows<T> y) => new(x.value / y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> MultiplyAddEstimate(SimdTwoRows<T> x, SimdTwoRows<T> y, SimdTwoRows<T> addend) =>
        new(VectorMath.MultiplyAddEstimate(x.value, y.value, addend.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> Max(SimdTwoRows<T> x, SimdTwoRows<T> y) => new(Vector512.Max(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> Equals(SimdTwoRows<T> x, SimdTwoRows<T> y) => new(Vector512.Equals(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> GreaterThan(SimdTwoRows<T> x, SimdTwoRows<T> y) => new(Vector512.GreaterThan(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> operator &(SimdTwoRows<T> x, SimdTwoRows<T> y) => new(x.value & y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> AndNot(SimdTwoRows<T> x, SimdTwoRows<T> y) => new(Vector512.AndNot(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(SimdTwoRows<T> value) => Vector512.Sum(value.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> Activate(SimdTwoRows<T> x, bool relu) => new(relu ? Vector512.Max(x.value, Vector512<T>.Zero) : x.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> RepeatRow(ref T source, nint elementOffset)
    {
        Vector256<T> columns = Vector256.LoadUnsafe(ref source, (nuint)elementOffset);
        return new(columns.ToVector512Unsafe().WithUpper(columns));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> LoadRows(ref T source, nint elementOffset, nint below)
    {
        Vector256<T> upper = Vector256.LoadUnsafe(ref source, (nuint)(elementOffset + below));
        return new(Vector256.LoadUnsafe(ref source, (nuint)elementOffset).ToVector512Unsafe().WithUpper(upper));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRows(SimdTwoRows<T> value, ref T destination, nint elementOffset, nint below)
    {
        value.value.GetLower().StoreUnsafe(ref destination, (nuint)elementOffset);
        value.value.GetUpper().StoreUnsafe(ref destination, (nuint)(elementOffset + below));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> CreateRows(ref T source, nint elementOffset, nint below) =>
        new(Vector512.Create(Unsafe.Add(ref source, elementOffset)).WithUpper(Vector256.Create(Unsafe.Add(ref source, elementOffset + below))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdTwoRows<T> LoadSumOfRows(ref T source, nint elementOffset) =>
        new(Vector512.Create(Vector256.LoadUnsafe(ref source, (nuint)elementOffset), Vector256<T>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSumOfRows(SimdTwoRows<T> value, ref T destination, nint elementOffset) =>
        (value.value.GetLower() + value.value.GetUpper()).StoreUnsafe(ref destination, (nuint)elementOffset);
}
