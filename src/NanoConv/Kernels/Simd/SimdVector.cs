using System.Numerics;
using System.Runtime.CompilerServices;

namespace NanoConv.Kernels.Simd;

/// <summary>
/// <see cref="Vector{T}"/>, whose width .NET chooses: 256 bits with AVX2, 128 without it or on other processors. Here alone is said what
/// the kernels' shorter vectors are.
/// </summary>
/// <remarks>
/// Not <see cref="System.Runtime.Intrinsics.Vector256{T}"/> or <see cref="System.Runtime.Intrinsics.Vector128{T}"/> by a test at the entry: in a
/// program compiled ahead of time such a test is a constant, like <see cref="Vector{T}"/>'s length. See docs/performance.md.
/// </remarks>
internal readonly struct SimdVector<T>(Vector<T> value) : ISimdRows<SimdVector<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Vector<T> value = value;

    public static int Count => Vector<T>.Count;

    public static int Rows => 1;

    public static int Columns => Vector<T>.Count;

    public static bool HasManyRegisters => false;

    public static SimdVector<T> Zero => new(Vector<T>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector<T> Create(T value) => new(Vector.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector<T> Create(int value) => new(Vector.Create(T.CreateTruncating(value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector<T> LoadUnsafe(ref T source, nint elementOffset) => new(Vector.LoadUnsafe(ref source, (nuint)elementOffset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreUnsafe(SimdVector<T> value, ref T destination, nint elementOffset) =>
        value.value.StoreUnsafe(ref destination, (nuint)elementOffset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector<T> operator +(SimdVector<T> x, SimdVector<T> y) => new(x.value + y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector<T> operator -(SimdVector<T> x, SimdVector<T> y) => new(x.value - y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector<T> operator *(SimdVector<T> x, SimdVector<T> y) => new(x.value * y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector<T> operator /(SimdVector<T> x, SimdVector<T> y) => new(x.value / y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector<T> MultiplyAddEstimate(SimdVector<T> x, SimdVector<T> y, SimdVector<T> addend) =>
        new(VectorMath.MultiplyAddEstimate(x.value, y.value, addend.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector<T> Max(SimdVector<T> x, SimdVector<T> y) => new(Vector.Max(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector<T> Equals(SimdVector<T> x, SimdVector<T> y) => new(Vector.Equals(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector<T> GreaterThan(SimdVector<T> x, SimdVector<T> y) => new(Vector.GreaterThan(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector<T> operator &(SimdVector<T> x, SimdVector<T> y) => new(x.value & y.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector<T> AndNot(SimdVector<T> x, SimdVector<T> y) => new(Vector.AndNot(x.value, y.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(SimdVector<T> value) => Vector.Sum(value.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdVector<T> Activate(SimdVector<T> x, bool relu) => new(relu ? Vector.Max(x.value, Vector<T>.Zero) : x.value);
}
