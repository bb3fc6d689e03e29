using System.Numerics;
using NanoConv.Tests.Checkpoints;

namespace NanoConv.Tests.Training;

/// <summary>Whole fits with all that optimizers can be given: the same bits on any threads and resumed anywhere, small models and large ones alike.</summary>
public abstract class OptimizerFitTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Steps = 4; // an epoch: 26 examples, of which 19 in batches of 5

    private static readonly SizeLimits Lean = new(LargeModel: -1, Light: 0, LightShare: int.MaxValue, PartElements: 40);
    private static readonly double Tolerance = typeof(T) == typeof(float) ? 1e-4 : 1e-11;

    private static readonly Dictionary<string, Optimizer> Optimizers = new()
    {
        ["the speed run's"] = new SGD(PiecewiseLinear.Triangular(0.1, 3 * Steps), momentum: 0.85, nesterov: true, weightDecay: 0.01, gradientVelocity: true)
        {
            Groups = [new("*/bias", rate: 2, decay: 0)],
            Lookahead = new(3, new PowerGrowth(0.75, 3 * Steps, power: 3)),
        },
        ["AdamW with averages, clipped"] = new AdamW(new CosineDecay(0.01, 10, 0.1, 0.02, 3))
        {
            Groups = [new("conv2d_1/*", rate: 0.5), new("*/bias", decay: 0)],
            MovingAverage = new(0.8, overwriteFrequency: 3),
            GlobalClipNorm = 0.5,
        },
        ["RMSprop, each clipped"] = new RMSprop(new OneCycle(0.02, 12), momentum: 0.5, centered: true, weightDecay: 0.01) { ClipNorm = 0.1 },
        ["SGD, cut off"] = new SGD(new LinearWarmup(3, new ExponentialDecay(0.1, 4, 0.5))) { ClipValue = 0.01, MovingAverage = new(0.5) },
    };

    public static TheoryData<string> Names => [.. Optimizers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_fit_resumed_after_any_step_ends_with_the_same_bits(string name)
    {
        MemoryStore store = new() { EverySteps = 1 };
        T[] plain = Fit(Optimizers[name]), whole = Fit(Optimizers[name], store);
        Expect.SameBits<T>("with checkpoints", plain, whole);
        Assert.Equal(Enumerable.Range(0, (3 * Steps) + 1), store.Checkpoints.Keys);
        foreach ((int step, byte[] checkpoint) in store.Checkpoints)
            Expect.SameBits<T>($"from step {step}", whole, Fit(Optimizers[name], new MemoryStore { From = checkpoint }, seed: 99));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_number_of_threads_comes_to_the_same_bits(string name)
    {
        foreach (SizeLimits limits in (SizeLimits[])[SizeLimits.Default, Lean, Lean with { ActivationShare = 0 }])
        {
            T[] expected = Fit(Optimizers[name], limits: limits, batch: 19);
            foreach (int threads in (int[])[2, 3, 16])
                Expect.SameBits<T>($"on {threads} threads", expected, Fit(Optimizers[name], limits: limits, batch: 19, threads: threads));
        }
    }

    /// <summary>In a large model no gradient is held as a whole: norms and groups are those of the small one all the same.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_large_model_comes_to_what_a_small_one_comes_to(string name)
    {
        T[] small = Fit(Optimizers[name], batch: 19);
        foreach (long share in (long[])[long.MaxValue, 0])
            Expect.Close<T>($"share {share}", small, Fit(Optimizers[name], limits: Lean with { ActivationShare = share }, batch: 19), Tolerance);
    }

    [Fact]
    public void Another_setting_than_then_is_refused()
    {
        MemoryStore store = new() { EverySteps = 1 };
        Fit(new SGD(0.1), store);
        MemoryStore again = new() { From = store.Checkpoints[2] };
        Expect.Throws<ArgumentException>(() => Fit(new SGD(0.1) { GlobalClipNorm = 1 }, again), "optimizer SGD(", "global_clipnorm 1");
        Expect.Throws<ArgumentException>(() => Fit(new SGD(new PowerGrowth(1, 5)), again), "optimizer SGD(learning_rate 0.1", "PowerGrowth(final 1");
    }

    /// <summary>What the step takes off the weights: the unclipped gradient scaled to the limit, or left as it is.</summary>
    [Fact]
    public void Gradients_are_scaled_to_their_limit() => ForAll(Generators.Classifiers, static network =>
    {
        double limit = 0.01 + (network.Seed % 100 / 100.0);
        foreach (SizeLimits limits in (SizeLimits[])[SizeLimits.Default, Lean, Lean with { ActivationShare = 0 }])
        {
            double[] plain = Gradient(network, limits, new SGD(1));
            double norm = Math.Sqrt(plain.Sum(g => g * g));
            Close("global", plain.Select(g => norm > limit ? g * limit / norm : g), new SGD(1) { GlobalClipNorm = limit });
            Close("value", plain.Select(g => Math.Clamp(g, -limit / 10, limit / 10)), new SGD(1) { ClipValue = limit / 10 });
            Close("each", network.Build<T>().Parameters.SelectMany(parameter =>
            {
                double[] own = plain[parameter.Offset..(parameter.Offset + parameter.Shape.Elements)];
                double ownNorm = Math.Sqrt(own.Sum(g => g * g));
                return own.Select(g => ownNorm > limit ? g * limit / ownNorm : g);
            }), new SGD(1) { ClipNorm = limit });

            void Close(string name, IEnumerable<double> expected, Optimizer optimizer) =>
                Expect.Close<double>(name, [.. expected], Gradient(network, limits, optimizer), Math.Max(1, norm) * Tolerance);
        }
    }, share: 0.15);

    /// <summary>Array by array, averages included.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void The_memory_plan_is_what_is_allocated(string name)
    {
        FitOptions options = new() { BatchSize = 19, Threads = 2, Optimizer = name == "SGD, cut off" ? new SGD { MovingAverage = new() } : Optimizers[name] };
        Model<T> model = Build(SizeLimits.Default);
        TrainingStep<T> step = new(model, options, batch: 19);
        Assert.Equal(
            model.PlanMemory(options, 19).Optimizer,
            System.Runtime.CompilerServices.Unsafe.SizeOf<T>() * step.Optimizer.AllTensors.Sum(tensor => (long)tensor.Values.Length));
    }

    /// <summary>The model of a fit that ends has the slow weights, one that is cancelled the fast ones; a trainer's when it is told.</summary>
    [Fact]
    public void Averages_become_the_models_at_the_end()
    {
        Optimizer fast = new SGD(0.1), slow = new SGD(0.1) { Lookahead = new(100) };
        T[] before = Build(SizeLimits.Default).Weights.ToArray();
        Expect.SameBits<T>("slow weights", before, Fit(slow));
        using CancellationTokenSource source = new();
        OnStep cancel = new(state => Cancel(state));
        Model<T> model = Build(SizeLimits.Default);
        FitOptions options = Options(slow) with { Callbacks = [cancel] };
        Assert.ThrowsAny<OperationCanceledException>(() => model.Fit(new RecordingDataset<T>(26), options, source.Token));
        Model<T> other = Build(SizeLimits.Default);
        other.Fit(new RecordingDataset<T>(26), Options(fast) with { Epochs = 1 });
        Expect.SameBits<T>("fast weights", other.Weights, model.Weights);

        Model<T> stepped = Build(SizeLimits.Default);
        Trainer<T> trainer = new(stepped, new FitOptions { BatchSize = 5, Optimizer = slow });
        trainer.Finish(); // before the first step there are no averages
        Expect.SameBits<T>("untrained", before, stepped.Weights);
        trainer.Step(new DatasetSlice<T>(new RecordingDataset<T>(26), 0, 5));
        Assert.NotEqual(before, stepped.Weights.ToArray());
        trainer.Finish();
        Expect.SameBits<T>("told", before, stepped.Weights);

        void Cancel(TrainingState state)
        {
            if (state.Step == Steps)
                source.Cancel();
        }
    }

    [Fact]
    public void A_trainers_rate_can_be_scaled()
    {
        T[] half = Stepped(new SGD(0.5), scale: 0.5), plain = Stepped(new SGD(0.25), scale: 1);
        Expect.SameBits<T>("weights", plain, half);
        Expect.Throws<ArgumentOutOfRangeException>(() => Stepped(new SGD(0.5), scale: -1), "LearningRateScale: expected a finite number of at least 0");

        static T[] Stepped(Optimizer optimizer, double scale)
        {
            Model<T> model = Build(SizeLimits.Default);
            Trainer<T> trainer = new(model, new FitOptions { BatchSize = 5, Optimizer = optimizer }) { LearningRateScale = scale };
            trainer.Step(new DatasetSlice<T>(new RecordingDataset<T>(26), 0, 5));
            Assert.Equal(scale, trainer.LearningRateScale);
            return model.Weights.ToArray();
        }
    }

    private static double[] Gradient(NetworkCase network, SizeLimits limits, Optimizer optimizer)
    {
        const int Examples = 12;
        Model<T> model = network.Build<T>(limits);
        T[] before = model.Weights.ToArray();
        FitOptions options = new() { BatchSize = Examples, Optimizer = optimizer, Shuffle = false, Threads = 2 };
        model.Fit(Layers.NetworkGradientTests.Data<T>(network, Examples), options);
        return [.. before.Zip(model.Weights.ToArray(), (old, now) => double.CreateChecked(old) - double.CreateChecked(now))];
    }

    private static FitOptions Options(Optimizer optimizer) => new()
    {
        Epochs = 3,
        BatchSize = 5,
        ValidationSplit = 0.25,
        Seed = 7,
        Threads = 1,
        Optimizer = optimizer,
    };

    private static T[] Fit(
        Optimizer optimizer, CheckpointStore? checkpoints = null, int seed = 1, SizeLimits? limits = null, int batch = 5, int threads = 1)
    {
        Model<T> model = Build(limits ?? SizeLimits.Default, seed);
        model.Fit(new RecordingDataset<T>(26), Options(optimizer) with { Checkpoints = checkpoints, BatchSize = batch, Threads = threads });
        return model.Weights.ToArray();
    }

    // Without a bias before the normalisation: its gradient is 0 but for rounding, which Adam makes as large as any.
    private static Model<T> Build(SizeLimits limits, int seed = 1) => new Sequential(
        new Conv2D(4, 3, padding: Padding.Same, useBias: false, kernelRegularizer: new L2(1e-3)),
        new BatchNormalization(),
        Activation.ReLU,
        new Dropout(0.25),
        new Flatten(),
        new Dense(3, Activation.Softmax, kernelRegularizer: new L1(1e-3))).Build<T>((4, 6, 2), seed, given: null, limits);
}

public sealed class OptimizerFitFloatTests : OptimizerFitTests<float>;

public sealed class OptimizerFitDoubleTests : OptimizerFitTests<double>;
