using System.Diagnostics;
using System.Globalization;

namespace NanoConv.Tests.Training;

/// <summary>
/// A steady training step allocates nothing, nor does a warm prediction into a span: on its own thread, and, in a process of its own, on
/// any thread.
/// </summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    [Fact]
    public void A_steady_step_allocates_nothing_on_its_own_thread() =>
        ShouldBeNothing(AllocationWorker.Train(threads: 1, GC.GetAllocatedBytesForCurrentThread));

    [Fact]
    public Task A_steady_step_allocates_nothing_on_any_thread() => NothingIsAllocated(AllocationWorker.OfTraining, "2");

    /// <summary>A large model's step, in one round and in several.</summary>
    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(0)]
    public async Task A_steady_step_of_a_large_model_allocates_nothing(long activationShare)
    {
        SizeLimits limits = AllocationWorker.Large(activationShare);
        ShouldBeNothing(AllocationWorker.Train(threads: 1, GC.GetAllocatedBytesForCurrentThread, limits: limits));
        await NothingIsAllocated(AllocationWorker.OfTraining, "2", $"{activationShare}");
    }

    /// <summary>With all that every optimizer can be given, in a small model and in a large one.</summary>
    [Fact]
    public void A_steady_step_with_groups_clipping_and_averages_allocates_nothing()
    {
        Schedule rates = new LinearWarmup(3, new OneCycle(0.01, AllocationWorker.Steps));
        ParameterGroup[] groups = [new("*/bias", rate: 2, decay: 0)];
        foreach (SizeLimits? limits in (SizeLimits?[])[null, AllocationWorker.Large(0)])
        {
            Nothing(new SGD(rates, 0.9, nesterov: true, 0.01, gradientVelocity: true) { Groups = groups, Lookahead = new(2), GlobalClipNorm = 0.1 });
            Nothing(new AdamW(rates) { Groups = groups, MovingAverage = new(overwriteFrequency: 2), ClipNorm = 0.1 });
            Nothing(new RMSprop(new PiecewiseLinear((0, 0.1), (9, 0.01)), momentum: 0.5, centered: true) { ClipValue = 0.1 });

            if (limits is null)
                Nothing(new Muon(rates) { Groups = groups, GlobalClipNorm = 0.1 });

            void Nothing(Optimizer optimizer) =>
                ShouldBeNothing(AllocationWorker.Train(threads: 1, GC.GetAllocatedBytesForCurrentThread, limits: limits, optimizer: optimizer));
        }
    }

    /// <summary>With checkpoints of which none is due: the first one is kept before the first step.</summary>
    [Fact]
    public void A_steady_step_between_checkpoints_allocates_nothing() =>
        ShouldBeNothing(AllocationWorker.Train(
            threads: 1, GC.GetAllocatedBytesForCurrentThread, new Checkpoints.MemoryStore { EverySteps = AllocationWorker.Steps }));

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void A_warm_prediction_into_a_span_allocates_nothing_on_its_own_thread(int examples) =>
        ShouldBeNothing(AllocationWorker.Predict(examples, threads: 1, GC.GetAllocatedBytesForCurrentThread));

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public Task A_warm_prediction_into_a_span_allocates_nothing_on_any_thread(int threads) =>
        NothingIsAllocated(AllocationWorker.OfPrediction, $"{threads}", "40");

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

    private static void ShouldBeNothing(long[] bytes) => Assert.All(bytes, step => Assert.Equal(0, step));

    // The runtime itself may allocate, once in a hundred steps or so on a busy machine: three steps of four must see nothing.
    private static async Task NothingIsAllocated(params string[] arguments)
    {
        using Process worker = TestProgram.Start([nameof(AllocationWorker), .. arguments]);
        Task<string> error = worker.StandardError.ReadToEndAsync();
        string output = await worker.StandardOutput.ReadToEndAsync();
        Assert.Equal("", await error);
        long[] bytes = [.. output.Split(' ').Select(bytes => long.Parse(bytes, CultureInfo.InvariantCulture))];
        ShouldBeNothing(bytes.Order().ToArray()[..(bytes.Length * 3 / 4)]);
    }
}
