namespace NanoConv.Cifar.Commands;

/// <summary>
/// The help that is shown without a command, letter for letter the parser's own (a test compares them). To compile the
/// parser takes twice as long as all else a start needs, and most first calls ask for nothing but this.
/// </summary>
internal static class RootHelp
{
    /// <summary>What the program does.</summary>
    public const string Description = "Trains small ConvNets on CIFAR-10, and shows what they do.";

    private const string HelpOption = "-?, -h, --help", VersionOption = "--version";

    private static readonly (string Name, string Description)[] Commands =
    [
        (TrainCommand.Name, TrainCommand.Description),
        (ReproduceCommand.Name, ReproduceCommand.Description),
        (SummaryCommand.Name, SummaryCommand.Description),
        (EvaluateCommand.Name, EvaluateCommand.Description),
        (PredictCommand.Name, PredictCommand.Description),
        (ImportCommand.Name, ImportCommand.Description),
        (ExportCommand.Name, ExportCommand.Description),
        (DataCommand.Name, DataCommand.Description),
        (AugmentCommand.Name, AugmentCommand.Description),
        (ConvolveCommand.Name, ConvolveCommand.Description),
    ];

    /// <summary>Whether arguments ask for it.</summary>
    /// <param name="arguments">The program's arguments.</param>
    public static bool IsWanted(IReadOnlyList<string> arguments) => arguments is [] or ["--help" or "-h" or "-?"];

    /// <summary>Writes it.</summary>
    /// <param name="program">The program's name.</param>
    /// <param name="output">Where to.</param>
    public static void Write(string program, TextWriter output)
    {
        output.WriteLine($"Description:\n  {Description}\n\nUsage:\n  {program} [command] [options]\n\nOptions:");
        output.WriteLine($"  {HelpOption}  Show help and usage information");
        output.WriteLine($"  {VersionOption.PadRight(HelpOption.Length)}  Show version information\n\nCommands:");
        int width = Commands.Max(command => command.Name.Length);
        foreach ((string name, string description) in Commands)
            output.WriteLine($"  {name.PadRight(width)}  {description}");
        output.WriteLine();
    }
}
