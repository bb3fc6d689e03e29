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
    private const int Examples = 3, Channels = 2;

    [Fact]
    public void Neighbours_give_the_same_bits_as_with_a_layer_between_that_changes_nothing() => ForAll(Generators.Neighbours, static c =>
    {
        Shape shape = (c.Height, c.Width, Channels);
        Model<T> direct, apart;
        try
        {
            direct = new Sequential(c.First, c.Second).Build<T>(shape, seed: c.Seed);
            apart = new Sequential(c.First, new ActivationLayer(Activation.Linear), c.Second).Build<T>(shape, seed: c.Seed);
        }
        catch (ArgumentException)
        {
            return; // a kernel that does not fit into what the first one leaves
        }

        direct.Weights.CopyTo(apart.Weights);
        apart.ParametersChanged();
        (T[] Output, T[] Weights, T[] Input) expected = Run(apart, c.Seed), actual = Run(direct, c.Seed);
        Expect.SameBits<T>("y", expected.Output, actual.Output);
        Expect.SameBits<T>("dw", expected.Weights, actual.Weights);
        Expect.SameBits<T>("dx", expected.Input, actual.Input);
    });

    /// <summary>Else nothing here would say anything about halos.</summary>
    [Fact]
    public void A_convolution_writes_into_the_halo_of_the_next_if_it_wants_one_and_no_softmax_follows()
    {
        Assert.True(IsDirect(new Conv2D(4, 3), new Conv2D(4, 3, Padding.Same)));
        Assert.True(IsDirect(new Conv2D(4, 3), new Conv2D(4, 3, Padding.Same, strides: 2)));
        Assert.False(IsDirect(new Conv2D(4, 3), new Conv2D(4, 3)));
        Assert.False(IsDirect(new Conv2D(4, 3, activation: Activation.Softmax), new Conv2D(4, 3, Padding.Same)));
        Assert.False(IsDirect(new Conv2D(4, 3), new Conv2D(4, 1, strides: 3))); // windows do not reach all pixels
        Assert.False(IsDirect(new MaxPooling2D(2), new Conv2D(4, 3, Padding.Same)));

        static bool IsDirect(Layer first, Layer second) =>
            new Sequential(first, second).Build<T>((10, 10, 2)).ViewOf(1) is not null;
    }

    [Fact]
    public void Prediction_takes_no_second_copy_of_what_lies_in_a_halo()
    {
        Conv2D first = new(4, 3, Padding.Same), second = new(4, 3, Padding.Same);
        Model<T> direct = new Sequential(first, second).Build<T>((8, 8, 2)), alone = new Sequential(first).Build<T>((8, 8, 2));
        int size = System.Runtime.CompilerServices.Unsafe.SizeOf<T>() * Inference.ShardSize;
        Assert.Equal(alone.PredictionBytes + (size * 10 * 10 * 4), direct.PredictionBytes);
    }

    // Output, gradient of the parameters and of the input, in buffers that others have passed.
    private static (T[] Output, T[] Weights, T[] Input) Run(Model<T> model, int seed)
    {
        TensorDataset<T> data = new(new Tensor<T>(model.InputShape.Batch(Examples), Numbers.Reals<T>(Examples * model.InputShape.Elements, seed)), new int[Examples], 2);
        Workspace<T> workspace = new(model, Examples + 1, training: true);
        workspace.Fill(T.NaN);
        workspace.Load(data, [], 0, Examples, withTargets: false);
        workspace.Configure(training: true, wantsLogits: false, seed: 1, step: 1, firstExample: 0);
        T[] output = workspace.Forward().ToArray(), gradient = new T[model.ParameterCount];
        Span<T> dx = workspace.Backward(Numbers.Reals<T>(output.Length, seed + 1), gradient, last: 0, needsInputGradient: true);
        return (output, gradient, dx.ToArray());
    }
}
