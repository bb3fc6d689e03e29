using System.Numerics;
using NanoConv.Tests.Checkpoints;

namespace NanoConv.Tests.Training;

/// <summary>
/// Large models are trained with little memory: gradients of large layers as products over the whole batch, kernels unpacked in the
/// backward pass. All of it here with networks that limits of their own make large.
/// </summary>
public abstract class LeanTrainingTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly SizeLimits Lean = new(LargeModel: -1, Light: 0, LightShare: int.MaxValue);

    public static TheoryData<int, long> RoundsAndParts => new()
    {
        { 1, long.MaxValue }, { 40, long.MaxValue }, { 1 << 16, long.MaxValue }, { 40, 1 }, { 1, 0 },
    };

    /// <summary>Batches of one lane, of several and of the most, with a smaller last one; in one round, in some and in one a lane.</summary>
    [Theory]
    [MemberData(nameof(RoundsAndParts))]
    public void Training_gives_the_same_bits_on_any_number_of_threads(int partElements, long activationShare)
    {
        SizeLimits limits = Lean with { PartElements = partElements, ActivationShare = activationShare };
        foreach (int batch in (int[])[5, 40, 150])
        {
            T[] expected = Train(limits, batch, threads: 1).Weights;
            foreach (int threads in (int[])[2, 3, 5, 16])
                Expect.SameBits<T>($"weights, batches of {batch} on {threads} threads", expected, Train(limits, batch, threads).Weights);
        }
    }

    /// <summary>The same network small and large, over two epochs: only roundings differ.</summary>
    [Theory]
    [MemberData(nameof(RoundsAndParts))]
    public void Training_comes_to_what_it_comes_to_in_lanes(int partElements, long activationShare)
    {
        SizeLimits limits = Lean with { PartElements = partElements, ActivationShare = activationShare };
        foreach (int batch in (int[])[5, 40, 150])
        {
            (T[] lanes, double[] losses) = Train(SizeLimits.Default, batch, threads: 2);
            (T[] lean, double[] leanLosses) = Train(limits, batch, threads: 2);
            Expect.Close<T>($"weights, batches of {batch}", lanes, lean, typeof(T) == typeof(float) ? 1e-4 : 1e-12);
            Assert.All(losses.Zip(leanLosses), pair => Assert.Equal(pair.First, pair.Second, typeof(T) == typeof(float) ? 1e-5 : 1e-12));
        }
    }

    /// <summary>A step of plain descent takes the gradient off the weights: the same as in lanes, in whatever network.</summary>
    [Fact]
    public void A_step_of_any_network_is_that_in_lanes() =>
        ForAll(Generators.Classifiers, static network => AssertStepIsThatInLanes(network, typeof(T) == typeof(float) ? 1e-4 : 1e-12), share: 0.3);

    private protected static void AssertStepIsThatInLanes(NetworkCase network, double tolerance)
    {
        const int Examples = 21;
        TensorDataset<T> data = Layers.NetworkGradientTests.Data<T>(network, Examples);
        FitOptions options = new() { BatchSize = Examples, Optimizer = new SGD(1), Shuffle = false, Threads = 2 };
        Model<T> lanes = network.Build<T>(), lean = network.Build<T>(Lean with { PartElements = 30, ActivationShare = network.Seed % 2 });
        Assert.All(lean.Layers, layer => Assert.Equal(layer.Parameters.Count > 0, layer.IsLean));
        T[] before = lanes.Weights.ToArray();
        lanes.Fit(data, options);
        lean.Fit(data, options);
        T scale = T.Max(T.One, before.Zip(lanes.Weights.ToArray(), (old, now) => T.Abs(now - old)).Max());
        T[] Scaled(Model<T> model) => [.. model.Weights.ToArray().Select(weight => weight / scale)];
        Expect.Close<T>("weights", Scaled(lanes), Scaled(lean), tolerance);
    }

    [Fact]
    public void A_fit_that_is_resumed_ends_with_the_same_bits()
    {
        SizeLimits limits = Lean with { PartElements = 40, ActivationShare = 1 };
        MemoryStore store = new() { EverySteps = 3 };
        T[] whole = Train(limits, batch: 40, threads: 2, store).Weights;
        foreach (byte[] checkpoint in store.Checkpoints.Values.Take(4))
            Expect.SameBits<T>("weights", whole, Train(limits, batch: 40, threads: 3, new MemoryStore { From = checkpoint, EverySteps = 3 }).Weights);
    }

    /// <summary>Array by array, what the plan says is what a training takes, on any number of threads.</summary>
    [Fact]
    public void The_plan_is_what_is_allocated() => ForAll(Generators.Classifiers, static network =>
    {
        foreach (SizeLimits limits in (SizeLimits[])[SizeLimits.Default, Lean with { PartElements = 30 }, Lean with { ActivationShare = 0 }])
        {
            int examples = 3 + (network.Seed % 40);
            TensorDataset<T> data = Layers.NetworkGradientTests.Data<T>(network, examples);
            FitOptions options = new()
            {
                BatchSize = 20,
                Threads = 1 + (network.Seed % 5),
                Optimizer = network.Seed % 3 == 0 ? new SGD(0.1, momentum: 0.9) : new Adam(),
            };
            Model<T> model = network.Build<T>(limits);
            MemoryPlan plan = model.PlanMemory(options, examples);
            TrainingStep<T> trainer = new(model, options, Math.Min(options.BatchSize, data.Count));
            int size = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
            Assert.Equal(plan.Total, size * NumberArrays<T>.Elements(trainer));
            Assert.Equal(plan.Weights + plan.PackedKernels, size * NumberArrays<T>.Elements(model));
            Assert.Equal(plan.Optimizer, size * NumberArrays<T>.Elements(trainer.Optimizer));
        }
    }, share: 0.3);

    [Fact]
    public void The_plan_has_the_workspaces_of_validation()
    {
        Model<T> model = Network().Build<T>((4, 6, 2));
        FitOptions options = new() { ValidationSplit = 0.5, BatchSize = 10, Threads = 3 };
        int size = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        long bare = size * NumberArrays<T>.Elements(model);
        model.Fit(new RecordingDataset<T>(100), options);
        long held = (size * NumberArrays<T>.Elements(model)) - bare;
        long planned = model.PlanMemory(options, 100).Activations - model.PlanMemory(options with { ValidationSplit = 0 }, 50).Activations;
        Assert.Equal(0, planned % 3);
        Assert.Contains(held, (long[])[planned / 3, planned / 3 * 2, planned]); // as many threads as found something to do
    }

    private static Sequential Network() => new(
        new Conv2D(6, 3, padding: Padding.Same, activation: Activation.ReLU, kernelRegularizer: new L2(0.01)),
        new Conv2D(5, 3, padding: Padding.Same, strides: 2),
        new Dropout(0.25),
        new Conv2D(4, (1, 2), activation: Activation.ReLU, useBias: false),
        new Flatten(),
        new Dense(30, Activation.ReLU, kernelRegularizer: new L1(0.001)),
        new Dense(3, Activation.Softmax));

    private static (T[] Weights, double[] Losses) Train(SizeLimits limits, int batch, int threads, CheckpointStore? checkpoints = null)
    {
        Model<T> model = Network().Build<T>((4, 6, 2), seed: 4, given: null, limits);
        FitOptions options = new() { Epochs = 2, BatchSize = batch, ValidationSplit = 0.1, Seed = 4, Threads = threads, Checkpoints = checkpoints };
        History history = model.Fit(new RecordingDataset<T>(190), options);
        return (model.Weights.ToArray(), [.. history.Epochs.Select(epoch => epoch.Loss)]);
    }
}

public sealed class LeanTrainingFloatTests : LeanTrainingTests<float>;

public sealed class LeanTrainingDoubleTests : LeanTrainingTests<double>
{
    /// <summary>In lanes some of their layers are by Winograd's algorithm, which rounds more.</summary>
    [Fact]
    public void A_step_of_a_usual_network_is_that_in_lanes() =>
        ForAll(Generators.UsualNetworks, static network => AssertStepIsThatInLanes(network, 1e-11), share: 0.1);

    [Fact]
    public void Every_gradient_of_a_large_network_is_its_slope() => ForAll(Generators.SmallNetworks, static network =>
        Layers.LayerGradientTests.AssertProved(
            seed => GradientCheck.Run((network with { Seed = seed }).Build<double>(new SizeLimits(-1, 0, int.MaxValue)), examples: 2, seed), network.Seed));
}
