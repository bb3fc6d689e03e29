using System.Numerics;

namespace NanoConv.Tests.Layers;

/// <summary>
/// A convolution writes its output straight into the halo in which the next one wants it. With a layer between them that changes
/// nothing it cannot; all numbers must be the same, to the last bit.
/// </summary>
public sealed class HaloedLayerDoubleTests : HaloedLayerTests<double>;

public sealed class HaloedLayerFloatTests : HaloedLayerTests<float>;

public abstract class HaloedLayerTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Examples = 3;

    [Fact]
    public void Neighbours_give_the_same_bits_as_with_a_layer_between_that_changes_nothing() => ForAll(Generators.Neighbours, static c =>
    {
        Model<T> direct, apart;
        try
        {
            direct = new Sequential(c.First, c.Second).Build<T>(c.Input, seed: c.Seed);
            apart = new Sequential(c.First, new ActivationLayer(Activation.Linear), c.Second).Build<T>(c.Input, seed: c.Seed);
        }
        catch (ArgumentException)
        {
            return; // a kernel that does not fit into what the first one leaves
        }

        AssertEqual(direct, apart, c.Seed);
    });

    [Fact]
    public void Neighbours_by_Winograds_algorithm_give_the_same_bits_as_with_a_layer_between_that_changes_nothing()
    {
        Conv2D first = new(16, 3, padding: Padding.Same, activation: Activation.ReLU), second = new(17, 3, padding: Padding.Same, activation: Activation.ReLU);
        Model<T> direct = new Sequential(first, second).Build<T>((8, 12, 16), seed: 1);
        Assert.All(direct.Layers, layer => Assert.Equal("Winograd F(4×4, 3×3)", layer.Algorithm));
        AssertEqual(direct, new Sequential(first, new ActivationLayer(Activation.Linear), second).Build<T>((8, 12, 16), seed: 1), seed: 1);
    }

    /// <summary>Else nothing here would say anything about halos.</summary>
    [Fact]
    public void A_convolution_writes_into_the_halo_of_the_next_if_it_wants_one_and_no_softmax_follows()
    {
        Assert.True(IsDirect(new Conv2D(4, 3), new Conv2D(4, 3, padding: Padding.Same)));
        Assert.True(IsDirect(new Conv2D(4, 3), new Conv2D(4, 3, padding: Padding.Same, strides: 2)));
        Assert.False(IsDirect(new Conv2D(4, 3), new Conv2D(4, 3)));
        Assert.False(IsDirect(new Conv2D(4, 3, activation: Activation.Softmax), new Conv2D(4, 3, padding: Padding.Same)));
        Assert.False(IsDirect(new Conv2D(4, 3), new Conv2D(4, 1, strides: 3))); // windows do not reach all pixels
        Assert.False(IsDirect(new MaxPooling2D(2), new Conv2D(4, 3, padding: Padding.Same)));

        static bool IsDirect(Layer first, Layer second) =>
            new Sequential(first, second).Build<T>((10, 10, 2)).ViewOf(1) is not null;
    }

    [Fact]
    public void There_is_no_second_copy_of_what_lies_in_a_halo()
    {
        Conv2D first = new(4, 3, padding: Padding.Same), second = new(4, 3, padding: Padding.Same);
        Model<T> direct = new Sequential(first, second).Build<T>((8, 8, 2));
        Workspace<T> workspace = new(direct, capacity: 1, training: false);
        Assert.Equal(10 * 10 * 2, workspace.Passes[0].Kept(0).Length);
        Assert.True(workspace.Passes[1].Kept(0).IsEmpty);

        int input = 8 * 8 * 2, padded = 10 * 10 * 2, between = 10 * 10 * 4, output = 8 * 8 * 4;
        int size = System.Runtime.CompilerServices.Unsafe.SizeOf<T>() * Inference.ShardSize;
        Assert.Equal(size * (padded + between + Math.Max(input, output)), direct.PredictionBytes); // nobody needs the input behind the first layer
    }

    private static void AssertEqual(Model<T> direct, Model<T> apart, int seed)
    {
        apart.Edit(weights => direct.Weights.CopyTo(weights));
        (T[] Output, T[] Weights, T[] Input) expected = Run(apart, seed), actual = Run(direct, seed);
        Expect.SameBits<T>("y", expected.Output, actual.Output);
        Expect.SameBits<T>("dw", expected.Weights, actual.Weights);
        Expect.SameBits<T>("dx", expected.Input, actual.Input);
    }

    // Output, gradient of the parameters and of the input; in buffers that more examples have passed before.
    private static (T[] Output, T[] Weights, T[] Input) Run(Model<T> model, int seed)
    {
        Workspace<T> workspace = new(model, Examples + 1, training: true);
        Run(model, workspace, Examples + 1, seed + 7);
        workspace.Fill(T.NaN);
        return Run(model, workspace, Examples, seed);
    }

    private static (T[] Output, T[] Weights, T[] Input) Run(Model<T> model, Workspace<T> workspace, int examples, int seed)
    {
        Tensor<T> inputs = new(model.InputShape.Batch(examples), Numbers.Reals<T>(examples * model.InputShape.Elements, seed));
        workspace.Load(new TensorInputs<T>(inputs), [], 0, examples);
        workspace.Configure(training: true, wantsLogits: false, seed: 1, step: 1, firstExample: 0);
        T[] output = workspace.Forward().ToArray(), gradient = new T[model.ParameterCount];
        Span<T> dx = workspace.Backward(Numbers.Reals<T>(output.Length, seed + 1), gradient, needsInputGradient: true);
        return (output, gradient, dx.ToArray());
    }
}
