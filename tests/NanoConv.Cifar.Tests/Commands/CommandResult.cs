using NanoConv.Cifar.Commands;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

/// <summary>What a command line, run inside the test's process, wrote and returned.</summary>
internal sealed record CommandResult(int ExitCode, string Out, string Error)
{
    public static CommandResult Of(params string[] arguments)
    {
        using var interruption = new Interruption(CancellationToken.None);
        return Of(interruption, arguments);
    }

    public static CommandResult Of(Interruption interruption, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = CommandLine.Run(arguments, new Terminal(output, error), interruption);
        return new CommandResult(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>As if Ctrl+C were pressed as soon as a line with this text is written.</summary>
    public static CommandResult InterruptedAt(string text, params string[] arguments)
    {
        using var source = new CancellationTokenSource();
        using var interruption = new Interruption(source.Token);
        return WithActionAt(text, source.Cancel, interruption, arguments);
    }

    /// <summary>Something happens as soon as a line with this text is written.</summary>
    public static CommandResult WithActionAt(
        string text, Action action, Interruption interruption, params string[] arguments)
    {
        using var output = new WatchedWriter(text, action);
        using var error = new StringWriter();
        int exitCode = CommandLine.Run(arguments, new Terminal(output, error), interruption);
        return new CommandResult(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Succeeded, silently on standard error, without control characters.</summary>
    public CommandResult ShouldSucceed()
    {
        Assert.Equal("", Error);
        Assert.Equal(0, ExitCode);
        Assert.DoesNotContain(Out, c => char.IsControl(c) && c != '\n' && c != '\r');
        return this;
    }

    /// <summary>Failed with one line on standard error that holds all these words, and without a stack trace.</summary>
    public CommandResult ShouldFail(int exitCode, params string[] words)
    {
        Assert.Equal(exitCode, ExitCode);
        string line = Assert.Single(Error.TrimEnd().Split('\n'));
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
        foreach (string word in words)
            Assert.Contains(word, line, StringComparison.Ordinal);
        return this;
    }
}
