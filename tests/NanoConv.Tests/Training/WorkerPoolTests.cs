namespace NanoConv.Tests.Training;

/// <summary>A pool forks and joins, and loses neither an item nor an exception.</summary>
public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 1)]
    [InlineData(4, 3)]
    [InlineData(3, 200)]
    [InlineData(3, 0)]
    public void Every_item_is_worked_on_once_by_a_worker_of_the_pool(int workers, int items)
    {
        using WorkerPool pool = new(workers);
        Assert.Equal(workers, pool.Workers);
        for (int round = 0; round < 20; round++)
        {
            int[] done = new int[items];
            pool.Run(
                (worker, item) =>
                {
                    Assert.InRange(worker, 0, workers - 1);
                    Interlocked.Increment(ref done[item]);
                },
                items);
            Assert.All(done, times => Assert.Equal(1, times));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void An_exception_reaches_the_caller_and_the_pool_goes_on(int workers)
    {
        using WorkerPool pool = new(workers);
        for (int round = 0; round < 20; round++)
        {
            int wrong = round;
            TimeoutException thrown = Assert.Throws<TimeoutException>(() => pool.Run(
                (_, item) =>
                {
                    if (item == wrong)
                        throw new TimeoutException($"item {item}");
                },
                20));
            Assert.Equal($"item {wrong}", thrown.Message);
        }

        int sum = 0;
        pool.Run((_, item) => Interlocked.Add(ref sum, item), 10);
        Assert.Equal(45, sum);
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
