namespace NanoConv.Fuzz;

/// <summary>Tries every n-th input, on a thread of its own.</summary>
/// <param name="create">Makes the worker's target.</param>
/// <param name="options">How many inputs, and which.</param>
/// <param name="index">The worker's own number, from 0.</param>
internal sealed class Worker(Func<FuzzTarget> create, FuzzOptions options, int index)
{
    private const int MostFindings = 20;

    private readonly HashSet<string> kinds = [];
    private readonly List<Finding> findings = [];
    private InputSource? source;
    private volatile bool isStopped;
    private volatile Attempt? current;

    /// <summary>What has come of the inputs so far.</summary>
    public Tally Tally { get; } = new();

    /// <summary>What was found, each kind once.</summary>
    public IReadOnlyList<Finding> Findings
    {
        get
        {
            lock (findings)
            {
                return [.. findings];
            }
        }
    }

    /// <summary>Why the worker ended before its time: a mistake in the fuzzer itself.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Looks whether the reader is still at the same input; if it is for too long, that is a finding.</summary>
    /// <param name="most">How many looks are not too long yet.</param>
    /// <returns>Whether it is one.</returns>
    public bool Look(int most)
    {
        if (current is not { } attempt || ++attempt.Looks <= most)
            return false;
        IsHanging = true;
        Add(new Finding("hang", attempt.Number, attempt.Input, $"not read after {options.HangSeconds:0.#} s"));
        return true;
    }

    /// <summary>Whether <see cref="Look"/> has found the reader to hang, at the input that is its last.</summary>
    public bool IsHanging { get; private set; }

    /// <summary>Has the worker end after its current input.</summary>
    public void Stop() => isStopped = true;

    /// <summary>Tries the inputs.</summary>
    public void Run()
    {
        try
        {
            using FuzzTarget target = create();
            source = new InputSource(target, options.Seed);
            foreach (byte[] seed in target.Seeds)
                Try(target, -1, seed); // all that is allocated but once, and whether the seeds are good
            if (Tally.Inputs != Tally.Accepted)
                throw new InvalidOperationException($"{target.Name}: expected seeds that the reader accepts");
            Tally.Clear();
            (long first, long end) = options.At is { } at ? (at, at + 1) : (0, options.Count);
            for (long number = first + index; number < end && !isStopped; number += options.Threads)
                Try(target, number, source.Make(number));
        }
        catch (Exception failure)
        {
            Failure = failure;
        }
    }

    private void Try(FuzzTarget target, long number, byte[] input)
    {
        object? result = null;
        Exception? thrown = null;
        current = new Attempt(number, input);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            result = target.Read(input);
        }
        catch (Exception exception)
        {
            thrown = exception;
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        current = null;
        Tally.Add(thrown, allocated, input.Length);
        long limit = target.AllocationConstant + (target.AllocationMultiple * input.Length);
        if (allocated > limit && number >= 0)
            Add(new Finding("allocation", number, input, $"expected at most {limit:N0} bytes for an input of {input.Length:N0}, allocated {allocated:N0}"));
        if (thrown is not null && !target.Documented.Contains(thrown.GetType()))
            Add(new Finding("exception", number, input, Tally.OneLine(thrown), thrown.ToString()));
        if (thrown is null)
            Check(target, number, input, result);
    }

    private void Check(FuzzTarget target, long number, byte[] input, object? result)
    {
        try
        {
            target.Check(input, result);
        }
        catch (Exception mistake)
        {
            Add(new Finding("unsound", number, input, Tally.OneLine(mistake), mistake.ToString()));
        }
    }

    private void Add(Finding finding)
    {
        // The same place of the same kind once: ten thousand inputs may find one defect.
        string? place = finding.Detail?.Split('\n').FirstOrDefault(line => line.TrimStart().StartsWith("at ", StringComparison.Ordinal));
        lock (findings)
        {
            if (findings.Count < MostFindings && kinds.Add($"{finding.Kind} {Tally.Kind(finding.What)} {place}"))
                findings.Add(source?.NameOf(finding.Number) is { } name ? finding with { What = $"{name}: {finding.What}" } : finding);
        }
    }

    private sealed record Attempt(long Number, byte[] Input)
    {
        public int Looks { get; set; }
    }
}
