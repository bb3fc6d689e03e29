using System.Runtime.InteropServices;

namespace NanoConv.Tests.Tensors;

/// <summary>Buffers that begin at a whole cache line.</summary>
public sealed class AlignedArrayTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(100_003)]
    public void A_buffer_of_zeros_begins_at_a_cache_line_and_stays_there(int length)
    {
        for (int i = 0; i < 5; i++)
        {
            Check(new AlignedArray<float>(length));
            Check(new AlignedArray<double>(length));
        }

        void Check<T>(AlignedArray<T> buffer)
            where T : unmanaged
        {
            Assert.Equal(length, buffer.Length);
            Assert.Equal(length, buffer.Span.Length);
            Assert.All(buffer.Span.ToArray(), value => Assert.Equal(default, value));
            nint address = Address(buffer);
            Assert.Equal(0, address % 64);
            GC.Collect();
            Assert.Equal(address, Address(buffer));
        }
    }

    [Fact]
    public void A_buffer_is_written_through_its_spans()
    {
        AlignedArray<double> buffer = new(3);
        Span<double> all = buffer;
        all[2] = 5;
        ReadOnlySpan<double> read = buffer;
        Assert.Equal([0, 0, 5], read.ToArray());
    }

    [Fact]
    public void None_has_no_elements()
    {
        Assert.True(new AlignedArray<float>(0).Span.IsEmpty);
        Assert.True(default(AlignedArray<float>).Span.IsEmpty);
    }

    private static nint Address<T>(AlignedArray<T> buffer)
        where T : unmanaged =>
        System.Runtime.CompilerServices.Unsafe.ByteOffset(
            ref System.Runtime.CompilerServices.Unsafe.NullRef<T>(), ref MemoryMarshal.GetReference(buffer.Span));
}
