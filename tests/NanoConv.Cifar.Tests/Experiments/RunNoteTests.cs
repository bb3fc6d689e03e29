using NanoConv.Cifar.Experiments;
using Xunit;

namespace NanoConv.Cifar.Tests.Experiments;

/// <summary>The settings that a checkpoint keeps of its run are numbers that one can train with.</summary>
public class RunNoteTests
{
    [Theory]
    [InlineData("\"samples\":5000", "\"samples\":5.000", "expected a whole number, found '5.000'")]
    [InlineData("\"samples\":5000", "\"samples\":0", "expected at least 1 sample, found 0")]
    [InlineData("\"l1\":0.0001", "\"l1\":1e400", "expected an l1 of at least 0, found Infinity")]
    [InlineData("\"every_steps\":3", "\"every_steps\":-3", "expected a whole number, found '-3'")]
    [InlineData("\"every_steps\":3", "\"every_steps\":-0", "expected a whole number, found '-0'")]
    public void Numbers_that_are_none_are_refused(string from, string to, string expected)
    {
        string text = new RunNote(new RunSettings(), 3, "out").ToMetadata()["run"];
        Assert.Equal(new RunSettings(), RunNote.Read(Saved(text)).Settings);
        Assert.Contains(from, text, StringComparison.Ordinal);
        var error = Assert.Throws<UserErrorException>(() => RunNote.Read(Saved(text.Replace(from, to, StringComparison.Ordinal))));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static SavedState Saved(string text)
    {
        var saved = new SavedState();
        saved.Set("run", text);
        return saved;
    }
}
