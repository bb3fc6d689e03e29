using System.Numerics;

namespace NanoConv.Kernels.Simd;

/// <summary>
/// What a micro-kernel asks of a vector, in the words of .NET's own, so that one body serves every width.
/// </summary>
/// <remarks>
/// Static and generic: the JIT compiles a kernel for each vector and sees through the wrappers. Loads and stores check nothing. A
/// body here would cost the micro-kernels registers, so each vector has its own. What goes over flat spans one element after another
/// (<see cref="ParameterUpdate"/>) has the same bits at any width, and takes <see cref="Vector{T}"/> itself.
/// </remarks>
/// <typeparam name="TSelf">The vector.</typeparam>
/// <typeparam name="T">The element type.</typeparam>
internal interface ISimd<TSelf, T>
    where TSelf : struct, ISimd<TSelf, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Elements.</summary>
    static abstract int Count { get; }

    /// <summary>Whether there are 32 registers of it on every processor, not just 16; a constant to the JIT.</summary>
    static abstract bool HasManyRegisters { get; }

    /// <summary>All zeros.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>The same value in every lane: a broadcast.</summary>
    static abstract TSelf Create(T value);

    /// <summary>A whole number in every lane; a constant to the JIT.</summary>
    static abstract TSelf Create(int value);

    /// <summary>The vector that starts at an element.</summary>
    static abstract TSelf LoadUnsafe(ref T source, nint elementOffset);

    /// <summary>Writes a vector from an element on.</summary>
    static abstract void StoreUnsafe(TSelf value, ref T destination, nint elementOffset);

    /// <summary>x + y.</summary>
    static abstract TSelf operator +(TSelf x, TSelf y);

    /// <summary>x − y.</summary>
    static abstract TSelf operator -(TSelf x, TSelf y);

    /// <summary>x·y.</summary>
    static abstract TSelf operator *(TSelf x, TSelf y);

    /// <summary>x / y.</summary>
    static abstract TSelf operator /(TSelf x, TSelf y);

    /// <summary>x·y + addend: one instruction with one rounding where the processor has it, two elsewhere.</summary>
    static abstract TSelf MultiplyAddEstimate(TSelf x, TSelf y, TSelf addend);

    /// <summary>max(x, y); NaN if one of them is, so that a network that has gone astray is noticed.</summary>
    static abstract TSelf Max(TSelf x, TSelf y);

    /// <summary>All bits of a lane set where x = y, none elsewhere.</summary>
    static abstract TSelf Equals(TSelf x, TSelf y);

    /// <summary>All bits of a lane set where x &gt; y, none elsewhere.</summary>
    static abstract TSelf GreaterThan(TSelf x, TSelf y);

    /// <summary>The bits that both have. With a comparison: x where it holds, 0 elsewhere; a ConditionalSelect with zero takes more instructions.</summary>
    static abstract TSelf operator &(TSelf x, TSelf y);

    /// <summary>The bits of x that y does not have.</summary>
    static abstract TSelf AndNot(TSelf x, TSelf y);

    /// <summary>The sum of all lanes, in one order.</summary>
    static abstract T Sum(TSelf value);

    /// <summary>max(0, x) if wanted.</summary>
    static abstract TSelf Activate(TSelf x, bool relu);
}
