using NanoConv.Onnx.Schema;
using NanoConv.Tests;

namespace NanoConv.Onnx.Tests;

/// <summary>Normalisations of each example, noise and preprocessing: ONNX Runtime makes of them what the model makes.</summary>
public sealed class NormalizationExportTests
{
    private const double Tolerance = 1e-5;

    public static TheoryData<double, bool, bool> Settings => new()
    {
        { 1e-3, true, true }, { 0.2, true, false }, { 0.2, false, true }, { 1e-60, false, false },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_layer_normalisation_agrees_on_any_shape(double epsilon, bool center, bool scale)
    {
        foreach (int axes in (int[])[1, 2, 3])
        {
            LayerNormalization layer = new([.. Enumerable.Range(-axes, axes)], epsilon, center, scale);
            foreach (Shape shape in ((Shape[])[5, (4, 3), (3, 4, 2), new Shape(2, 3, 2, 4)]).Where(shape => shape.Rank >= axes))
                AssertAgrees(shape, layer);
            AssertAgrees((4, 5, 3), new Conv2D(4, 3), layer, new Conv2D(2, 2), Activation.ReLU);
        }

        LayerNormalization flat = new(null, epsilon, center, scale);
        AssertAgrees((4, 5, 3), new Conv2D(2, 3), new Flatten(), flat, new Dense(3), flat);
        AssertAgrees((4, 5, 3), new Conv2D(2, 3), new Flatten(), flat);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_group_normalisation_agrees_on_any_shape(double epsilon, bool center, bool scale)
    {
        foreach (int groups in (int[])[1, 2, 3, -1])
        {
            GroupNormalization layer = new(groups, epsilon, center, scale);
            foreach (Shape shape in (Shape[])[(4, 6), (3, 4, 6), new Shape(2, 3, 2, 6)])
                AssertAgrees(shape, layer);
            AssertAgrees((4, 5, 3), new Conv2D(6, 3), layer, new Conv2D(2, 2), Activation.ReLU);
            if (groups == -1)
                continue; // a single number a group, which has no variance but rounding
            AssertAgrees(12, layer);
            AssertAgrees((4, 5, 3), new Conv2D(2, 3), new Flatten(), layer, new Dense(6), layer);
            AssertAgrees((4, 5, 3), new Conv2D(2, 3), new Flatten(), layer);
        }
    }

    /// <summary>Nothing is transposed for a group normalisation between convolutions, and what is only noise is not there.</summary>
    [Fact]
    public void Networks_have_the_operators_that_they_need()
    {
        Assert.Equal(
            "Conv Reshape InstanceNormalization Reshape Mul Add Conv", Operators((5, 5, 3), new Conv2D(4, 3), new GroupNormalization(2), new Conv2D(4, 3)));
        Assert.Equal("Conv Transpose LayerNormalization", Operators((5, 5, 3), new Conv2D(4, 3), new LayerNormalization()));
        Assert.Equal("Conv Conv", Operators((5, 5, 3), new Conv2D(4, 3), new SpatialDropout2D(0.5), new GaussianNoise(1), new Conv2D(4, 3)));
        Assert.Equal("Mul Conv", Operators((5, 5, 3), new Rescaling(1 / 255.0), new Conv2D(4, 3)));
        Assert.Equal("Mul Add Conv", Operators((5, 5, 3), new Rescaling(2, -1), new Conv2D(4, 3)));
        Assert.Equal("Sub Mul Conv", Operators((5, 5, 3), new Normalization(null, [1, 2, 3], [4, 5, 6]), new Conv2D(4, 3)));
        Assert.Equal("Conv Flatten Sub Gemm", Operators((5, 5, 3), new Conv2D(4, 3), new Flatten(), new Normalization([], [1], [1]), new Dense(2)));

        static string Operators(Shape input, params Layer[] layers)
        {
            Model<float> model = new Sequential(layers).Build<float>(input);
            GraphProto graph = OnnxSession.Parse(model.ToOnnx(new OnnxExportOptions { InputLayout = OnnxLayout.Nchw })).Graph;
            return string.Join(' ', graph.Node.Select(node => node.OpType).SkipLast(graph.Node[^1].OpType == "Transpose" ? 1 : 0));
        }
    }

    [Fact]
    public void Noise_is_left_out()
    {
        AssertAgrees((4, 5, 3), new SpatialDropout2D(0.5), new Conv2D(2, 3), new GaussianNoise(3), new SpatialDropout2D(0.5), new Conv2D(2, 2));
        AssertAgrees((4, 5, 3), new Conv2D(2, 3), new Flatten(), new GaussianNoise(3), new Dense(2));
        AssertAgrees((4, 5, 3), new GaussianNoise(3));
    }

    [Fact]
    public void Preprocessing_agrees_over_any_axes()
    {
        double[] numbers = Numbers.Reals<double>(60, seed: 1), variances = [.. numbers.Select(number => 0.3 + Math.Abs(number))];
        AssertAgrees((4, 5, 3), new Rescaling(2, -0.5), new Conv2D(2, 3, padding: Padding.Same));
        AssertAgrees((4, 5, 3), new Rescaling(numbers[..3], [1, 0, 2]), new Conv2D(2, 3), new Rescaling(numbers[..2]), new Conv2D(2, 1));
        AssertAgrees((4, 5, 3), new Conv2D(2, 3), new Flatten(), new Rescaling(numbers[..12], numbers[12..24]), new Dense(3));
        foreach (int[] axis in (int[][])[[-1], [], [-2], [-3], [-3, -1], [-2, -1], [1, 2, 3]])
        {
            int count = axis.Aggregate(1, (product, one) => product * (one == -1 || one == 3 ? 3 : one is -2 or 2 ? 5 : 4));
            foreach (bool invert in (bool[])[true, false])
            {
                Normalization layer = new(axis, numbers[..count], variances[..count], invert);
                AssertAgrees((4, 5, 3), layer);
                AssertAgrees((4, 5, 3), layer, new Conv2D(3, 3, padding: Padding.Same), layer, new Conv2D(2, 1));
            }
        }

        AssertAgrees((4, 5, 3), new Conv2D(2, 3), new Flatten(), new Normalization(null, numbers[..12], variances[..12]), new Dense(3));
        AssertAgrees((4, 3), new Normalization([-2, -1], numbers[..12], variances[..12]));
        AssertAgrees(new Shape(2, 3, 2, 3), new Normalization([1, 3], numbers[..4], variances[..4]), new Rescaling(numbers[..3]));
    }

    private static void AssertAgrees(Shape input, params Layer[] layers)
    {
        Model<float> model = GraphExportCase.Moved(Chain(input, layers), seed: 1);
        foreach (OnnxLayout layout in input.Rank == 3 ? Enum.GetValues<OnnxLayout>() : [OnnxLayout.Nhwc])
        {
            using OnnxSession session = new(model.ToOnnx(new OnnxExportOptions { InputLayout = layout }));
            foreach (int count in (int[])[1, 3])
            {
                float[] x = Numbers.Reals<float>(count * input.Elements, seed: count, limit: 2);
                Tensor<float> expected = model.Predict(new Tensor<float>(input.Batch(count), x));
                (long[] shape, float[] elements) = session.Run(
                    input.Rank == 3 ? Layouts.Order(x, layout, input) : x, input.Rank == 3 ? Layouts.Axes(layout, input, count) : Axes(input.Batch(count)));
                Assert.Equal(Axes(expected.Shape), shape);
                Expect.Close<float>("y", expected.AsSpan(), elements, Tolerance);
            }
        }
    }

    private static Network Chain(Shape input, Layer[] layers)
    {
        Node first = Network.Input(input);
        return new Network(first, first.Then(layers));
    }

    private static long[] Axes(Shape shape) => [.. shape.Axes.ToArray().Select(axis => (long)axis)];
}
