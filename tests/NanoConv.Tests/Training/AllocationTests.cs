namespace NanoConv.Tests.Training;

/// <summary>A steady training step allocates nothing. Alone in the process, so that no other test's memory is counted.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    private const int Steps = 40;

    [Fact]
    public void A_steady_step_allocates_nothing_on_its_own_thread()
    {
        Meter meter = new(GC.GetAllocatedBytesForCurrentThread);
        Fit(threads: 1, meter);
        Assert.All(meter.Steps[(Steps / 2)..], bytes => Assert.Equal(0, bytes));
    }

    /// <summary>The whole process, workers and all. The test host may allocate now and then: most steps must see nothing.</summary>
    [Fact]
    public void A_steady_step_allocates_nothing_on_any_thread()
    {
        Meter meter = new(static () => GC.GetTotalAllocatedBytes(precise: true));
        Fit(threads: 2, meter);
        Assert.Equal(0, meter.Steps[(Steps / 2)..].Order().ElementAt(Steps / 4));
    }

    /// <summary>A large model's step, in one round and in several.</summary>
    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(0)]
    public void A_steady_step_of_a_large_model_allocates_nothing(long activationShare)
    {
        SizeLimits limits = new(LargeModel: -1, Light: 0, LightShare: int.MaxValue, PartElements: 500, ActivationShare: activationShare);
        Meter alone = new(GC.GetAllocatedBytesForCurrentThread), all = new(static () => GC.GetTotalAllocatedBytes(precise: true));
        Fit(threads: 1, alone, limits: limits);
        Fit(threads: 2, all, limits: limits);
        Assert.All(alone.Steps[(Steps / 2)..], bytes => Assert.Equal(0, bytes));
        Assert.Equal(0, all.Steps[(Steps / 2)..].Order().ElementAt(Steps / 4));
    }

    /// <summary>With checkpoints of which none is due: the first one is kept before the first step.</summary>
    [Fact]
    public void A_steady_step_between_checkpoints_allocates_nothing()
    {
        Meter meter = new(GC.GetAllocatedBytesForCurrentThread);
        Fit(threads: 1, meter, new Checkpoints.MemoryStore { EverySteps = Steps });
        Assert.All(meter.Steps[(Steps / 2)..], bytes => Assert.Equal(0, bytes));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void A_warm_prediction_into_a_span_allocates_nothing_on_its_own_thread(int examples) =>
        Assert.All(Predict(examples, threads: 1, GC.GetAllocatedBytesForCurrentThread), bytes => Assert.Equal(0, bytes));

    /// <summary>The whole process, as above.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_warm_prediction_into_a_span_allocates_nothing_on_any_thread(int threads)
    {
        long[] calls = Predict(examples: 40, threads, static () => GC.GetTotalAllocatedBytes(precise: true));
        Assert.Equal(0, calls.Order().ElementAt(calls.Length / 2));
    }

    /// <summary>Alone in the process too, so that no other test makes threads: the pool's are used again, whoever's they were.</summary>
    [Fact]
    public void Models_that_are_made_and_dropped_leave_no_threads_behind()
    {
        Use();
        int before = WorkerPool.Helpers;
        for (int i = 0; i < 50; i++)
            Use();
        Assert.Equal(before, WorkerPool.Helpers);

        static void Use()
        {
            Model<float> model = new Sequential(new Dense(3, Activation.Softmax)).Build<float>(2);
            model.Predict(new float[80], new float[120], threads: 3);
            model.Evaluate(new Tensor<float>((40, 2)), new int[40]);
            model.Fit(new Tensor<float>((40, 2)), new int[40], new FitOptions { Threads = 3 });
        }
    }

    // What each call allocates, after some that warm up.
    private static long[] Predict(int examples, int threads, Func<long> allocated)
    {
        Model<float> model = Model();
        float[] inputs = new float[examples * 192], outputs = new float[examples * 10];
        long[] calls = new long[60];
        for (int call = -100; call < calls.Length; call++)
        {
            long before = allocated();
            model.Predict(inputs, outputs, threads);
            if (call >= 0)
                calls[call] = allocated() - before;
        }

        return calls;
    }

    private static Model<float> Model(SizeLimits? limits = null) => new Sequential(
        new Conv2D(8, 3, Padding.Same, activation: Activation.ReLU, kernelRegularizer: new L2(1e-3)),
        new MaxPooling2D(2),
        new Dropout(0.5),
        new Flatten(),
        new Dense(10, Activation.Softmax, kernelRegularizer: new L1(1e-4))).Build<float>((8, 8, 3), seed: 0, given: null, limits);

    private static void Fit(int threads, Meter meter, CheckpointStore? checkpoints = null, SizeLimits? limits = null)
    {
        byte[] pixels = new byte[Steps * 20 * 192], labels = new byte[Steps * 20];
        new Random(1).NextBytes(pixels);
        ByteImageDataset<float> data = new(pixels, labels, (8, 8, 3), classes: 10);
        Model(limits).Fit(data, new FitOptions { BatchSize = 20, Threads = threads, Checkpoints = checkpoints, Callbacks = [meter] });
    }

    private sealed class Meter(Func<long> allocated) : Callback
    {
        private int step;
        private long last;

        public long[] Steps { get; } = new long[AllocationTests.Steps];

        public override void OnTrainBegin(TrainingState state) => last = allocated();

        public override void OnStepEnd(TrainingState state)
        {
            Steps[step++] = allocated() - last;
            last = allocated();
        }
    }
}
