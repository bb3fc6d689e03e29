using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NanoConv.Kernels.Simd;

/// <summary>A vector of 512 bits, twice as long as <see cref="SimdVector{T}"/>, which stays at 256 bits on processors that have both.</summary>
internal readonly struct SimdVector512<T>(Vector512<T> value) : ISimdRows<SimdVector512<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Vector512<T> value = value;

    /// <summary>Whether the processor has it and it is two of <see cref="SimdVector{T}"/>, as a panel of two is; a constant to the JIT.</summary>
    public static bool IsPanel => Vector512.IsHardwareAccelerated && Count == 2 * SimdVector<T>.Count;

    public static int Count => Vector512<T>.Count;

    public static int Rows => 1;

    public static int Columns => Vector512<T>.Count;

    public static bool HasManyRegisters => true;

    public static SimdVector512<T> Zero => new(Vector512<T>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector512<T> Create(T value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector512<T> Create(int value) => new(Vector512.Create(T.CreateTruncating(value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector512<T> LoadUnsafe(ref T source, nint elementOffset) => new(Vector512.LoadUnsafe(ref source, (nuint)elementOffset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreUnsafe(SimdVector512<T> value, ref T destination, nint elementOffset) =>
        value.value.StoreUnsafe(ref destination, (nuint)elementOffset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector512<T> operator +(SimdVector512<T> x, SimdVector512<T> y) => new(x.value + y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector512<T> operator -(SimdVector512<T> x, SimdVector512<T> y) => new(x.value - y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector512<T> operator *(SimdVector512<T> x, SimdVector512<T> y) => new(x.value * y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector512<T> operator /(SimdVector512<T> x, SimdVector512<T> y) => new(x.value / y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector512<T> MultiplyAddEstimate(SimdVector512<T> x, SimdVector512<T> y, SimdVector512<T> addend) =>
        new(VectorMath.MultiplyAddEstimate(x.value, y.value, addend.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector512<T> Max(SimdVector512<T> x, SimdVector512<T> y) => new(Vector512.Max(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector512<T> Equals(SimdVector512<T> x, SimdVector512<T> y) => new(Vector512.Equals(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector512<T> GreaterThan(SimdVector512<T> x, SimdVector512<T> y) => new(Vector512.GreaterThan(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector512<T> operator &(SimdVector512<T> x, SimdVector512<T> y) => new(x.value & y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector512<T> AndNot(SimdVector512<T> x, SimdVector512<T> y) => new(Vector512.AndNot(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(SimdVector512<T> value) => Vector512.Sum(value.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector512<T> Activate(SimdVector512<T> x, bool relu) => new(relu ? Vector512.Max(x.value, Vector512<T>.Zero) : x.value);
}
