using System.Runtime.Intrinsics.X86;
using NanoConv.Kernels;

namespace NanoConv.Tests.Kernels;

/// <summary>Who is told that vectors are narrow: those who could do something about it.</summary>
public sealed class VectorWidthTests
{
    [Theory]
    [InlineData(128, true, true)]
    [InlineData(0, true, true)]
    [InlineData(256, true, false)]
    [InlineData(512, true, false)]
    [InlineData(128, false, false)] // an old processor, or another kind: nothing is lost
    [InlineData(0, false, false)]
    public void A_hint_is_given_where_vectors_are_shorter_than_the_processors(int bits, bool hasAvx2, bool isHint)
    {
        string? hint = VectorWidth.HintFor(bits, hasAvx2);
        Assert.Equal(isHint, hint is not null);
        if (isHint)
            Assert.All([$"{bits} bits", "256", "IlcInstructionSet"], part => Assert.Contains(part, hint, StringComparison.Ordinal));
    }

    /// <summary>The processor is asked itself: with AVX2 switched off (tests/run-isa) it still has it.</summary>
    [Fact]
    public void This_processor_is_known()
    {
        bool hasAvx2 = File.Exists("/proc/cpuinfo") && File.ReadLines("/proc/cpuinfo").Any(line => line.StartsWith("flags", StringComparison.Ordinal)
            && line.Split(' ').Contains("avx2"));
        if (Avx2.IsSupported)
            Assert.Null(VectorWidth.Hint);
        else if (hasAvx2 && X86Base.IsSupported)
            Assert.Contains("128 bits", VectorWidth.Hint, StringComparison.Ordinal);
    }
}
