using FsCheck;
using FsCheck.Fluent;
using NanoConv.Onnx.Schema;
using NanoConv.Tests;

namespace NanoConv.Onnx.Tests;

/// <summary>Average and global max-pooling, borders, cropping, upsampling and reshaping: ONNX Runtime makes of them what the model makes.</summary>
public sealed class PoolingShapeTests : PropertySuite
{
    private const double Tolerance = 1e-5;

    private static readonly Arbitrary<ShapeNetwork> Networks = Arb.From(
        from sides in Gen.Choose(1, 7).Two()
        from channels in Gen.Choose(1, 4)
        from steps in Gen.Choose(1, 6).SelectMany(count => Gen.ArrayOf(Gen.Zip(Gen.Choose(0, 9), Gen.Choose(0, 100_000)), count))
        from seed in Gen.Choose(0, 1_000_000)
        select new ShapeNetwork((sides.Item1, sides.Item2, channels), steps, seed),
        static network => Enumerable.Range(0, network.Steps.Length).Where(_ => network.Steps.Length > 1)
            .Select(i => network with { Steps = [.. network.Steps[..i], .. network.Steps[(i + 1)..]] }));

    [Fact]
    public void Exported_networks_predict_what_the_model_predicts() =>
        ForAll(Networks, static network => AssertAgrees(network.Build(), network.Seed));

    /// <summary>Else nothing here would say anything about them.</summary>
    [Fact]
    public void A_run_has_all_of_them_and_reshapes_of_pictures_and_into_pictures()
    {
        Model<float>[] models = [.. Drawn(Networks, seed: 1).Select(network => network.Build())];
        Type[] types = [.. models.SelectMany(model => model.Layers.Select(layer => layer.Specification.GetType())).Distinct()];
        foreach (Type type in (Type[])[typeof(AveragePooling2D), typeof(GlobalMaxPooling2D), typeof(ZeroPadding2D), typeof(Cropping2D), typeof(UpSampling2D)])
            Assert.Contains(type, types);
        BuiltLayer<float>[] reshapes = [.. models.SelectMany(model => model.Layers).Where(layer => layer.Specification is Reshape)];
        foreach ((int from, int to) in ((int, int)[])[(1, 1), (1, 3), (3, 1), (3, 3), (3, 2), (2, 3)])
            Assert.Contains(reshapes, layer => (layer.InputShape.Rank, layer.OutputShape.Rank) == (from, to));
    }

    /// <summary>Means at borders are of what is there; windows with many pixels, and steps that leave pixels out.</summary>
    [Theory]
    [InlineData(2, 2, 1, 1, 0)]
    [InlineData(3, 3, 2, 2, 1)]
    [InlineData(4, 2, 1, 3, 1)]
    [InlineData(5, 5, 3, 2, 2)]
    public void Average_pooling_agrees_at_every_border(int height, int width, int strideHeight, int strideWidth, int padding)
    {
        Padding[] all =
            [Padding.Valid, Padding.Same, Padding.Explicit(padding), Padding.Explicit(padding, 0, 0, padding), Padding.Explicit(0, padding, padding, 0)];
        foreach (Padding sides in all)
        {
            if (Math.Max(sides.Top, sides.Left) >= Math.Min(height, width))
                continue;
            AveragePooling2D pooling = new((height, width), (Size2D)(strideHeight, strideWidth), sides);
            AssertAgrees(new Sequential(pooling).Build<float>((7, 8, 3)), seed: 1);
            AssertAgrees(new Sequential(new Conv2D(2, 1), pooling, new Conv2D(2, 1)).Build<float>((6, 9, 3)), seed: 2);
        }
    }

    [Theory]
    [InlineData(Interpolation.Nearest)]
    [InlineData(Interpolation.Bilinear)]
    public void Upsampling_agrees_for_every_factor(Interpolation interpolation)
    {
        foreach ((int height, int width) in ((int, int)[])[(1, 1), (2, 2), (3, 1), (1, 4), (5, 3), (7, 6), (10, 9)])
        {
            UpSampling2D sampling = new((height, width), interpolation);
            AssertAgrees(new Sequential(sampling).Build<float>((3, 4, 2)), seed: 1);
            AssertAgrees(new Sequential(sampling).Build<float>((1, 5, 1)), seed: 2);
            AssertAgrees(new Sequential(sampling).Build<float>((1, 1, 3)), seed: 3);
        }
    }

    [Fact]
    public void Borders_agree_in_the_order_in_which_a_picture_lies()
    {
        Sequential network = new(
            new ZeroPadding2D(((1, 2), (3, 0))), new Cropping2D(((0, 1), (2, 3))), new Conv2D(2, 2), new ZeroPadding2D((0, 1)), new Cropping2D((1, 0)));
        Model<float> model = network.Build<float>((4, 7, 3));
        AssertAgrees(model, seed: 1);
        Assert.Equal("Pad Slice Transpose Conv Pad Slice Transpose", Operators(model, OnnxLayout.Nhwc));
        Assert.Equal("Pad Slice Conv Pad Slice Transpose", Operators(model, OnnxLayout.Nchw));
    }

    /// <summary>Augmentation is nothing in prediction, but for a crop that takes the middle.</summary>
    [Fact]
    public void Augmentation_is_left_out_but_for_crops()
    {
        Layer[] augmentation =
        [
            new RandomFlip(), new RandomTranslation(0.2, 0.2), new RandomRotation(0.1), new RandomBrightness(0.2), new RandomContrast(0.2), new Cutout(2),
        ];
        Model<float> model = new Sequential([.. augmentation, new RandomCrop(4, 7, 2), new Conv2D(2, 1), new RandomCrop(3, 4), new RandomCrop(2, 3, 1)])
            .Build<float>((4, 7, 3));
        AssertAgrees(model, seed: 1);
        Assert.Equal("Conv Slice Slice Transpose", Operators(model, OnnxLayout.Nchw));
        Model<float> beyond = new Sequential(new RandomCrop(6, 7, 1)).Build<float>((4, 7, 3));
        ArgumentException mistake = Assert.Throws<ArgumentException>(() => beyond.ToOnnx());
        Assert.Contains("RandomCrop 'random_crop_1': expected a part that lies within pictures of (4, 7, 3)", mistake.Message, StringComparison.Ordinal);
    }

    /// <summary>ONNX Runtime makes one operator of a Pad and what follows, whose own padding may mean something else, or may not be so wide.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_border_agrees_before_any_window(int kernel)
    {
        foreach (Sides border in (Sides[])[1, 2, 3, ((0, 1), (2, 0)), ((3, 0), (0, 0))])
        {
            foreach (Padding padding in (Padding[])[Padding.Valid, Padding.Same])
            {
                Layer[] windows = [new AveragePooling2D(kernel, 1, padding), new MaxPooling2D(kernel, 1, padding), new Conv2D(2, kernel, padding: padding)];
                foreach (Layer window in windows)
                {
                    Sequential deeper = new(new Conv2D(2, 1), new ZeroPadding2D(border), new Cropping2D(), new ZeroPadding2D(0), window);
                    AssertAgrees(new Sequential(new ZeroPadding2D(border), window).Build<float>((4, 5, 2)), seed: 1);
                    AssertAgrees(deeper.Build<float>((4, 5, 2)), seed: 2);
                }
            }
        }
    }

    /// <summary>Behind a layer that has the model's order ONNX Runtime takes the Transposes around the Pad away, and then sees it before the pooling.</summary>
    [Fact]
    public void A_border_agrees_between_a_layer_of_ones_own_and_a_window()
    {
        OnnxTranslators.Register<Negated>(static (layer, _) => layer.Add("Neg"));
        foreach (Layer window in (Layer[])[new MaxPooling2D(2, 1), new AveragePooling2D(2, 1, Padding.Same), new AveragePooling2D(1)])
            AssertAgrees(new Sequential(new Conv2D(2, 1), new Negated(), new ZeroPadding2D(), window, new Conv2D(2, 1)).Build<float>((4, 5, 2)), seed: 1);
    }

    /// <summary>Into one axis it is Flatten, whose picture stays as it lies for dense layers; other axes go by the model's order.</summary>
    [Fact]
    public void A_reshape_agrees_whatever_lies_before_and_behind_it()
    {
        Node x = Network.Input((4, 3, 2));
        Node conv = x.Then(new Conv2D(4, 1));
        AssertAgrees(Build(x, conv.Then(new Reshape([-1]), new Dense(3))));
        AssertAgrees(Build(x, conv.Then(new Reshape([48]))));
        AssertAgrees(Build(x, conv.Then(new Reshape([-1]), new BatchNormalization(), new Reshape([-1]), new Dense(3))));
        AssertAgrees(Build(x, conv.Then(new Reshape([6, 2, 4]), new Conv2D(2, 2))));
        AssertAgrees(Build(x, conv.Then(new Reshape([2, 3, -1]), new Conv2D(2, 2))));
        AssertAgrees(Build(x, conv.Then(new Flatten(), new Reshape([2, 3, 8]), new Conv2D(2, 2), new Reshape([-1]), new Dense(2))));
        AssertAgrees(Build(x, conv.Then(new Flatten(), Activation.ReLU, new Reshape([12, 4]), Activation.Softmax)));
        AssertAgrees(Build(x, conv.Then(new Reshape([12, 4]), new Reshape([4, 3, 2, 2]), new Reshape([-1]), new Dense(2))));
        AssertAgrees(Build(x, Node.Add(conv.Then(new Reshape([-1])), x.Then(new Flatten(), new Dense(48))).Then(new Dense(3))));
        AssertAgrees(Build(x, Node.Concatenate(conv.Then(new Reshape([-1])), x.Then(new Flatten()), conv.Then(new GlobalMaxPooling2D())).Then(new Dense(3))));
        AssertAgrees(Build(x, conv.Then(new Flatten(), new Dense(24), new Reshape([3, 4, 2]), new Conv2D(2, 2))));
        AssertAgrees(Build(x, conv.Then(new Flatten(), new Reshape([6, 2, 4]), new BatchNormalization(), new Reshape([-1]), new Dense(3))));
        AssertAgrees(Build(x, conv.Then(new Flatten(), new Reshape([12, 4]), Activation.Softmax, new Flatten(), new Dense(3))));
        Model<float> model = Build(x, conv.Then(new Reshape([-1]), new Dense(3)));
        Assert.Equal("Conv Flatten Gemm", Operators(model, OnnxLayout.Nchw));
    }

    [Fact]
    public void Global_max_pooling_agrees_with_and_without_its_axes()
    {
        foreach (bool keepDims in (bool[])[true, false])
        {
            AssertAgrees(new Sequential(new GlobalMaxPooling2D(keepDims)).Build<float>((4, 5, 3)), seed: 1);
            AssertAgrees(new Sequential(new Conv2D(5, 2), new GlobalMaxPooling2D(keepDims), new Flatten(), new Dense(2)).Build<float>((4, 5, 3)), seed: 2);
        }
    }

    private static Model<float> Build(Node input, Node output) => GraphExportCase.Moved(new Network(input, output), seed: 1);

    private static string Operators(Model<float> model, OnnxLayout layout) =>
        string.Join(' ', OnnxSession.Parse(model.ToOnnx(new OnnxExportOptions { InputLayout = layout })).Graph.Node.Select(node => node.OpType));

    private static void AssertAgrees(Model<float> model, int seed = 1)
    {
        Shape input = model.InputShape;
        foreach (OnnxLayout layout in Enum.GetValues<OnnxLayout>())
        {
            using OnnxSession session = new(model.ToOnnx(new OnnxExportOptions { InputLayout = layout, InputName = "x" }));
            foreach (int count in (int[])[1, 3])
            {
                float[] x = Numbers.Reals<float>(count * input.Elements, seed + count);
                Tensor<float> expected = model.Predict(new Tensor<float>(input.Batch(count), x), threads: 1);
                (long[] shape, float[] elements) = session.Run(Layouts.Order(x, layout, input), Layouts.Axes(layout, input, count));
                Assert.Equal(expected.Shape.Axes.ToArray().Select(axis => (long)axis), shape);
                Expect.Close<float>("output", expected.AsSpan(), elements, Tolerance);
            }
        }
    }

    /// <summary>−x.</summary>
    private sealed class Negated() : Layer(null)
    {
        public override string Kind => "negated";

        public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder) => new Built<T>(builder);

        private sealed class Built<T>(LayerBuilder<T> builder) : BuiltLayer<T>(builder, builder.InputShape)
            where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
        {
            public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y) => System.Numerics.Tensors.TensorPrimitives.Negate(x, y);

            public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx) =>
                throw new NotSupportedException();
        }
    }

    /// <summary>A chain of layers, each made to fit what comes before it by two numbers.</summary>
    private sealed record ShapeNetwork(Shape InputShape, (int Kind, int Choice)[] Steps, int Seed)
    {
        public Model<float> Build()
        {
            List<Layer> layers = [];
            Shape shape = InputShape;
            foreach ((int kind, int choice) in Steps)
            {
                layers.Add(shape.Rank == 3 ? OnPicture(kind, choice, shape) : Otherwise(kind, choice, shape));
                shape = new Sequential([.. layers]).Build<float>(InputShape).OutputShape;
            }

            Node input = Network.Input(InputShape);
            return GraphExportCase.Moved(new Network(input, input.Then([.. layers])), Seed);
        }

        public override string ToString() =>
            $"{InputShape}: {string.Join(", ", Build().Layers.Select(layer => $"{layer.Name} {layer.OutputShape}"))}; seed {Seed}";

        private static Layer OnPicture(int kind, int choice, Shape shape)
        {
            (int a, int b, int c, int d) = (choice % 3, choice / 3 % 3, choice / 9 % 3, choice / 27 % 3);
            return kind switch
            {
                0 or 1 when choice % 2 == 0 || shape[0] <= a || shape[1] <= b => new AveragePooling2D((1 + a, 1 + b), (Size2D)(1 + c, 1 + d), Padding.Same),
                0 or 1 => new AveragePooling2D((1 + a, 1 + b), (Size2D)(1 + c, 1 + d)),
                2 => new GlobalMaxPooling2D(keepDims: choice % 3 > 0),
                3 => new ZeroPadding2D(((a, b), (c, d))),
                4 => new Cropping2D(((Math.Min(a, shape[0] - 1), 0), (0, Math.Min(d, shape[1] - 1)))),
                5 => new UpSampling2D((1 + (shape.Elements < 500 ? a : 0), 1 + (shape.Elements < 500 ? b : 0)), (Interpolation)(choice % 2)),
                6 when choice % 3 == 0 => new MaxPooling2D(1 + b, 1 + c, Padding.Same),
                6 => new Conv2D(1 + (choice % 4), 1 + (choice % 2 * 2), padding: Padding.Same),
                7 => (Layer)(choice % 3 == 0 ? Activation.Softmax : Activation.Tanh),
                _ => Otherwise(3 + (choice / 81 % 5), choice, shape),
            };
        }

        private static Layer Otherwise(int kind, int choice, Shape shape)
        {
            int[] axes = [.. Enumerable.Range(1, 6).Where(axis => shape.Elements % axis == 0)];
            int channels = axes[choice % axes.Length];
            int[] heights = [.. axes.Where(axis => shape.Elements / channels % axis == 0)];
            int height = heights[choice / 6 % heights.Length];
            return kind switch
            {
                0 when shape.Rank == 1 => new Dense(1 + (choice % 12), choice % 2 == 0 ? Activation.ReLU : Activation.Linear),
                1 => (Layer)Activation.Softmax,
                2 => new BatchNormalization(),
                3 => new Flatten(),
                4 => new Reshape([-1]),
                5 => new Reshape([shape.Elements / channels, channels]),
                _ => new Reshape([height, -1, channels]),
            };
        }
    }
}
