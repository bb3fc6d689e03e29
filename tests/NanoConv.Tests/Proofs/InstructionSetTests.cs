using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using NanoConv.Kernels;

namespace NanoConv.Tests;

/// <summary>Whether tests/run-isa has its way: it would prove nothing if its settings had no effect.</summary>
public sealed class InstructionSetTests
{
    [Fact]
    public void Instructions_that_were_switched_off_are_not_used()
    {
        string? wanted = Environment.GetEnvironmentVariable("NANOCONV_ISA");
        if (wanted is not null and not "machine")
            Assert.False(Vector512.IsHardwareAccelerated);
        if (wanted is "no-avx2" or "no-vectors")
            Assert.False(Avx2.IsSupported);
        if (wanted == "no-vectors")
            Assert.False(Vector.IsHardwareAccelerated);
    }

    [Fact]
    public void The_width_that_is_told_is_that_of_the_instructions_left()
    {
        int bits = VectorWidth.Bits<float>();
        Assert.Equal(bits, VectorWidth.Bits<double>());
        if (Environment.GetEnvironmentVariable("NANOCONV_ISA") is { } wanted and not "machine")
            Assert.Equal(wanted switch { "no-avx512" => 256, "no-avx2" => 128, _ => 0 }, bits);
        else if (Vector512.IsHardwareAccelerated)
            Assert.Equal(512, bits); // though Vector<T> has 256
        else if (Avx2.IsSupported)
            Assert.Equal(256, bits);
    }
}
