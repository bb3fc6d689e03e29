namespace NanoConv;

/// <summary>
/// A few threads that fork and join for each step without allocating: items are taken one at a time, by whichever
/// worker is free. Which worker an item falls to must therefore not matter to the result.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    private readonly Thread[] threads;
    private readonly SemaphoreSlim start = new(0);
    private readonly ManualResetEventSlim done = new(false);
    private Action<int, int> work = static (_, _) => { };
    private int items;
    private int next;
    private int running;
    private Exception? failure;
    private volatile bool stopping;

    /// <summary>Starts all threads but one; the caller of <see cref="Run"/> is worker 0.</summary>
    public WorkerPool(int workers)
    {
        threads = new Thread[workers - 1];
        for (int i = 0; i < threads.Length; i++)
        {
            int worker = i + 1;
            threads[i] = new Thread(() => Loop(worker)) { IsBackground = true, Name = $"NanoConv worker {worker}" };
            threads[i].Start();
        }
    }

    public int Workers => threads.Length + 1;

    /// <summary>Calls work(worker, item) for every item and returns when all are done; rethrows the first failure.</summary>
    public void Run(Action<int, int> action, int count)
    {
        int helpers = Math.Min(threads.Length, count - 1);
        (work, items, next, failure) = (action, count, 0, null);
        if (helpers > 0)
        {
            done.Reset();
            Volatile.Write(ref running, helpers);
            start.Release(helpers);
        }

        TakeItems(0);
        if (helpers > 0)
            done.Wait();
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    public void Dispose()
    {
        stopping = true;
        if (threads.Length > 0)
            start.Release(threads.Length);
        foreach (Thread thread in threads)
            thread.Join();
        start.Dispose();
        done.Dispose();
    }

    private void Loop(int worker)
    {
        while (true)
        {
            start.Wait();
            if (stopping)
                return;
            TakeItems(worker);
            if (Interlocked.Decrement(ref running) == 0)
                done.Set();
        }
    }

    private void TakeItems(int worker)
    {
        try
        {
            for (int item = Interlocked.Increment(ref next) - 1; item < items; item = Interlocked.Increment(ref next) - 1)
                work(worker, item);
        }
        catch (Exception exception)
        {
            // The others stop at their next item, and the caller rethrows.
            Interlocked.CompareExchange(ref failure, exception, null);
            Volatile.Write(ref next, items);
        }
    }
}
