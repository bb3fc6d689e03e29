using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NanoConv.Kernels;

/// <summary>The few vector operations that every kernel is made of, generic in the element type.</summary>
internal static class Simd
{
    /// <summary>
    /// x·y + z, as one instruction where the processor has it. <c>Vector</c> offers it for float and double only;
    /// <c>typeof(T)</c> is a constant to the JIT, so the test costs nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> MultiplyAdd<T>(Vector<T> x, Vector<T> y, Vector<T> z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
            return Vector.MultiplyAddEstimate(x.As<T, float>(), y.As<T, float>(), z.As<T, float>()).As<float, T>();
        if (typeof(T) == typeof(double))
            return Vector.MultiplyAddEstimate(x.As<T, double>(), y.As<T, double>(), z.As<T, double>()).As<double, T>();
        return (x * y) + z;
    }

    /// <summary>The same of 512 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> MultiplyAdd<T>(Vector512<T> x, Vector512<T> y, Vector512<T> z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
            return Vector512.MultiplyAddEstimate(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>();
        if (typeof(T) == typeof(double))
            return Vector512.MultiplyAddEstimate(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>();
        return (x * y) + z;
    }

    /// <summary>The vector that starts at element <paramref name="index"/>; unchecked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Load<T>(ref T start, nint index)
        where T : unmanaged =>
        Unsafe.ReadUnaligned<Vector<T>>(ref Unsafe.As<T, byte>(ref Unsafe.Add(ref start, index)));

    /// <summary>Writes a vector from element <paramref name="index"/> on; unchecked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector<T> value, ref T start, nint index)
        where T : unmanaged =>
        Unsafe.WriteUnaligned(ref Unsafe.As<T, byte>(ref Unsafe.Add(ref start, index)), value);

    /// <summary>One element in every lane; unchecked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Broadcast<T>(ref T start, nint index)
        where T : unmanaged =>
        new(Unsafe.Add(ref start, index));

    /// <summary>A whole number in every lane; a constant to the JIT.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Constant<T>(int value)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        new(T.CreateTruncating(value));

    /// <summary>max(0, x) if wanted. Max passes NaN on, so that a network that has gone astray is noticed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Activate<T>(Vector<T> x, bool relu)
        where T : unmanaged, IFloatingPointIeee754<T> => relu ? Vector.Max(x, Vector<T>.Zero) : x;

    /// <summary>The same of 512 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Activate<T>(Vector512<T> x, bool relu)
        where T : unmanaged, IFloatingPointIeee754<T> => relu ? Vector512.Max(x, Vector512<T>.Zero) : x;

    /// <summary>A read-only span's first element, for the loads above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T Start<T>(ReadOnlySpan<T> span) => ref MemoryMarshal.GetReference(span);
}
