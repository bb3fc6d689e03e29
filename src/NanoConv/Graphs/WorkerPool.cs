using System.Runtime.ExceptionServices;

namespace NanoConv.Graphs;

/// <summary>
/// Threads that fork and join without allocating: items are taken one at a time, by whichever worker is free. Which worker an item
/// falls to must therefore not matter to the result, nor how many there are.
/// </summary>
/// <remarks>
/// <para>The process has one pool. A call works on its own thread, takes helpers out of those that are idle, makes what is missing, and
/// gives them back; so there are never more threads than once worked at a time, however many models there are. They sleep while they
/// are idle, and end with the process.</para>
/// <para>No call waits for helpers of another. Where a number of threads is asked for, that many work; 0 is as many as there are
/// processors that the pool does not use already, so that a server's calls share them. Calls may be nested.</para>
/// </remarks>
internal static class WorkerPool
{
    private static readonly Lock Gate = new();
    private static readonly Stack<Helper> IdleHelpers = new();
    private static readonly Stack<Call> IdleCalls = new();

    // Threads at work, callers and helpers. Under the gate, as all that follows.
    private static int busy;
    private static int made;

    [ThreadStatic]
    private static int depth;

    [ThreadStatic]
    private static object? owner;

    /// <summary>For whom this thread works as a helper: what was given to <see cref="Run"/>; null on a thread that is none.</summary>
    public static object? Owner => owner;

    /// <summary>Helpers that the process has.</summary>
    public static int Helpers
    {
        get
        {
            lock (Gate)
                return made;
        }
    }

    /// <summary>The most workers that <see cref="Run"/> may use, its caller among them.</summary>
    /// <param name="threads">Threads asked for; 0 for as many as there are processors.</param>
    /// <param name="items">Items; beyond them no worker is of use.</param>
    public static int Workers(int threads, int items) => Math.Max(1, Math.Min(threads == 0 ? Environment.ProcessorCount : threads, items));

    /// <summary>Calls work(worker, item) for every item and returns when all are done; rethrows the first failure.</summary>
    /// <param name="work">Given a worker from 0 to <see cref="Workers"/> − 1, which no other thread is at the same time, and an item.</param>
    /// <param name="items">Items.</param>
    /// <param name="threads">Threads; 0 for as many as there are processors to spare.</param>
    /// <param name="forWhom">Seen as <see cref="Owner"/> by helpers.</param>
    public static void Run(Action<int, int> work, int items, int threads, object? forWhom = null)
    {
        Call call;
        int own = depth == 0 ? 1 : 0; // a nested call's thread counts already
        lock (Gate)
        {
            int helpers = Workers(threads, items) - 1;
            if (threads == 0)
                helpers = Math.Clamp(Environment.ProcessorCount - busy - own, 0, helpers);
            for (; IdleHelpers.Count < helpers; made++)
                IdleHelpers.Push(new Helper());
            if (!IdleCalls.TryPop(out call!))
                call = new Call();
            busy += own + helpers;
            call.Begin(work, items, helpers, forWhom);
            for (int i = 1; i <= helpers; i++)
                IdleHelpers.Pop().Begin(call, number: i);
        }

        depth++;
        call.TakeItems(0);
        Exception? failure = call.Join();
        depth--;
        lock (Gate)
        {
            busy -= own;
            IdleCalls.Push(call);
        }

        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Items that are worked on together.</summary>
    private sealed class Call
    {
        private readonly ManualResetEventSlim done = new(false);
        private Action<int, int>? work;
        private int items;
        private int next;
        private int running;
        private Exception? failure;

        public object? Owner { get; private set; }

        public void Begin(Action<int, int> action, int count, int helpers, object? forWhom)
        {
            (work, items, next, failure, Owner) = (action, count, 0, null, forWhom);
            running = helpers;
            if (helpers > 0)
                done.Reset();
            else
                done.Set();
        }

        public void TakeItems(int worker)
        {
            try
            {
                for (int item = Interlocked.Increment(ref next) - 1; item < items; item = Interlocked.Increment(ref next) - 1)
                    work!(worker, item);
            }
            catch (Exception exception)
            {
                // The others stop at their next item, and the caller rethrows.
                Interlocked.CompareExchange(ref failure, exception, null);
                Volatile.Write(ref next, items);
            }
        }

        public void HelperIsDone()
        {
            if (Interlocked.Decrement(ref running) == 0)
                done.Set();
        }

        /// <summary>Waits for the helpers; returns the first failure. What was worked for is not held any longer.</summary>
        public Exception? Join()
        {
            bool isInterrupted = WaitForHelpers();
            Exception? first = failure;
            (work, failure, Owner) = (null, null, null);
            return first ?? (isInterrupted ? new ThreadInterruptedException() : null);
        }

        // Whoever interrupts the caller has to wait, too: helpers still use its memory.
        private bool WaitForHelpers()
        {
            for (bool isInterrupted = false; ; isInterrupted = true)
            {
                try
                {
                    done.Wait();
                    return isInterrupted;
                }
                catch (ThreadInterruptedException)
                {
                }
            }
        }
    }

    /// <summary>A thread that helps one call after the other.</summary>
    private sealed class Helper
    {
        private readonly SemaphoreSlim start = new(0);
        private Call? call;
        private int worker;

        // Without the maker's execution context, which would be kept for good.
        public Helper() => new Thread(Loop) { IsBackground = true, Name = "NanoConv worker" }.UnsafeStart();

        public void Begin(Call next, int number)
        {
            (call, worker) = (next, number);
            start.Release();
        }

        private void Loop()
        {
            depth = 1;
            while (true)
            {
                start.Wait();
                Call current = call!;
                owner = current.Owner;
                current.TakeItems(worker);
                (call, owner) = (null, null);

                // Before the call ends, so that the next one need not make another thread.
                lock (Gate)
                {
                    busy--;
                    IdleHelpers.Push(this);
                }

                current.HelperIsDone();
            }
        }
    }
}
