using System.Text;
using NanoConv.Cifar.Commands;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

public sealed class SteadyWriterTests
{
    [Fact]
    public void What_cannot_be_written_is_left_out_and_the_first_reason_remembered()
    {
        var failing = new Failing();
        using var writer = new SteadyWriter(failing);
        writer.WriteLine("a");
        Assert.Null(writer.Failure);
        failing.Reason = new IOException("first");
        foreach (Action write in (Action[])[
            () => writer.Write('b'), () => writer.Write("b"), () => writer.Write(['b'], 0, 1), () => writer.WriteLine("b"), () => writer.WriteLine(),
            () => writer.Write("b".AsSpan()), () => writer.Write($"{1}"), () => writer.WriteLine(2.5), writer.Flush])
        {
            write();
            Assert.Equal("first", writer.Failure?.Message);
            failing.Reason = new UnauthorizedAccessException("later"); // as .NET says of a closed one
        }

        failing.Reason = null;
        writer.Write("c");
        Assert.Equal("a\nc", failing.Text.ToString().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_mistake_in_the_program_is_not_taken_for_that()
    {
        using var writer = new SteadyWriter(new Failing { Reason = new InvalidOperationException("a mistake") });
        Assert.Throws<InvalidOperationException>(() => writer.WriteLine("a"));
        Assert.Null(writer.Failure);
    }

    private sealed class Failing : TextWriter
    {
        public StringBuilder Text { get; } = new();

        public Exception? Reason { get; set; }

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            Flush();
            Text.Append(value);
        }

        public override void Flush()
        {
            if (Reason is not null)
                throw Reason;
        }
    }
}
