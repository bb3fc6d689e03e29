using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace NanoConv.Kernels.Simd;

/// <summary>Whether the kernels' vectors are as long as this processor has them.</summary>
public static class VectorWidth
{
    private const int Avx2Bits = 256;

    /// <summary>
    /// What to say where the kernels' vectors are shorter than the processor's, as they are in a program that was compiled ahead of
    /// time without being told of the processor; null elsewhere. <see cref="Training.ModelTraining.extension{T}(Graphs.Model{T}).Summary"/> ends with it.
    /// </summary>
    public static string? Hint { get; } = HintFor(Bits<float>(), HasAvx2());

    /// <summary>
    /// Bits of the longest vectors that the kernels work with on this machine, which need not be <see cref="SimdVector{T}"/>'s: 512 where
    /// AVX-512 is, 256 or 128 elsewhere, 0 without vectors. Layers of few filters take shorter ones.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    public static int Bits<T>()
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Vector.IsHardwareAccelerated ? 8 * Unsafe.SizeOf<T>() * (SimdVector512<T>.IsPanel ? SimdVector512<T>.Count : SimdVector<T>.Count) : 0;

    /// <summary>The same for kernels with vectors of so many bits, on a processor with AVX2 or without.</summary>
    internal static string? HintFor(int bits, bool hasAvx2) => hasAvx2 && bits < Avx2Bits
        ? $"Vectors of {bits} bits, though this processor has {Avx2Bits} or more: several times slower. "
            + "For a program compiled ahead of time set IlcInstructionSet, see docs/performance.md."
        : null;

    // Asked of the processor itself: Avx2.IsSupported says what the program was compiled for.
    private static bool HasAvx2()
    {
        const int osKeepsRegisters = 1 << 27, avx2 = 1 << 5;
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7)
            return false;
        return (X86Base.CpuId(1, 0).Ecx & osKeepsRegisters) != 0 && (X86Base.CpuId(7, 0).Ebx & avx2) != 0;
    }
}
