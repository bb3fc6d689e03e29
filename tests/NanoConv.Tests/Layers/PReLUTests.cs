using System.Numerics;
using NanoConv.Kernels;

namespace NanoConv.Tests.Layers;

/// <summary>PReLU: its gradients, the axes that share slopes, what becomes of it in files, in training and in prediction.</summary>
public sealed class PReLUTests : PropertySuite, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string FilePath => Path.Combine(folder, "model.safetensors");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Every_gradient_is_its_slope() => ForAll(
        Generators.FewSlopes,
        static c => LayerGradientTests.AssertProved(
            seed => GradientCheck.Run(new PReLU(new RandomUniform(-1, 1), sharedAxes: c.Shared), c.Shape, c.Examples, seed), c.Seed),
        share: 0.5);

    [Fact]
    public void Its_slopes_have_the_length_1_along_shared_axes() => ForAll(Generators.Slopes, static c =>
    {
        PReLU layer = new(new RandomUniform(-1, 1), new L2(0.1), c.Shared);
        Model<double> model = new Sequential(layer).Build<double>(c.Shape, c.Seed);
        Assert.Equal((c.Slopes, "p_re_lu_1/alpha"), (model.Parameters[0].Shape, model.Parameters[0].Name));
        Assert.Same(layer.AlphaRegularizer, model.Parameters[0].Regularizer);
        double[] x = Numbers.Reals<double>(c.Elements, c.Seed), slopes = model.Parameters[0].Value.ToArray();
        Tensor<double> y = model.Predict(new Tensor<double>(c.Shape.Batch(c.Examples), x), threads: 2);
        Expect.SameBits<double>("y", [.. x.Select((value, i) => value > 0 ? value : value * slopes[c.SlopeOf(i)])], y.AsSpan());
    }, share: 0.3);

    /// <summary>As Keras has it. At 0 the slope is α, as in PyTorch and unlike Keras.</summary>
    [Fact]
    public void It_begins_as_ReLU_and_at_0_it_goes_by_its_slope()
    {
        Model<float> model = new Sequential(new PReLU()).Build<float>(4);
        Assert.Equal([0f, 0, 0, 3], model.Predict(new Tensor<float>((1, 4), [-2, -0.5f, 0, 3])).AsSpan().ToArray());
        model.Edit("p_re_lu_1/alpha", static alpha => alpha.Fill(0.25f));
        Workspace<float> workspace = new(model, 1, training: true);
        workspace.Load([0, 0, -1, 1], 1);
        workspace.Configure(training: true, wantsLogits: false, seed: 0, step: 1, firstExample: 0);
        Assert.Equal([0f, 0, -0.25f, 1], workspace.Forward().ToArray());
        float[] gradient = new float[4];
        Assert.Equal([0.25f, -0.5f, 0.75f, 4], workspace.Backward([1, -2, 3, 4], gradient, needsInputGradient: true).ToArray());
        Assert.Equal([0f, 0, -3, 0], gradient);
    }

    [Fact]
    public void Saved_and_loaded_it_is_the_same()
    {
        Model<float> model = new Sequential(
            new Conv2D(3, 2),
            new PReLU(new Constant(0.25), new L2(0.1), [2, 1], "slopes"),
            new PReLU(),
            new Flatten(),
            new PReLU(sharedAxes: [1]),
            new Dense(2, Activation.Softmax)).Build<float>((4, 5, 2), seed: 3);
        CompilationCase.Draw(model, seed: 4);
        model.Save(FilePath);
        Model<float> back = Model.Load<float>(FilePath);
        Tensor<float> x = new((3, 4, 5, 2), Numbers.Reals<float>(120, seed: 1, limit: 4));
        Expect.SameBits<float>("y", model.Predict(x).AsSpan(), back.Predict(x).AsSpan());
        PReLU layer = (PReLU)back.Layers[1].Specification;
        Assert.Equal((0.25, 0.1, "slopes"), (((Constant)layer.AlphaInitializer).Value, ((L2)layer.AlphaRegularizer!).Strength, layer.Name));
        Assert.Equal([2, 1], layer.SharedAxes);
        Assert.Contains(
            "{\"class\":\"PReLU\",\"name\":\"slopes\",\"alpha_initializer\":{\"name\":\"constant\",\"value\":0.25},"
                + "\"alpha_regularizer\":{\"l2\":0.1},\"shared_axes\":[2,1]}",
            ModelInfo.Read(FilePath).Metadata["nanoconv.network"],
            StringComparison.Ordinal);
    }

    /// <summary>A step of descent takes the penalty off the slopes as well; frozen they stay as they are.</summary>
    [Fact]
    public void It_learns_on_any_number_of_threads_and_not_where_it_is_frozen()
    {
        Tensor<float> inputs = new((40, 5, 5, 3), Numbers.Reals<float>(40 * 75, seed: 1));
        int[] labels = [.. Enumerable.Range(0, 40).Select(i => i % 3)];
        Model<float> Trained(int threads, params string[] frozen)
        {
            Model<float> model = new Sequential(
                new Conv2D(4, 3, padding: Padding.Same),
                new PReLU(new Constant(0.25), new L1(0.01), [1, 2]),
                new Flatten(),
                new PReLU(),
                new Dense(3, Activation.Softmax)).Build<float>((5, 5, 3), seed: 3);
            if (frozen.Length > 0)
                model.Freeze(frozen);
            model.Fit(inputs, labels, new FitOptions { BatchSize = 17, Epochs = 2, Threads = threads });
            return model;
        }

        Model<float> one = Trained(1);
        Expect.SameBits<float>("weights", one.Weights, Trained(2).Weights);
        Expect.SameBits<float>("weights", one.Weights, Trained(5).Weights);
        Assert.All(Slopes(one), slopes => Assert.Contains(slopes, slope => slope is not (0 or 0.25f)));
        Assert.Equal([[0.25f, 0.25f, 0.25f, 0.25f], new float[100]], Slopes(Trained(2, "p_re_lu_1", "p_re_lu_2")));

        static float[][] Slopes(Model<float> model) =>
            [.. model.Parameters.Where(parameter => parameter.Name.EndsWith("/alpha", StringComparison.Ordinal)).Select(one => one.Value.ToArray())];
    }

    /// <summary>Activations and sums are done in place behind it, and it reads what lies in a halo for others.</summary>
    [Fact]
    public void Compiled_for_prediction_it_is_what_it_is_as_written()
    {
        Node image = Network.Input((6, 7, 3)), conv = image.Then(new Conv2D(9, 3, padding: Padding.Same));
        Node slopes = conv.Then(new PReLU(new RandomUniform(-1, 1), sharedAxes: [1, 2])), wide = conv.Then(new Conv2D(9, 3, padding: Padding.Same));
        Node sum = Node.Add(slopes, wide).Then(Activation.ReLU6, new Conv2D(4, 3), new PReLU(new RandomUniform(-1, 1)), Activation.HardSiLU);
        Model<double> model = new Network(image, sum.Then(new Flatten(), new PReLU(new Constant(0.5)), new Dense(3))).Build<double>(seed: 1);
        Tensor<double> inputs = new((5, 6, 7, 3), Numbers.Reals<double>(5 * 126, seed: 2, limit: 3));
        Expect.Close<double>("y", model.Outputs(inputs, "dense_1")[0].AsSpan(), model.Predict(inputs).AsSpan(), 1e-12);
        Assert.Equal(7, model.Plan().Steps.Count); // of 11 layers: two activations, the sum and Flatten are none of their own
    }

    /// <summary>A file of four slopes may claim a picture of any size: to build it takes no more than it has.</summary>
    [Fact]
    public void A_table_of_slopes_is_made_when_it_is_needed()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = new LearnedSlopes((2, 2, 2, 200_000_000), (2, 1, 2, 1));
        _ = new LearnedSlopes((200_000_000, 2, 2, 2), (1, 2, 1, 2));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Axes_that_are_none_are_refused()
    {
        Expect.Throws<ArgumentException>(() => _ = new PReLU(sharedAxes: [0]), "PReLU", "from 1 on", "[0]");
        Expect.Throws<ArgumentException>(() => _ = new PReLU(sharedAxes: [1, 2, 1]), "different shared axes", "[1, 2, 1]");
        Expect.Throws<ArgumentException>(
            () => new Sequential(new PReLU(sharedAxes: [1, 3], name: "a")).Build<float>((4, 5)), "PReLU 'a'", "up to 2", "(4, 5)", "received 3");
        Expect.Throws<ArgumentException>(() => new Sequential(new PReLU()).Build<float>(default(Shape)), "PReLU 'p_re_lu_1'", "single number");
        Expect.Throws<InvalidDataException>(
            () => NetworkDescription.Read(
                "{\"input_shape\":[2],\"layers\":[{\"class\":\"PReLU\",\"name\":\"a\",\"alpha_regularizer\":null,\"shared_axes\":1}]}"),
            "'shared_axes'",
            "an array");
    }
}
