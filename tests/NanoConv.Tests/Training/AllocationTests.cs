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

    /// <summary>With checkpoints of which none is due: the first one is kept before the first step.</summary>
    [Fact]
    public void A_steady_step_between_checkpoints_allocates_nothing()
    {
        Meter meter = new(GC.GetAllocatedBytesForCurrentThread);
        Fit(threads: 1, meter, new Checkpoints.MemoryStore { EverySteps = Steps });
        Assert.All(meter.Steps[(Steps / 2)..], bytes => Assert.Equal(0, bytes));
    }

    private static void Fit(int threads, Meter meter, CheckpointStore? checkpoints = null)
    {
        Model<float> model = new Sequential(
            new Conv2D(8, 3, Padding.Same, activation: Activation.ReLU, kernelRegularizer: new L2(1e-3)),
            new MaxPooling2D(2),
            new Dropout(0.5),
            new Flatten(),
            new Dense(10, Activation.Softmax, kernelRegularizer: new L1(1e-4))).Build<float>((8, 8, 3));
        byte[] pixels = new byte[Steps * 20 * 192], labels = new byte[Steps * 20];
        new Random(1).NextBytes(pixels);
        ByteImageDataset<float> data = new(pixels, labels, (8, 8, 3), classes: 10);
        model.Fit(data, new FitOptions { BatchSize = 20, Threads = threads, Checkpoints = checkpoints, Callbacks = [meter] });
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
