using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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
}
