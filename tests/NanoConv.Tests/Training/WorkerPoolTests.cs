using System.Collections.Concurrent;

namespace NanoConv.Tests.Training;

/// <summary>A pool forks and joins, and loses neither an item nor an exception.</summary>
public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(0, 30)]
    [InlineData(1, 5)]
    [InlineData(2, 1)]
    [InlineData(4, 3)]
    [InlineData(3, 200)]
    [InlineData(3, 0)]
    public void Every_item_is_worked_on_once_by_a_worker_of_the_pool(int workers, int items)
    {
        for (int round = 0; round < 20; round++)
        {
            int[] done = new int[items];
            WorkerPool.Run(
                (worker, item) =>
                {
                    Assert.InRange(worker, 0, WorkerPool.Workers(workers, items) - 1);
                    Interlocked.Increment(ref done[item]);
                },
                items,
                workers);
            Assert.All(done, times => Assert.Equal(1, times));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void An_exception_reaches_the_caller_and_the_pool_goes_on(int workers)
    {
        for (int round = 0; round < 20; round++)
        {
            int wrong = round;
            TimeoutException thrown = Assert.Throws<TimeoutException>(() => WorkerPool.Run(
                (_, item) =>
                {
                    if (item == wrong)
                        throw new TimeoutException($"item {item}");
                },
                20,
                workers));
            Assert.Equal($"item {wrong}", thrown.Message);
        }

        int sum = 0;
        WorkerPool.Run((_, item) => Interlocked.Add(ref sum, item), 10, workers);
        Assert.Equal(45, sum);
    }

    /// <summary>As many threads as were asked for work at the same time, whatever else runs.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Many_calls_at_once_get_the_threads_that_they_ask_for(int workers)
    {
        Thread[] callers = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int round = 0; round < 10; round++)
            {
                using Barrier all = new(workers); // nobody goes on before as many are there
                WorkerPool.Run((_, _) => all.SignalAndWait(), workers, workers);
            }
        }))];
        foreach (Thread caller in callers)
            caller.Start();
        foreach (Thread caller in callers)
            caller.Join();
    }

    [Fact]
    public void A_call_that_leaves_the_number_open_takes_no_thread_beyond_the_processors()
    {
        int processors = Environment.ProcessorCount;
        using Barrier all = new(processors);
        using ManualResetEventSlim over = new(false);
        ConcurrentBag<int> workers = [];
        WorkerPool.Run(
            (_, item) =>
            {
                all.SignalAndWait(); // every processor has its thread
                if (item > 0)
                {
                    over.Wait();
                    return;
                }

                WorkerPool.Run(
                    (worker, _) =>
                    {
                        workers.Add(worker);
                        Thread.Sleep(1); // time for a helper to come, if there were one
                    },
                    50,
                    threads: 0);
                over.Set();
            },
            processors,
            processors);
        Assert.Equal(Enumerable.Repeat(0, 50), workers);
    }

    /// <summary>Helpers live as long as the process: they must not hold it up, nor hold what flows along with their maker.</summary>
    [Fact]
    public void Helpers_are_background_threads_without_their_makers_context()
    {
        AsyncLocal<string> context = new() { Value = "a request" };
        const int Workers = 64; // more than any other test has made before
        using Barrier all = new(Workers);
        ConcurrentBag<(bool IsBackground, string? Context)> helpers = [];
        WorkerPool.Run(
            (worker, _) =>
            {
                all.SignalAndWait();
                if (worker > 0)
                    helpers.Add((Thread.CurrentThread.IsBackground, context.Value));
            },
            Workers,
            Workers);
        Assert.Equal(Enumerable.Repeat((true, (string?)null), Workers - 1), helpers);
    }

    /// <summary>Helpers may be writing into the caller's memory, which is its own again when the call returns.</summary>
    [Fact]
    public void A_caller_that_is_interrupted_waits_for_its_helpers()
    {
        using ManualResetEventSlim begun = new(false), release = new(false);
        using Barrier both = new(2);
        bool isDone = false, wasDone = false, isThrough = false;
        Exception? thrown = null;
        Thread caller = new(() =>
        {
            thrown = Record.Exception(() => WorkerPool.Run(
                (worker, _) =>
                {
                    both.SignalAndWait();
                    if (worker == 0)
                    {
                        Volatile.Write(ref isThrough, true); // else it may still sleep at the barrier
                        return;
                    }

                    begun.Set();
                    release.Wait();
                    isDone = true;
                },
                items: 2,
                threads: 2));
            wasDone = isDone;
        });
        caller.Start();
        begun.Wait();
        SpinWait.SpinUntil(() => Volatile.Read(ref isThrough) && (caller.ThreadState & ThreadState.WaitSleepJoin) != 0);
        caller.Interrupt();
        Assert.False(caller.Join(50));
        release.Set();
        caller.Join();
        Assert.IsType<ThreadInterruptedException>(thrown);
        Assert.True(wasDone);
        WorkerPool.Run((_, _) => { }, 10, 3);
    }

    [Fact]
    public void Calls_within_calls_end()
    {
        int sum = 0;
        WorkerPool.Run((_, _) => WorkerPool.Run((_, _) => WorkerPool.Run((_, _) => Interlocked.Increment(ref sum), 4, 3), 5, 3), 6, 3);
        Assert.Equal(4 * 5 * 6, sum);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_a_data_set_throws_Fit_and_Evaluate_throw(int threads)
    {
        Model<float> model = new Sequential(new Flatten(), new Dense(3, Activation.Softmax)).Build<float>((4, 6, 2));
        Broken data = new(count: 40, broken: 33);
        Assert.Throws<IOException>(() => model.Fit(data, new FitOptions { BatchSize = 40, Threads = threads }));
        Assert.Throws<IOException>(() => model.Evaluate(data, threads: threads));
        Assert.True(double.IsFinite(model.Evaluate(new RecordingDataset<float>(20), threads: threads).Loss));
    }

    /// <summary>Examples of which one cannot be read.</summary>
    private sealed class Broken(int count, int broken) : IDataset<float>
    {
        public int Count => count;

        public Shape InputShape => (4, 6, 2);

        public int Classes => 3;

        public void CopyInput(int index, Span<float> destination)
        {
            if (index == broken)
                throw new IOException($"example {index} cannot be read");
            destination.Clear();
        }

        public void CopyTarget(int index, Span<float> destination)
        {
            destination.Clear();
            destination[0] = 1;
        }
    }
}
