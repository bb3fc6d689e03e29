using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using NanoConv.Cifar.Data;
using NanoConv.Cifar.Files;
using NanoConv.Layers;
using NanoConv.Training;

namespace NanoConv.Cifar.Commands;

/// <summary>
/// The command line as a whole: its commands, and what becomes of errors. Everything a user can get wrong ends
/// as one line on standard error: exit code 2 for the command line itself, 1 for all else, 130 for Ctrl+C.
/// </summary>
internal static class CommandLine
{
    private const string Name = "nanoconv-cifar";
    private const int ErrorExitCode = 1;
    private const int UsageExitCode = 2;
    private const string DebugVariable = "NANOCONV_DEBUG";

    /// <summary>Parses and runs one command.</summary>
    /// <param name="arguments">The arguments after the program's name.</param>
    /// <param name="terminal">Where to write.</param>
    /// <param name="interruption">Ctrl+C.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> arguments, Terminal terminal, Interruption interruption)
    {
        if (!RootHelp.IsWanted(arguments))
            return Invoke(arguments, terminal, interruption);
        RootHelp.Write(Name, terminal.Out);
        return 0;
    }

    private static int Invoke(IReadOnlyList<string> arguments, Terminal terminal, Interruption interruption)
    {
        RootCommand root = CreateRoot(arguments, terminal, interruption.Token);
        var parser = new ParserConfiguration { ResponseFileTokenReplacer = null };
        ParseResult result = root.Parse(arguments, parser);
        if (result.Action?.ClearsParseErrors != true && FindUsageError(result, arguments) is { } usageError)
        {
            string command = string.Join(' ', CommandPath(result.CommandResult));
            terminal.Error.WriteLine($"error: {OneLine(usageError)} See '{command} --help'.");
            return UsageExitCode;
        }
        var configuration = new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null, // signals are Interruption's
        };
        try
        {
            int exitCode = result.Invoke(configuration);
            return exitCode == 0 && terminal.Failure is { } failure
                ? ReportError(new UserErrorException($"cannot write to standard output: {FileErrors.Reason(failure)}", failure), terminal.Error)
                : exitCode;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            terminal.Error.WriteLine("interrupted");
            return Interruption.ExitCode;
        }
        catch (Exception exception)
        {
            return ReportError(exception, terminal.Error);
        }
    }

    /// <summary>The parser's commands, those that arguments speak of in full.</summary>
    /// <param name="arguments">The program's arguments.</param>
    /// <param name="terminal">Where commands write.</param>
    /// <param name="cancellation">Ends them.</param>
    internal static RootCommand CreateRoot(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellation)
    {
        var root = new RootCommand(RootHelp.Description);
        Add(TrainCommand.Name, TrainCommand.Description, () => TrainCommand.Create(terminal, cancellation));
        Add(ReproduceCommand.Name, ReproduceCommand.Description, () => ReproduceCommand.Create(terminal, cancellation));
        Add(SummaryCommand.Name, SummaryCommand.Description, () => SummaryCommand.Create(terminal));
        Add(EvaluateCommand.Name, EvaluateCommand.Description, () => EvaluateCommand.Create(terminal, cancellation));
        Add(PredictCommand.Name, PredictCommand.Description, () => PredictCommand.Create(terminal, cancellation));
        Add(ImportCommand.Name, ImportCommand.Description, () => ImportCommand.Create(terminal));
        Add(ExportCommand.Name, ExportCommand.Description, () => ExportCommand.Create(terminal));
        Add(DataCommand.Name, DataCommand.Description, () => DataCommand.Create(terminal, cancellation));
        Add(AugmentCommand.Name, AugmentCommand.Description, () => AugmentCommand.Create(terminal));
        Add(ConvolveCommand.Name, ConvolveCommand.Description, () => ConvolveCommand.Create(terminal, cancellation));
        foreach (HelpOption option in root.Options.OfType<HelpOption>())
            option.Action = new HelpWithExamples((HelpAction)option.Action!);
        return root;

        // A command that nobody asks for needs no options: building them all takes longer than starting the runtime.
        void Add(string name, string description, Func<Command> create) => root.Subcommands.Add(
            arguments.Any(argument => argument.Contains(name, StringComparison.Ordinal)) ? create() : new Command(name, description));
    }

    private static string? FindUsageError(ParseResult result, IReadOnlyList<string> arguments)
    {
        // The parser takes an option it does not know for an argument, where one is allowed: "--" says it is meant.
        bool isMeant = arguments.Contains("--");
        IEnumerable<string> options = result.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens, (_, token) => token.Value)
            .Concat(result.UnmatchedTokens)
            .Where(value => value.StartsWith('-') && !isMeant);
        string? stray = options.FirstOrDefault() ?? result.UnmatchedTokens.FirstOrDefault();
        if (stray is null)
            return FindMissingArgument(result.CommandResult) ?? FindMiscount(result.CommandResult) ?? result.Errors.FirstOrDefault()?.Message;
        if (stray.StartsWith('-'))
            return $"Unknown option '{stray}'.";
        return result.CommandResult.Command is RootCommand root
            ? $"Unknown command '{stray}', expected one of {string.Join(", ", root.Subcommands.Select(c => c.Name))}."
            : $"Unexpected argument '{stray}'.";
    }

    private static string? FindMissingArgument(CommandResult command)
    {
        Argument? missing = command.Command.Arguments.FirstOrDefault(argument =>
            (command.GetResult(argument)?.Tokens.Count ?? 0) < argument.Arity.MinimumNumberOfValues);
        return missing is null ? null : $"{command.Command.Name}: expected {missing.Name}, found nothing.";
    }

    private static string? FindMiscount(CommandResult command) => command.Children.OfType<OptionResult>()
        .Where(option => !option.Implicit)
        .Select(option => (option.Option, Found: option.Tokens.Count))
        .Where(option => option.Found < option.Option.Arity.MinimumNumberOfValues || option.Found > option.Option.Arity.MaximumNumberOfValues)
        .Select(option => $"{option.Option.Name}: expected one value, found {(option.Found == 0 ? "nothing" : $"{option.Found}")}.")
        .FirstOrDefault();

    private static IEnumerable<string> CommandPath(CommandResult command) =>
        command.Parent is CommandResult parent ? CommandPath(parent).Append(command.Command.Name) : [Name];

    private static int ReportError(Exception exception, TextWriter error)
    {
        bool isDebugged = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(DebugVariable));
        if (exception is AggregateException { InnerExceptions: [var only] })
            exception = only;
        if (isDebugged)
            error.WriteLine(exception);
        error.WriteLine(IsExpected(exception)
            ? $"error: {OneLine(Message(exception))}"
            : $"error: this should not have happened: {exception.GetType().Name}: {OneLine(exception.Message)} " +
              $"(set {DebugVariable}=1 to see where)");
        return ErrorExitCode;
    }

    /// <summary>Exceptions whose message is made for the user; any other is a bug of ours.</summary>
    private static bool IsExpected(Exception exception) =>
        exception is UserErrorException or DataException or NonFiniteLossException or IOException
            or UnauthorizedAccessException or InvalidDataException or ArgumentException;

    private static string Message(Exception exception) =>
        exception is ArgumentException { ParamName: { } parameter }
            ? exception.Message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal)
            : exception.Message;

    private static string OneLine(string text) => string.Join(' ', text.Split('\n', '\r').Where(line => line != ""));
}
