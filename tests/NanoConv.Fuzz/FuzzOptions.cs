namespace NanoConv.Fuzz;

/// <summary>What to do.</summary>
/// <param name="Targets">Names of the targets; all if there are none.</param>
/// <param name="Count">Inputs for each target.</param>
/// <param name="Seed">Decides every input together with its number.</param>
/// <param name="Threads">Workers.</param>
/// <param name="At">The number of the only input to try, in order to look at a finding again; null for all.</param>
/// <param name="Folder">Where inputs are saved that were findings.</param>
/// <param name="HangSeconds">An input that is read for longer than this is a finding.</param>
public sealed record FuzzOptions(
    IReadOnlyList<string> Targets,
    long Count = 1_000_000,
    int Seed = 1,
    int Threads = 1,
    long? At = null,
    string Folder = "fuzz-findings",
    double HangSeconds = 10)
{
    /// <summary>How to call the program.</summary>
    public const string Usage =
        "dotnet run -c Release --project tests/NanoConv.Fuzz -- [--target NAME]… [--count 1000000] [--seed 1] [--threads 1] "
        + "[--at NUMBER] [--output fuzz-findings]";

    /// <summary>Understands the command line.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <exception cref="ArgumentException">They are wrong; the message says how.</exception>
    public static FuzzOptions Parse(IReadOnlyList<string> arguments)
    {
        List<string> targets = [];
        FuzzOptions options = new(targets);
        for (int i = 0; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count)
                throw new ArgumentException($"expected a value behind '{arguments[i]}', found nothing");
            string value = arguments[i + 1];
            switch (arguments[i])
            {
                case "--target":
                    targets.Add(value);
                    break;
                case "--count":
                    options = options with { Count = Number(value, 1, long.MaxValue) };
                    break;
                case "--seed":
                    options = options with { Seed = (int)Number(value, 0, int.MaxValue) };
                    break;
                case "--threads":
                    options = options with { Threads = (int)Number(value, 1, 1024) };
                    break;
                case "--at":
                    options = options with { At = Number(value, 0, long.MaxValue) };
                    break;
                case "--output":
                    options = options with { Folder = value };
                    break;
                default:
                    throw new ArgumentException($"expected {Usage}, found '{arguments[i]}'");
            }
        }

        return options;
    }

    private static long Number(string text, long least, long most) =>
        PlainNumber.TryCount(text, out long number) && number >= least && number <= most
            ? number
            : throw new ArgumentException($"expected a number from {least} to {most}, in digits, found '{text}'");
}
