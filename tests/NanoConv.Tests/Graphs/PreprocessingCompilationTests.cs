namespace NanoConv.Tests.Graphs;

/// <summary>Constants become part of the weights before them and never of those behind; noise is gone, and activations are done in place.</summary>
[Collection(nameof(Training.AllocationTests))]
public sealed class PreprocessingCompilationTests : PropertySuite
{
    private static readonly Node Input = Network.Input((6, 7, 4));

    private static Layer Constants => new Normalization(null, [1, -2, 0.5, 3], [4, 0.25, 1, 2]);

    [Fact]
    public void Constants_are_folded_behind_a_product_alone()
    {
        AssertPlan(Conv.Then(new Rescaling(2, 1), Constants), "conv2d_1 folds rescaling_1 normalization_1");
        AssertPlan(Conv.Then(Constants, Activation.ReLU), "conv2d_1 folds normalization_1 fuses re_lu_1");
        AssertPlan(
            Input.Then(new Flatten(), new Dense(3), new Normalization([], [1], [2], invert: true)), "dense_1 folds normalization_1", "without flatten_1");
        AssertPlan(Input.Then(Constants, new Conv2D(4, 3, padding: Padding.Same)), "normalization_1", "conv2d_1"); // zeros beside it are no pixels
        AssertPlan(Input.Then(new Rescaling(2), Activation.Tanh), "rescaling_1 fuses tanh_1");
        AssertPlan(
            Conv.Then(Activation.ReLU, Constants),
            "conv2d_1 fuses re_lu_1", "normalization_1: not folded, as conv2d_1 does more than a product");
    }

    /// <summary>One number for each pixel is no number for each channel.</summary>
    [Fact]
    public void Constants_of_other_axes_stay()
    {
        double[] means = Numbers.Reals<double>(7 * 4, seed: 1), variances = [.. means.Select(mean => 1 + (mean * mean))];
        AssertPlan(Conv.Then(new Normalization([-2, -1], means, variances)), "conv2d_1", "normalization_1");
        AssertPlan(Conv.Then(new Normalization([1], means[..6], variances[..6]), Activation.ReLU), "conv2d_1", "normalization_1 fuses re_lu_1");
    }

    [Fact]
    public void Noise_is_left_out_and_activations_are_done_behind_a_normalisation()
    {
        AssertPlan(Conv.Then(new SpatialDropout2D(0.3), new GaussianNoise(1), Constants),
            "conv2d_1 folds normalization_1", "without spatial_dropout2d_1 gaussian_noise_1");
        AssertPlan(Conv.Then(new LayerNormalization(), Activation.ReLU), "conv2d_1", "layer_normalization_1 fuses re_lu_1");
        AssertPlan(Conv.Then(new GroupNormalization(2), Activation.ReLU), "conv2d_1", "group_normalization_1 fuses re_lu_1");
        AssertPlan(
            Node.Add(Conv.Then(new GroupNormalization(2)), Input).Then(Activation.ReLU), "conv2d_1", "group_normalization_1 fuses add_1 re_lu_1");
    }

    /// <summary>What is held of them beside the weights is in the plan of memory, and a step forward and back makes nothing.</summary>
    [Fact]
    public void Constants_are_in_the_plan_and_steps_allocate_nothing()
    {
        Node output = Input.Then(
            new Rescaling([1, 2, 3, 4]), new GaussianNoise(0.1), new GroupNormalization(2), new SpatialDropout2D(0.2), new LayerNormalization(),
            new Normalization([1, 2], [1], [2]), new Rescaling(2), new LayerNormalization([-3, -2, -1]));
        Model<float> model = new Network(Input, output).Build<float>();
        Workspace<float> workspace = new(model, 3, training: true);
        workspace.Load(Numbers.Reals<float>(3 * 168, seed: 1), 3);
        float[] gradient = new float[model.ParameterCount];
        bool[] wanted = [.. Enumerable.Repeat(true, model.Layers.Count + 1)];
        long allocated = 0;
        for (int step = 0; step < 120; step++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            workspace.Configure(training: true, wantsLogits: false, seed: 1, step, firstExample: 0);
            workspace.Forward();
            workspace.Backward(gradient, wanted, 0, model.Layers.Count);
            if (step >= 100)
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
        MemoryPlan plan = model.PlanMemory(new FitOptions { BatchSize = 3, Threads = 1 }, 3);
        Assert.Equal(plan.Weights + plan.PackedKernels, sizeof(float) * NumberArrays<float>.Elements(model));
    }

    /// <summary>A file may claim any shape: numbers for all its channels are made when they are needed, and not when it is read.</summary>
    [Fact]
    public void Networks_for_huge_inputs_are_built_in_little_memory()
    {
        Layer[] layers =
        [
            new Rescaling(2), new Normalization([], [1], [2]), new Normalization([-2, -1], [1], [2]), new GaussianNoise(1), new SpatialDropout2D(0.5),
        ];
        Built((2, 1, 5_000_000), [.. layers, new GroupNormalization(-1, center: false, scale: false)]);
        Built((5_000_000, 1, 2), [.. layers, new LayerNormalization(center: false, scale: false)]);
        Expect.Throws<ArgumentException>(() => Built(2_000_000_000, new GroupNormalization(1)), "GroupNormalization", "channels", "2000000000");
        Expect.Throws<ArgumentException>(() => Built((2_000_000_000, 1), new LayerNormalization()), "LayerNormalization", "rows", "2000000000");

        static void Built(Shape shape, params Layer[] layers)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            new Sequential(layers).Build<float>(shape);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        }
    }

    private static Node Conv => Input.Then(new Conv2D(4, 3, padding: Padding.Same));

    private static void AssertPlan(Node output, params string[] expected)
    {
        Model<double> model = new Network(Input, output).Build<double>(seed: 1);
        CompilationCase.Draw(model, seed: 2);
        NetworkPlan plan = model.Plan();
        IEnumerable<string> found = plan.Steps.Select(step => string.Join(
            "", step.Name, Words(" folds ", step.Folded), Words(" fuses ", step.Fused), step.Remark is { } remark ? $": {remark}" : ""));
        Assert.Equal(expected, plan.LeftOut.Count == 0 ? found : found.Append($"without {string.Join(' ', plan.LeftOut)}"));
        Tensor<double> inputs = new((3, 6, 7, 4), Numbers.Reals<double>(3 * 168, seed: 3));
        Expect.Close<double>("y", model.Outputs(inputs, model.Layers[^1].Name)[0].AsSpan(), model.Predict(inputs).AsSpan(), 1e-12);

        static string Words(string verb, IReadOnlyList<string> names) => names.Count == 0 ? "" : $"{verb}{string.Join(' ', names)}";
    }
}
