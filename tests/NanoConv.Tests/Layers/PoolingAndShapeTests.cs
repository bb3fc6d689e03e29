namespace NanoConv.Tests.Layers;

/// <summary>Average and global max-pooling, borders, cropping, upsampling and reshaping as layers: gradients, shapes, descriptions, mistakes.</summary>
public sealed class PoolingAndShapeTests : PropertySuite, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private static Sequential All => new(
        new ZeroPadding2D(((1, 2), (0, 3))), new AveragePooling2D(3, 2, Padding.Same), new Conv2D(4, 3, padding: Padding.Same),
        new UpSampling2D((2, 3), Interpolation.Bilinear), new Cropping2D(((1, 0), (2, 1))), new UpSampling2D((1, 2)), new Reshape([9, -1, 8]),
        new GlobalMaxPooling2D(keepDims: true), new Reshape([2, 4]), new Flatten(), new Dense(3, Activation.Softmax));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Every_gradient_of_average_pooling_is_its_slope() => ForAll(Generators.SmallPoolings, static c =>
    {
        WindowCase w = c.Window;
        AveragePooling2D layer = new((w.KernelHeight, w.KernelWidth), new Size2D(w.StrideHeight, w.StrideWidth), w.Padding);
        AssertProved(layer, (w.Height, w.Width, w.Channels), c.Images, c.Seed);
    });

    [Fact]
    public void Every_gradient_of_global_max_pooling_is_its_slope() => ForAll(Generators.SmallPoolings, static c =>
        AssertProved(new GlobalMaxPooling2D(keepDims: c.Seed % 2 == 0), (c.Window.Height, c.Window.Width, c.Window.Channels), c.Images, c.Seed));

    [Fact]
    public void Every_gradient_of_a_border_is_its_slope() => ForAll(Generators.Borders, static c =>
    {
        int channels = 1 + (c.Picture[2] % 3);
        AssertProved(new ZeroPadding2D(c.Border), (c.Picture[0], c.Picture[1], channels), c.Images, c.Seed);
        AssertProved(new Cropping2D(c.Border), (c.Outer[0], c.Outer[1], channels), c.Images, c.Seed);
    }, share: 0.3);

    [Fact]
    public void Every_gradient_of_upsampling_is_its_slope() => ForAll(Generators.UpSamplings, static c =>
        AssertProved(new UpSampling2D(c.Size, c.Interpolation), (c.Picture[0], c.Picture[1], 1 + (c.Picture[2] % 3)), c.Images, c.Seed), share: 0.3);

    [Fact]
    public void Every_gradient_of_a_reshape_is_its_slope() => ForAll(Generators.Matrices, static c =>
        AssertProved(new Reshape(c.Seed % 2 == 0 ? [c.Columns, -1] : [2, 1, c.Columns, 2]), (2, c.Columns, 2), c.Rows, c.Seed));

    /// <summary>Of all layers together, with convolutions between them.</summary>
    [Fact]
    public void Every_gradient_of_a_network_of_them_is_its_slope() =>
        LayerGradientTests.AssertProved(static seed => GradientCheck.Run(All.Build<double>((6, 5, 2), seed), examples: 2, seed), seed: 1);

    /// <summary>(0, 0) of an outer ring of windows over a picture of ones and twos has the mean of what is there.</summary>
    [Fact]
    public void A_border_s_mean_is_that_of_the_pixels_that_are_there()
    {
        Model<double> model = new Sequential(new AveragePooling2D(3, 1, Padding.Same)).Build<double>((2, 2, 1));
        Assert.Equal([2.5, 2.5, 2.5, 2.5], Predict(model, 1, 2, 3, 4));
        model = new Sequential(new AveragePooling2D(2, 2, Padding.Same)).Build<double>((3, 3, 1));
        Assert.Equal([3, 4.5, 7.5, 9], Predict(model, 1, 2, 3, 4, 5, 6, 7, 8, 9));
        model = new Sequential(new AveragePooling2D(2, 2, Padding.Explicit(1, 0, 1, 0))).Build<double>((3, 3, 1));
        Assert.Equal([1, 2.5, 5.5, 7], Predict(model, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    }

    [Fact]
    public void Global_max_pooling_is_max_pooling_with_the_picture_as_its_window() => ForAll(Generators.SmallPoolings, static c =>
    {
        Shape picture = (c.Window.Height, c.Window.Width, c.Window.Channels);
        double[] x = Numbers.Integers<double>(c.Images * picture.Elements, c.Seed); // many ties
        if (c.Seed % 3 == 0)
            x[c.Seed % x.Length] = double.NaN;
        double[] dy = Numbers.Integers<double>(c.Images * picture[2], c.Seed + 1);
        (double[] y, double[] dx) = Pass(new GlobalMaxPooling2D(), picture, x, dy);
        (double[] expectedY, double[] expectedDx) = Pass(new MaxPooling2D((picture[0], picture[1])), picture, x, dy);
        Expect.Equal<double>("y", y.Length, expectedY, y);
        Expect.Equal<double>("dx", dx.Length, expectedDx, dx);
    });

    [Fact]
    public void Of_equal_pixels_the_first_takes_the_whole_gradient_and_NaN_none()
    {
        AssertPass([1, 3, 3, 3], y: 3, 0, 5, 0, 0);
        AssertPass([-1, -2, -3, -1], y: -1, 5, 0, 0, 0);
        AssertPass([1, double.NaN, 3, 7], y: double.NaN, 0, 0, 0, 0);

        static void AssertPass(double[] x, double y, params double[] dx)
        {
            (double[] foundY, double[] foundDx) = Pass(new GlobalMaxPooling2D(), (2, 2, 1), x, [5]);
            Assert.Equal([y], foundY);
            Assert.Equal(dx, foundDx);
        }
    }

    [Fact]
    public void A_picture_of_one_pixel_is_its_own_maximum_and_its_own_mean()
    {
        Layer[] layers =
            [new GlobalMaxPooling2D(), new AveragePooling2D(1), new AveragePooling2D(3, 1, Padding.Same), new AveragePooling2D((2, 5), 4, Padding.Same)];
        foreach (Layer layer in layers)
        {
            (double[] y, double[] dx) = Pass(layer, (1, 1, 2), [-1, 2, 3, -4], [5, 6, 7, 8]);
            Assert.Equal([-1, 2, 3, -4], y);
            Assert.Equal([5, 6, 7, 8], dx);
        }
    }

    /// <summary>⟨f(x), dy⟩ = ⟨x, f*(dy)⟩ through the layers, in whole numbers.</summary>
    [Fact]
    public void What_changes_shapes_and_its_gradient_are_adjoint() => ForAll(Generators.Borders, static c =>
    {
        Layer[] layers =
            [new ZeroPadding2D(c.Border), new Cropping2D(c.Border), new Reshape([-1, c.Picture[2]]), new UpSampling2D((2, 4), Interpolation.Bilinear)];
        foreach (Layer layer in layers)
        {
            Shape input = layer is Cropping2D ? c.Outer : c.Picture;
            double[] x = Numbers.Integers<double>(c.Images * input.Elements, c.Seed);
            int outputs = c.Images * new Sequential(layer).Build<double>(input).OutputShape.Elements;
            double[] dy = Numbers.Integers<double>(outputs, c.Seed + 1);
            (double[] y, double[] dx) = Pass(layer, input, x, [.. dy]);
            Assert.Equal(Numbers.Dot<double>(y, dy), Numbers.Dot<double>(x, dx));
        }
    }, share: 0.3);

    [Fact]
    public void Defaults_are_Kerass()
    {
        AveragePooling2D pooling = new();
        Assert.Equal(((Size2D)2, (Size2D)2, Padding.Valid), (pooling.PoolSize, pooling.Strides, pooling.Padding));
        Assert.Equal((3, 5), (new AveragePooling2D((3, 5)).Strides.Height, new AveragePooling2D((3, 5)).Strides.Width));
        Assert.False(new GlobalMaxPooling2D().KeepDims);
        Assert.Equal(new Sides(1, 1, 1, 1), new ZeroPadding2D().Padding);
        Assert.Equal(new Sides(0, 0, 0, 0), new Cropping2D().Cropping);
        Assert.Equal(((Size2D)2, Interpolation.Nearest), (new UpSampling2D().Size, new UpSampling2D().Interpolation));
        Assert.Equal(new Sides(2, 2, 2, 2), new ZeroPadding2D(2).Padding);
        Assert.Equal(new Sides(1, 1, 2, 2), new ZeroPadding2D((1, 2)).Padding);
        Assert.Equal(new Sides(1, 2, 3, 4), new ZeroPadding2D(((1, 2), (3, 4))).Padding);
        Assert.Equal(new Sides(1, 2, 3, 4), new Cropping2D(((1, 2), (3, 4))).Cropping);
        Assert.Equal("top 1, bottom 2, left 3, right 4", new Sides(1, 2, 3, 4).ToString());
    }

    [Fact]
    public void Names_and_shapes_are_those_of_Keras() => Assert.Equal(
        [
            "zero_padding2d_1 (9, 8, 2)", "average_pooling2d_1 (5, 4, 2)", "conv2d_1 (5, 4, 4)", "up_sampling2d_1 (10, 12, 4)", "cropping2d_1 (9, 9, 4)",
            "up_sampling2d_2 (9, 18, 4)", "reshape_1 (9, 9, 8)", "global_max_pooling2d_1 (1, 1, 8)", "reshape_2 (2, 4)", "flatten_1 (8,)", "dense_1 (3,)",
        ],
        All.Build<float>((6, 5, 2)).Layers.Select(layer => $"{layer.Name} {layer.OutputShape}"));

    [Fact]
    public void They_are_described_in_Kerass_words_and_read_again()
    {
        string[] names = [.. Enumerable.Range(0, 11).Select(i => $"l{i}")];
        string text = NetworkDescription.Write(All, (6, 5, 2), names)!;
        foreach (string part in (string[])
        [
            "{\"class\":\"ZeroPadding2D\",\"name\":\"l0\",\"padding\":[1,2,0,3]}",
            "{\"class\":\"AveragePooling2D\",\"name\":\"l1\",\"pool_size\":[3,3],\"strides\":[2,2],\"padding\":\"same\"}",
            "{\"class\":\"UpSampling2D\",\"name\":\"l3\",\"size\":[2,3],\"interpolation\":\"bilinear\"}",
            "{\"class\":\"Cropping2D\",\"name\":\"l4\",\"cropping\":[1,0,2,1]}",
            "{\"class\":\"UpSampling2D\",\"name\":\"l5\",\"size\":[1,2],\"interpolation\":\"nearest\"}",
            "{\"class\":\"Reshape\",\"name\":\"l6\",\"target_shape\":[9,-1,8]}",
            "{\"class\":\"GlobalMaxPooling2D\",\"name\":\"l7\",\"keepdims\":true}",
        ])
            Assert.Contains(part, text, StringComparison.Ordinal);
        (Network network, Shape shape) = NetworkDescription.Read(text);
        Assert.Equal(text, NetworkDescription.Write(network, shape, names));
        Throws("bilinear", "bicubic", "'nearest', 'bilinear'", "'bicubic'");
        Throws("[9,-1,8]", "[9,-1,-1]", "(9, -1, -1)");
        Throws("[9,-1,8]", "9", "target_shape", "'9'");
        Throws("[1,2,0,3]", "[1,2,0]", "'padding'", "4 numbers");
        Throws("[1,0,2,1]", "[1,0,2,-1]", "right -1");

        void Throws(string part, string other, params string[] expected) =>
            Expect.Throws<InvalidDataException>(() => NetworkDescription.Read(text.Replace(part, other, StringComparison.Ordinal)), expected);
    }

    [Fact]
    public void A_saved_and_reloaded_network_predicts_the_same_bits()
    {
        Model<float> model = All.Build<float>((6, 5, 2), seed: 3);
        string path = Path.Combine(folder, "model.safetensors");
        model.Save(path);
        Tensor<float> x = new((4, 6, 5, 2), Numbers.Reals<float>(240, seed: 1));
        Model<float> loaded = Model.Load<float>(path);
        Assert.Equal(model.Summary(), loaded.Summary());
        Expect.SameBits<float>("y", model.Predict(x).AsSpan(), loaded.Predict(x).AsSpan());
    }

    [Fact]
    public void Predictions_and_training_have_the_same_bits_on_any_number_of_threads_and_in_any_company()
    {
        Model<float> model = All.Build<float>((6, 5, 2), seed: 3);
        Tensor<float> x = new((19, 6, 5, 2), Numbers.Reals<float>(19 * 60, seed: 1));
        float[] y = model.Predict(x, threads: 1).AsSpan().ToArray();
        Expect.SameBits<float>("y", y, model.Predict(x, threads: 3).AsSpan());
        Expect.SameBits<float>("y of one", y.AsSpan(9, 3), model.Predict(new Tensor<float>((1, 6, 5, 2), x.AsSpan().Slice(180, 60).ToArray())).AsSpan());
        float[][] weights = [.. ((int[])[1, 2, 3]).Select(threads =>
        {
            Model<float> trained = All.Build<float>((6, 5, 2), seed: 3);
            trained.Fit(x, [.. Enumerable.Range(0, 19).Select(i => i % 3)], new FitOptions { Epochs = 2, BatchSize = 12, Threads = threads });
            return trained.Weights.ToArray();
        })];
        Assert.NotEqual(model.Weights.ToArray(), weights[0]);
        Expect.SameBits<float>("weights on 2 threads", weights[0], weights[1]);
        Expect.SameBits<float>("weights on 3 threads", weights[0], weights[2]);
    }

    [Fact]
    public void Nothing_is_allocated_forward_and_backward()
    {
        Workspace<float> workspace = new(All.Build<float>((6, 5, 2)), 4, training: true);
        float[] x = Numbers.Reals<float>(240, seed: 1), dy = Numbers.Reals<float>(12, seed: 2), gradient = new float[workspace.Passes.Length * 1000];
        workspace.Load(x, 4);
        workspace.Configure(training: true, wantsLogits: false, seed: 0, step: 1, firstExample: 0);
        for (int i = 0; i < 3; i++)
            Pass();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            Pass();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000); // what the runtime takes when it compiles anew

        void Pass()
        {
            workspace.Forward();
            workspace.Backward(dy, gradient, needsInputGradient: true);
        }
    }

    [Fact]
    public void What_does_not_suit_the_input_is_named()
    {
        Refused(() => Build(new AveragePooling2D(3), (2, 5, 1)), "AveragePooling2D 'average_pooling2d_1'", "3×3", "2×5");
        foreach (Layer layer in (Layer[])[new AveragePooling2D(), new GlobalMaxPooling2D(), new ZeroPadding2D(), new Cropping2D(), new UpSampling2D()])
            Refused(() => Build(layer, 5), layer.TypeName, "(height, width, channels)", "(5,)");
        Refused(() => Build(new Cropping2D(((1, 2), (0, 0))), (3, 9, 1)), "Cropping2D 'cropping2d_1'", "top 1, bottom 2", "3×9");
        Refused(() => Build(new Cropping2D((0, 2)), (9, 4, 1)), "left 2, right 2", "9×4");
        Refused(() => Build(new Cropping2D(int.MaxValue), (9, 4, 1)), "Cropping2D", "9×4");
        Refused(
            () => Build(new ZeroPadding2D(int.MaxValue), (1, 1, 1)),
            "ZeroPadding2D 'zero_padding2d_1'", $"at most {int.MaxValue}", "(4294967295, 4294967295, 1)");
        Refused(() => Build(new UpSampling2D((65536, 32768)), (1, 1, 1)), "UpSampling2D 'up_sampling2d_1'", $"at most {int.MaxValue}", "(65536, 32768, 1)");
        Refused(() => Build(new Reshape([7, -1]), (3, 4, 1)), "Reshape 'reshape_1'", "(7, -1)", "(3, 4, 1)");
        Refused(() => Build(new Reshape([24, -1]), (3, 4, 1)), "(24, -1)");
        Refused(() => Build(new Reshape([3, 3]), (3, 4, 1)), "(3, 3)");
        Refused(() => Build(new Reshape([13]), (3, 4, 1)), "(13,)");
        Refused(() => Build(new Reshape([int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue]), (3, 4, 1)), "Reshape");
    }

    [Fact]
    public void What_makes_no_sense_is_refused_at_once()
    {
        Refused(() => _ = new AveragePooling2D((2, -1)), "AveragePooling2D", "pool size", "2×-1");
        Refused(() => _ = new AveragePooling2D(2, (0, 1)), "AveragePooling2D", "strides", "0×1");
        Refused(() => _ = new AveragePooling2D(2, padding: Padding.Explicit(0, 2, 0, 0)), "AveragePooling2D", "smaller than the pool size 2×2", "bottom 2");
        Refused(() => _ = new ZeroPadding2D((-1, 2)), "ZeroPadding2D", "at least 0", "top -1");
        Refused(() => _ = new ZeroPadding2D(((0, -1), (0, 0))), "bottom -1");
        Refused(() => _ = new Cropping2D(((0, 0), (-1, 0))), "Cropping2D", "left -1");
        Refused(() => _ = new Cropping2D(((0, 0), (0, -1))), "right -1");
        Refused(() => _ = new UpSampling2D((0, 2)), "UpSampling2D", "a size", "0×2");
        Refused(() => _ = new UpSampling2D(2, (Interpolation)7), "UpSampling2D", "one of Nearest, Bilinear", "7");
        Refused(() => _ = new Reshape([]), "Reshape", "1 to 32 axes", "received 0");
        Refused(() => _ = new Reshape([0, 3]), "(0, 3)");
        Refused(() => _ = new Reshape([-2]), "(-2,)");
        Refused(() => _ = new Reshape([-1, 3, -1]), "(-1, 3, -1)");
        Refused(() => _ = new Reshape([.. Enumerable.Repeat(1, 33)]), "1 to 32 axes", "33");
        Refused(() => _ = new Reshape(null!), "targetShape");
    }

    private static Model<float> Build(Layer layer, Shape input) => new Sequential(layer).Build<float>(input);

    private static double[] Predict(Model<double> model, params double[] x) =>
        model.Predict(new Tensor<double>(model.InputShape.Batch(1), x)).AsSpan().ToArray();

    private static (double[] Y, double[] Dx) Pass(Layer layer, Shape picture, double[] x, double[] dy)
    {
        int examples = x.Length / picture.Elements;
        Workspace<double> workspace = new(new Sequential(layer).Build<double>(picture), examples, training: true);
        workspace.Load(x, examples);
        workspace.Configure(training: true, wantsLogits: false, seed: 0, step: 1, firstExample: 0);
        double[] y = workspace.Forward().ToArray();
        return (y, workspace.Backward((double[])dy.Clone(), [], needsInputGradient: true).ToArray());
    }

    private static void AssertProved(Layer layer, Shape inputShape, int examples, int seed) =>
        LayerGradientTests.AssertProved(another => GradientCheck.Run(layer, inputShape, examples, another), seed);

    private static void Refused(Action mistake, params string[] parts) => Expect.Throws<ArgumentException>(mistake, parts);
}
