using NanoConv.Onnx.Schema;
using NanoConv.Tests;

namespace NanoConv.Onnx.Tests;

/// <summary>Networks with branches, normalisations and several outputs: ONNX Runtime makes of them what the model makes.</summary>
public sealed class GraphNetworksTests : PropertySuite
{
    private const double Tolerance = 1e-5;

    private static readonly Activation ReLU = Activation.ReLU;

    [Fact]
    public void Exported_graphs_give_what_the_model_gives() =>
        ForAll(GraphGenerators.Graphs, static graph => AssertAgrees(graph.Build(), graph.Layout, graph.Seed));

    /// <summary>Else nothing here would say anything about what is hard.</summary>
    [Fact]
    public void A_run_has_joins_of_flattened_pictures_and_normalised_features()
    {
        Model<float>[] models = [.. Drawn(GraphGenerators.Graphs, seed: 1).Select(graph => graph.Build())];
        Assert.Contains(models, model => model.Topology.Outputs.Length == 3);
        Assert.Contains(models, model => HasFlattened<Concatenate>(model));
        Assert.Contains(models, model => HasFlattened<Add>(model));
        Assert.Contains(models, model => HasFlattened<BatchNormalization>(model));
    }

    [Fact]
    public void A_residual_network_agrees_in_both_layouts() => AssertAgrees(Residual());

    /// <summary>The picture is transposed once for all that read it, and nothing behind it is.</summary>
    [Theory]
    [InlineData(OnnxLayout.Nhwc, "Transpose Conv BatchNormalization Relu Conv BatchNormalization Add Relu Conv BatchNormalization Conv Add Flatten Gemm")]
    [InlineData(OnnxLayout.Nchw, "Conv BatchNormalization Relu Conv BatchNormalization Add Relu Conv BatchNormalization Conv Add Flatten Gemm")]
    public void A_residual_network_has_one_Transpose_for_NHWC_and_none_for_NCHW(OnnxLayout layout, string operators)
    {
        GraphProto graph = OnnxSession.Parse(Residual().ToOnnx(new OnnxExportOptions { InputLayout = layout })).Graph;
        Assert.Equal(operators, string.Join(' ', graph.Node.Select(node => node.OpType)));
    }

    [Fact]
    public void A_picture_that_is_joined_as_it_comes_agrees()
    {
        Node x = Network.Input((4, 5, 2));
        Node conv = x.Then(new Conv2D(2, 3, padding: Padding.Same, activation: ReLU));
        AssertAgrees(Moved(x, Node.Add(x, conv)));
        AssertAgrees(Moved(x, Node.Concatenate(x, conv, x.Then(ReLU)).Then(new Flatten(), new Dense(3))));
        AssertAgrees(Moved(x, Node.Multiply(conv, x, x)));
        AssertAgrees(Moved(x, Node.Add(x, x, x).Then(new Flatten(), new Dense(2))));
        AssertAgrees(Moved(x, Node.Multiply(x, x)));
    }

    /// <summary>Pictures of several sizes and plain features, one after another: each keeps its own order to the rows of the dense kernel.</summary>
    [Fact]
    public void Flattened_pictures_that_are_concatenated_agree_without_a_Transpose()
    {
        Node x = Network.Input((6, 5, 2));
        Node a = x.Then(new Conv2D(3, 3), new Flatten()), b = x.Then(new MaxPooling2D(2), new Flatten(), ReLU);
        Node c = x.Then(new Conv2D(2, 1), new Flatten(), new Dense(4));
        Model<float> model = Moved(x, Node.Concatenate(a, c, b).Then(new BatchNormalization(), new Dropout(0.5), new Dense(7)));
        AssertAgrees(model);
        GraphProto graph = OnnxSession.Parse(model.ToOnnx(new OnnxExportOptions { InputLayout = OnnxLayout.Nchw })).Graph;
        Assert.DoesNotContain(graph.Node, node => node.OpType == "Transpose");
    }

    [Fact]
    public void A_flattened_picture_that_meets_others_has_the_models_order()
    {
        Node x = Network.Input((2, 3, 2));
        Node flat = x.Then(new Conv2D(2, 3, padding: Padding.Same), new Flatten());
        AssertAgrees(Moved(x, Node.Add(flat, flat.Then(new Dense(12))).Then(new Dense(3))));
        AssertAgrees(Moved(x, Node.Multiply(flat.Then(Activation.Sigmoid), x.Then(new Flatten())).Then(new Dense(3))));
        AssertAgrees(Moved(x, flat, flat.Then(new Dense(3)))); // and is an output
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void A_normalisation_with_and_without_scale_and_center_agrees_on_any_shape(bool scale, bool center)
    {
        foreach (double epsilon in (double[])[1e-3, 0.2, 1e-60])
        {
            foreach (Shape shape in (Shape[])[5, (4, 3), (3, 4, 2), (2, 3, 2, 2)])
            {
                Node x = Network.Input(shape);
                AssertAgrees(Moved(x, x.Then(new BatchNormalization(epsilon: epsilon, scale: scale, center: center))));
            }

            Node picture = Network.Input((4, 5, 3));
            BatchNormalization normalization = new(epsilon: epsilon, scale: scale, center: center);
            AssertAgrees(Moved(picture, picture.Then(new Conv2D(2, 3), new Flatten(), normalization, new Dense(3), normalization)));
            AssertAgrees(Moved(picture, picture.Then(new Conv2D(2, 3), new Flatten(), normalization)));
        }
    }

    [Fact]
    public void Several_outputs_are_named_by_their_layers_and_come_in_the_models_order()
    {
        Node x = Network.Input((4, 4, 2));
        Node map = x.Then(new Conv2D(3, 3, activation: ReLU, name: "map")); // read by others
        Node head = map.Then(new Flatten(), new Dense(5, Activation.Softmax, name: "head"));
        Node same = head.Then(new Dropout(0.5, name: "same")), input = x.Then(new Dropout(0.5, name: "picture"));
        Model<float> model = Moved(x, head, map, same, input);
        AssertAgrees(model);

        OnnxModel file = model.ToOnnx(new OnnxExportOptions { InputLayout = OnnxLayout.Nchw });
        string[] expected = ["head: float32 [batch, 5]", "map: float32 [batch, 2, 2, 3]", "same: float32 [batch, 5]", "picture: float32 [batch, 4, 4, 2]"];
        Assert.Equal(expected, file.Outputs.Select(output => output.ToString()));
        Assert.Equal(file.Outputs[0], file.Output);
        using OnnxSession session = new(file);
        Assert.Equal(["head", "map", "same", "picture"], session.Outputs.Keys);
        using OnnxSession renamed = new(model.ToOnnx(new OnnxExportOptions { OutputNames = ["a", "b", "c", "d"] }));
        Assert.Equal(["a", "b", "c", "d"], renamed.Outputs.Keys);
        using OnnxSession one = new(Residual().ToOnnx(new OnnxExportOptions { OutputNames = ["scores"], ClassNames = ["x", "y", "z"] }));
        Assert.Equal("scores", Assert.Single(one.Outputs).Key);
        Assert.Equal("[\"x\",\"y\",\"z\"]", one.Metadata.CustomMetadataMap[OnnxModel.ClassNamesKey]);
    }

    [Fact]
    public void Names_of_several_outputs_are_checked()
    {
        Node x = Network.Input(3);
        Model<float> two = Moved(x, x.Then(new Dense(2, name: "input")), x.Then(new Dense(2, name: "b")));
        Throws(new OnnxExportOptions(), "different names", "'input'");
        Throws(new OnnxExportOptions { InputName = "x", OutputNames = ["a"] }, "OutputNames", "expected 2 names", "received 1");
        Throws(new OnnxExportOptions { InputName = "x", OutputNames = ["a", "a"] }, "different names", "'a'");
        Throws(new OnnxExportOptions { InputName = "x", OutputNames = ["a", "b/c"] }, "OutputNames", "'b/c'");
        Throws(new OnnxExportOptions { InputName = "x", OutputName = "y" }, "OutputName: expected a network with one output", "'y' for 2", "OutputNames");
        Throws(new OnnxExportOptions { InputName = "x", ClassNames = ["a", "b"] }, "ClassNames", "one output", "received one with 2");

        void Throws(OnnxExportOptions options, params string[] parts) => Expect.Throws<ArgumentException>(() => two.ToOnnx(options), parts);
    }

    /// <summary>Its inputs have NanoConv's order, whatever the layers before it made of them.</summary>
    [Fact]
    public void A_joining_layer_of_ones_own_is_exported_by_its_translator_and_else_named()
    {
        Node x = Network.Input((3, 4, 2));
        Network network = new(x, Node.Join(new Difference("mine"), x, x.Then(new Conv2D(2, 3, padding: Padding.Same))).Then(new Flatten(), new Dense(2)));
        Expect.Throws<ArgumentException>(
            () => network.Build<float>().ToOnnx(),
            "Difference 'mine'", "BatchNormalization, Concatenate", "cannot be exported", "OnnxTranslators.Register");
        OnnxTranslators.Register<Difference>(static (layer, _) =>
        {
            Assert.Equal([(3, 4, 2), (3, 4, 2)], layer.InputShapes);
            Assert.Equal(layer.Value, layer.Inputs[0]);
            layer.Add("Sub", [layer.Inputs[1]]);
            long[] axes = [1, 3, 4, 2];
            layer.Add("Mul", [layer.AddConstant("steps", axes, [.. Enumerable.Range(0, 24).Select(i => (float)i)])]);
        });
        AssertAgrees(GraphExportCase.Moved(network, seed: 1));
    }

    private static bool HasFlattened<TLayer>(Model<float> model)
        where TLayer : Layer => Enumerable.Range(0, model.Layers.Count).Any(layer => model.Layers[layer].Specification is TLayer
            && model.Topology.Inputs(layer).ToArray().Any(value => value > 0 && model.Layers[value - 1] is { Specification: Flatten, InputShape.Rank: 3 }));

    private static Model<float> Residual()
    {
        Node x = Network.Input((6, 7, 2));
        Node first = x.Then(new Conv2D(2, 3, padding: Padding.Same, useBias: false), new BatchNormalization(), ReLU);
        Node second = Node.Add(first.Then(new Conv2D(2, 3, padding: Padding.Same, useBias: false), new BatchNormalization()), x).Then(ReLU);
        Node third = Node.Add(second.Then(new Conv2D(3, 3, 2, Padding.Same), new BatchNormalization()), x.Then(new Conv2D(3, 1, 2, Padding.Same)));
        return Moved(x, third.Then(new Flatten(), new Dense(3)));
    }

    private static Model<float> Moved(Node input, params Node[] outputs) => GraphExportCase.Moved(new Network(input, outputs), seed: 1);

    private static void AssertAgrees(Model<float> model)
    {
        OnnxLayout[] layouts = model.InputShape.Rank == 3 ? Enum.GetValues<OnnxLayout>() : [OnnxLayout.Nhwc];
        foreach (OnnxLayout layout in layouts)
            AssertAgrees(model, layout, seed: 1);
    }

    private static void AssertAgrees(Model<float> model, OnnxLayout layout, int seed)
    {
        Shape input = model.InputShape;
        using OnnxSession session = new(model.ToOnnx(new OnnxExportOptions { InputLayout = layout, InputName = "x" }));
        foreach (int count in (int[])[1, 3, 7])
        {
            float[] x = Numbers.Reals<float>(count * input.Elements, seed + count);
            IReadOnlyList<Tensor<float>> expected = model.Outputs(new Tensor<float>(input.Batch(count), x));
            IReadOnlyList<(long[] Shape, float[] Elements)> actual = session.RunAll(Layouts.Order(x, layout, input), Layouts.Axes(layout, input, count));
            Assert.Equal(expected.Count, actual.Count);
            foreach ((Tensor<float> tensor, (long[] shape, float[] elements)) in expected.Zip(actual))
            {
                Assert.Equal(tensor.Shape.Axes.ToArray().Select(axis => (long)axis), shape);
                Expect.Close<float>("output", tensor.AsSpan(), elements, Tolerance);
            }
        }
    }

    /// <summary>(a − b) · (0, 1, 2, …).</summary>
    private sealed class Difference(string name) : Layer(name)
    {
        public override string Kind => "difference";

        public override (int Least, int Most) InputCount => (2, 2);

        public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder) => new Built<T>(builder);

        private sealed class Built<T>(LayerBuilder<T> builder) : BuiltLayer<T>(builder, builder.InputShape)
            where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
        {
            public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
            {
                for (int i = 0; i < y.Length; i++)
                    y[i] = (x[i] - pass.Input(1)[i]) * T.CreateChecked(i % InputShape.Elements);
            }

            public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx) =>
                throw new NotSupportedException();
        }
    }
}
