namespace NanoConv.Cifar.Data;

/// <summary>The next bytes of a stream, up to a number of them; reads forward only, and does not close the stream.</summary>
/// <param name="inner">The stream.</param>
/// <param name="length">How many bytes.</param>
/// <param name="exceeded">What is thrown if the stream goes on behind them; if null, they simply end there.</param>
internal sealed class BoundedStream(Stream inner, long length, Func<Exception>? exceeded = null) : Stream
{
    private long left = length;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (left == 0 && exceeded is not null && !buffer.IsEmpty && inner.ReadByte() >= 0)
            throw exceeded();
        int count = inner.Read(buffer[..(int)Math.Min(left, buffer.Length)]);
        left -= count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>Reads on to the last byte.</summary>
    /// <param name="scratch">Overwritten.</param>
    /// <exception cref="EndOfStreamException">The stream ends before it.</exception>
    public void Finish(Span<byte> scratch)
    {
        while (left > 0)
        {
            if (Read(scratch) == 0)
                throw new EndOfStreamException($"it ends {left:N0} bytes too early");
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
