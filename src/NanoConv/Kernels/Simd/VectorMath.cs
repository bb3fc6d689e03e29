using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NanoConv.Kernels.Simd;

/// <summary>What .NET's vectors lack for any <see cref="ISimd{TSelf, T}"/>.</summary>
internal static class VectorMath
{
    /// <summary>
    /// x·y + addend. <c>Vector</c> offers it for float and double only; <c>typeof(T)</c> is a constant to the JIT, so the test costs nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> MultiplyAddEstimate<T>(Vector<T> x, Vector<T> y, Vector<T> addend)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
            return Vector.MultiplyAddEstimate(x.As<T, float>(), y.As<T, float>(), addend.As<T, float>()).As<float, T>();
        if (typeof(T) == typeof(double))
            return Vector.MultiplyAddEstimate(x.As<T, double>(), y.As<T, double>(), addend.As<T, double>()).As<double, T>();
        return (x * y) + addend;
    }

    /// <summary>The same of 512 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> MultiplyAddEstimate<T>(Vector512<T> x, Vector512<T> y, Vector512<T> addend)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
            return Vector512.MultiplyAddEstimate(x.AsSingle(), y.AsSingle(), addend.AsSingle()).As<float, T>();
        if (typeof(T) == typeof(double))
            return Vector512.MultiplyAddEstimate(x.AsDouble(), y.AsDouble(), addend.AsDouble()).As<double, T>();
        return (x * y) + addend;
    }

    /// <summary>A whole number in every lane; a constant to the JIT.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Constant<T>(int value)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        new(T.CreateTruncating(value));

    /// <summary>A read-only span's first element, for loads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T Start<T>(ReadOnlySpan<T> span) => ref MemoryMarshal.GetReference(span);
}
