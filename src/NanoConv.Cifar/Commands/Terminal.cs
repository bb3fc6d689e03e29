using Spectre.Console;

namespace NanoConv.Cifar.Commands;

/// <summary>
/// Where a command writes: plain lines to <see cref="Out"/> and <see cref="Error"/>, colours and moving
/// parts to <see cref="Rich"/>. Tests hand in their own writers.
/// </summary>
internal sealed class Terminal
{
    private readonly Lazy<IAnsiConsole> rich;
    private SteadyWriter? steady;

    /// <summary>Creates a terminal on two writers.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="rich">Makes the console for colours when it is first needed; plain text by default.</param>
    public Terminal(TextWriter output, TextWriter error, Func<IAnsiConsole>? rich = null)
    {
        Out = output;
        Error = error;
        this.rich = new Lazy<IAnsiConsole>(rich ?? (() => CreateRich(output, isTerminal: false)));
    }

    /// <summary>Standard output, for plain lines.</summary>
    public TextWriter Out { get; }

    /// <summary>Standard error.</summary>
    public TextWriter Error { get; }

    /// <summary>Standard output with colours and progress bars, where the terminal has them.</summary>
    public IAnsiConsole Rich => rich.Value;

    /// <summary>Whether a line can be drawn over: false for files, pipes and dumb terminals.</summary>
    public bool IsLive => Rich.Profile.Capabilities.Ansi && Rich.Profile.Capabilities.Interactive;

    /// <summary>Columns that a line may have without being wrapped; null for files and pipes, which take any.</summary>
    public int? Room => Rich.Profile.Capabilities.Interactive ? Math.Max(0, Rich.Profile.Width - 1) : null; // a full line wraps on some terminals

    /// <summary>Why something could not be written to <see cref="Out"/>; null if all was.</summary>
    public Exception? Failure => steady?.Failure;

    /// <summary>The terminal of this process, which may be closed while work goes on.</summary>
    public static Terminal OfProcess()
    {
        var output = new SteadyWriter(Console.Out);
        Console.SetOut(output); // Spectre.Console knows standard output by being Console.Out
        Console.SetError(new SteadyWriter(Console.Error));
        return new Terminal(Console.Out, Console.Error, () => CreateRich(Console.Out, isTerminal: !Console.IsOutputRedirected)) { steady = output };
    }

    private static IAnsiConsole CreateRich(TextWriter output, bool isTerminal)
    {
        // Set but empty counts as set: Spectre.Console sees it so as well.
        bool isColoured = isTerminal && Environment.GetEnvironmentVariable("NO_COLOR") is null;
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isColoured ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
            // The default enrichers switch control sequences on for some build servers, redirected or not.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
    }
}
