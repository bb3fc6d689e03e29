using System.Globalization;

namespace NanoConv.Tests.Training;

/// <summary>
/// What steps of training and calls of prediction allocate, once they are steady; as a program, on all threads of a process in which
/// nothing else runs. The tests' host allocates every tenth of a second, which on a busy machine is every step.
/// </summary>
internal static class AllocationWorker
{
    public const string OfTraining = "training", OfPrediction = "prediction";

    /// <summary>Of a fit.</summary>
    public const int Steps = 40;

    private const int WarmUpCalls = 100, Calls = 60;

    /// <summary>Sizes at which the small model is treated as a large one; its batch goes in several rounds with a share of 0.</summary>
    public static SizeLimits Large(long activationShare) =>
        new(LargeModel: -1, Light: 0, LightShare: int.MaxValue, PartElements: 500, ActivationShare: activationShare);

    /// <summary>Runs as a process of its own: what is done, threads, examples of a prediction or a large model's share; prints the bytes.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        int threads = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        long? given = arguments.Count > 2 ? long.Parse(arguments[2], CultureInfo.InvariantCulture) : null;
        Func<long> allocated = static () => GC.GetTotalAllocatedBytes(precise: true);
        long[] bytes = arguments[0] == OfTraining
            ? Train(threads, allocated, limits: given is { } share ? Large(share) : null)
            : Predict((int)given!, threads, allocated);
        Console.WriteLine(string.Join(' ', bytes));
        return 0;
    }

    /// <summary>What each of the last steps of a fit allocates.</summary>
    public static long[] Train(int threads, Func<long> allocated, CheckpointStore? checkpoints = null, SizeLimits? limits = null, Optimizer? optimizer = null)
    {
        Meter meter = new(allocated);
        byte[] pixels = new byte[Steps * 20 * 192], labels = new byte[Steps * 20];
        new Random(1).NextBytes(pixels);
        ByteImageDataset<float> data = new(pixels, labels, (8, 8, 3), classes: 10);
        FitOptions options = new() { BatchSize = 20, Threads = threads, Checkpoints = checkpoints, Callbacks = [meter] };
        Model(limits).Fit(data, optimizer is null ? options : options with { Optimizer = optimizer });
        return meter.Steps[(Steps / 2)..];
    }

    /// <summary>What each call allocates, after some that warm up.</summary>
    public static long[] Predict(int examples, int threads, Func<long> allocated)
    {
        Model<float> model = Model(limits: null);
        float[] inputs = new float[examples * 192], outputs = new float[examples * 10];
        long[] calls = new long[Calls];
        for (int call = -WarmUpCalls; call < calls.Length; call++)
        {
            long before = allocated();
            model.Predict(inputs, outputs, threads);
            if (call >= 0)
                calls[call] = allocated() - before;
        }

        return calls;
    }

    private static Model<float> Model(SizeLimits? limits) => new Sequential(
        new Conv2D(8, 3, padding: Padding.Same, activation: Activation.ReLU, kernelRegularizer: new L2(1e-3)),
        new MaxPooling2D(2),
        new Dropout(0.5),
        new Flatten(),
        new Dense(10, Activation.Softmax, kernelRegularizer: new L1(1e-4))).Build<float>((8, 8, 3), seed: 0, given: null, limits);

    private sealed class Meter(Func<long> allocated) : Callback
    {
        private int step;
        private long last;

        public long[] Steps { get; } = new long[AllocationWorker.Steps];

        public override void OnTrainBegin(TrainingState state) => last = allocated();

        public override void OnStepEnd(TrainingState state)
        {
            Steps[step++] = allocated() - last;
            last = allocated();
        }
    }
}
