namespace NanoConv.Cifar.Tests.Commands;

/// <summary>Keeps what is written, and does something once, at the first line that holds a text.</summary>
internal sealed class WatchedWriter(string text, Action atText) : StringWriter
{
    private bool isDone;

    public override void WriteLine(string? value)
    {
        base.WriteLine(value);
        if (isDone || value?.Contains(text, StringComparison.Ordinal) != true)
            return;
        isDone = true;
        atText();
    }
}
