using System.Text;
using NanoConv.Cifar.Files;

namespace NanoConv.Cifar.Commands;

/// <summary>
/// Writes to a terminal, file or pipe that may be closed or full before the work is done. What cannot be written is left out and
/// remembered: a result is worth more than the lines about it.
/// </summary>
/// <param name="inner">Where to write.</param>
internal sealed class SteadyWriter(TextWriter inner) : TextWriter
{
    /// <summary>Why something could not be written, the first time; null if all was.</summary>
    public Exception? Failure { get; private set; }

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Try(() => inner.Write(value));

    /// <inheritdoc/>
    public override void Write(string? value) => Try(() => inner.Write(value));

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    /// <inheritdoc/>
    public override void Flush() => Try(inner.Flush);

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (FileErrors.IsFileError(exception)) // a closed one is "access denied"
        {
            Failure ??= exception;
        }
    }
}
