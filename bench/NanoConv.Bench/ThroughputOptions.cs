using NanoConv.Cifar;
using NanoConv.Convolutions;

namespace NanoConv.Bench;

/// <summary>What the modes throughput and ratios measure.</summary>
/// <param name="Network">One of <see cref="BenchNetwork.Names"/>.</param>
/// <param name="Batch">Images a training step.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Seconds">About how long is measured: each of training and inference, or all ratios together.</param>
/// <param name="IsDouble">Double instead of float.</param>
/// <param name="Json">Whether to print JSON.</param>
/// <param name="Algorithm">The one by which throughput measures convolutions alone; null for the direct one and the chosen one.</param>
internal sealed record ThroughputOptions(
    string Network, int Batch, int Threads, double Seconds, bool IsDouble, bool Json, ConvolutionAlgorithmKind? Algorithm = null)
{
    public static readonly ThroughputOptions Default = new("default", 128, Environment.ProcessorCount, 5, false, false);

    public const string Usage =
        "usage: throughput [--network default|maxpooling|thinner_deeper|larger] [--batch N] [--threads N] [--seconds S] [--double] [--json]\n"
        + "                  [--algorithm naive|naiveproduct|direct|lean|winograd]";

    /// <summary>Reads the command line; throws <see cref="UserErrorException"/> for what it does not know.</summary>
    public static ThroughputOptions Parse(ReadOnlySpan<string> args, ThroughputOptions defaults, string usage)
    {
        ThroughputOptions options = defaults;
        for (int i = 0; i < args.Length; i++)
        {
            string value = i + 1 < args.Length ? args[i + 1] : string.Empty;
            switch (args[i])
            {
                case "--double":
                    options = options with { IsDouble = true };
                    continue;
                case "--json":
                    options = options with { Json = true };
                    continue;
                case "--network" when BenchNetwork.Names.Contains(value):
                    options = options with { Network = value };
                    break;
                case "--batch" when PlainNumber.TryCount(value, out long batch) && batch is > 0 and <= int.MaxValue:
                    options = options with { Batch = (int)batch };
                    break;
                case "--threads" when PlainNumber.TryCount(value, out long threads) && threads is > 0 and <= int.MaxValue:
                    options = options with { Threads = (int)threads };
                    break;
                case "--seconds" when PlainNumber.TryReal(value, out double seconds) && seconds > 0:
                    options = options with { Seconds = seconds };
                    break;
                case "--algorithm" when usage == Usage && TryAlgorithm(value) is { } algorithm:
                    options = options with { Algorithm = algorithm };
                    break;
                default:
                    throw new UserErrorException($"expected the options below, found '{args[i]} {value}'\n{usage}");
            }

            i++;
        }

        return options;
    }

    /// <summary>The algorithm of some name, in small or capital letters; null if there is none.</summary>
    public static ConvolutionAlgorithmKind? TryAlgorithm(string name) => Enum.GetValues<ConvolutionAlgorithmKind>()
        .Where(kind => string.Equals(kind.ToString(), name, StringComparison.OrdinalIgnoreCase))
        .Select(kind => (ConvolutionAlgorithmKind?)kind)
        .FirstOrDefault();
}
