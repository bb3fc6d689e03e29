using NanoConv.Cifar.Experiments;

namespace NanoConv.Cifar.Reproduction;

/// <summary>
/// Runs that differ in their number of epochs only. The longest is trained; the others are the same run at an earlier
/// epoch, bit by bit.
/// </summary>
/// <param name="Longest">The run that is trained.</param>
/// <param name="Shorter">The others, by their epochs.</param>
public sealed record RunGroup(RunSettings Longest, IReadOnlyDictionary<int, RunSettings> Shorter)
{
    /// <summary>The names of all its runs, the shorter ones first.</summary>
    public IEnumerable<RunSettings> Runs => Shorter.Values.Append(Longest);

    /// <summary>Floating-point operations that its training takes, to foretell its time.</summary>
    public double Work { get; } = (double)NetworkFigures.Build(Longest.Network).TrainingFlops * Longest.Samples * Longest.Epochs;

    /// <summary>Puts runs into groups, those with the most work first.</summary>
    /// <param name="runs">The runs.</param>
    public static IReadOnlyList<RunGroup> Of(IEnumerable<RunSettings> runs) =>
    [
        .. runs.GroupBy(run => run with { Epochs = 1 })
            .Select(group => group.OrderByDescending(run => run.Epochs).ToArray())
            .Select(group => new RunGroup(group[0], group[1..].ToDictionary(run => run.Epochs)))
            .OrderByDescending(group => group.Work),
    ];
}
