using System.Diagnostics;

namespace NanoConv.Fuzz;

/// <summary>Has a target read one input after another and looks whether it keeps what is promised.</summary>
/// <remarks>
/// Promised of every input: the reader returns, or throws an exception that it documents; it allocates no more than a
/// constant and a small multiple of the input's size; it comes to an end; what it accepts is sound.
/// </remarks>
/// <param name="create">Makes the target, once for each worker.</param>
/// <param name="options">How many inputs, and which.</param>
public sealed class Fuzzer(Func<FuzzTarget> create, FuzzOptions options)
{
    // Looks are counted, not seconds: where the whole machine stands still, nobody looks.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    /// <summary>Tries all inputs.</summary>
    /// <returns>What came of them.</returns>
    public FuzzReport Run()
    {
        int mostLooks = (int)(options.HangSeconds / Glance.TotalSeconds);
        long start = Stopwatch.GetTimestamp();
        Worker[] workers = [.. Enumerable.Range(0, options.Threads).Select(index => new Worker(create, options, index))];
        Thread[] threads = [.. workers.Select(worker => new Thread(worker.Run) { IsBackground = true })];
        foreach (Thread thread in threads)
            thread.Start();
        for (int i = 0; i < workers.Length; i++)
        {
            // One that hangs cannot be ended, only left behind: as a background thread it ends with the program.
            while (!threads[i].Join(Glance))
            {
                if (workers.Count(worker => worker.Look(mostLooks)) == 0)
                    continue;
                foreach (Worker worker in workers)
                    worker.Stop();
                // The others end after their input, so that nobody counts any more while their counts are added up.
                long patience = Stopwatch.GetTimestamp();
                while (threads.Count(thread => thread.IsAlive) > workers.Count(worker => worker.IsHanging)
                    && Stopwatch.GetElapsedTime(patience).TotalSeconds < options.HangSeconds)
                    Thread.Sleep(Glance / 10);
                return FuzzReport.Of(workers, options, Stopwatch.GetElapsedTime(start));
            }
        }

        return FuzzReport.Of(workers, options, Stopwatch.GetElapsedTime(start));
    }
}
