namespace NanoConv.Fuzz;

/// <summary>What came of a target's inputs.</summary>
public sealed class FuzzReport
{
    private const int KindsShown = 16;
    private const int LinesShown = 8;

    private readonly Tally tally = new();
    private readonly TimeSpan time;

    private FuzzReport(IReadOnlyList<Finding> findings, TimeSpan time) => (Findings, this.time) = (findings, time);

    /// <summary>Where promises were broken.</summary>
    public IReadOnlyList<Finding> Findings { get; }

    /// <summary>Inputs tried.</summary>
    public long Inputs => tally.Inputs;

    /// <summary>Inputs that the reader accepted.</summary>
    public long Accepted => tally.Accepted;

    /// <summary>How many inputs were rejected, by what the message says but for its numbers and names.</summary>
    public IReadOnlyDictionary<string, long> Rejected => tally.Rejected;

    /// <summary>Adds up what workers counted.</summary>
    internal static FuzzReport Of(IReadOnlyList<Worker> workers, FuzzOptions options, TimeSpan time)
    {
        if (workers.Select(worker => worker.Failure).FirstOrDefault(failure => failure is not null) is { } failure)
            throw new InvalidOperationException($"the fuzzer itself failed, with seed {options.Seed}: {failure.Message}", failure);
        FuzzReport report = new([.. workers.SelectMany(worker => worker.Findings)], time);
        foreach (Worker worker in workers)
            report.tally.Add(worker.Tally);
        return report;
    }

    /// <summary>Writes the report.</summary>
    /// <param name="target">The target's name.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="writer">Where to.</param>
    public void Write(string target, FuzzOptions options, TextWriter writer)
    {
        writer.WriteLine(
            $"{target}: {Inputs:N0} inputs, seed {options.Seed}, {time.TotalSeconds:N0} s, {Inputs / time.TotalSeconds:N0} a second; "
            + $"at most {tally.Most.Allocated:N0} bytes allocated, for an input of {tally.Most.Length:N0}");
        writer.WriteLine($"  {Share(Accepted)}  accepted");
        KeyValuePair<string, long>[] kinds = [.. tally.Rejected.OrderByDescending(kind => kind.Value)];
        foreach ((string kind, long count) in kinds.Take(KindsShown))
            writer.WriteLine($"  {Share(count)}  {kind}");
        if (kinds.Length > KindsShown)
            writer.WriteLine($"  {Share(kinds.Skip(KindsShown).Sum(kind => kind.Value))}  {kinds.Length - KindsShown} other messages");
        foreach (Finding finding in Findings)
        {
            string path = Save(target, options, finding);
            writer.WriteLine($"  FOUND {finding.Kind}: {finding.What}");
            if (finding.Detail is not null)
                writer.WriteLine(string.Join('\n', finding.Detail.Split('\n').Take(LinesShown)));
            writer.WriteLine($"    saved as {path}; again: --target {target} --seed {options.Seed} --at {finding.Number}");
        }

        writer.Flush();
    }

    private string Share(long count) => $"{(Inputs == 0 ? 0 : 100.0 * count / Inputs),6:0.00} %";

    private static string Save(string target, FuzzOptions options, Finding finding)
    {
        Directory.CreateDirectory(options.Folder);
        string path = Path.Combine(options.Folder, $"{target}-{finding.Kind}-seed{options.Seed}-{finding.Number}.bin");
        File.WriteAllBytes(path, finding.Input);
        return path;
    }
}
