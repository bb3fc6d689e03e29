using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests.Models;

/// <summary>Whose weights are whose: by name, by number, by hand; and what does not fit is listed, whole, and changes nothing.</summary>
public sealed class WeightImportTests : PropertySuite, IDisposable
{
    private static readonly Arbitrary<int> Seeds = Arb.From(Gen.Choose(0, 1_000_000));

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string FilePath => Path.Combine(folder, "weights.safetensors");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Element by element, from the definition: w[h, w, i, o] = source[o, i, h, w], features likewise.</summary>
    [Fact]
    public void Every_element_comes_from_its_place() => ForAll(Seeds, seed =>
    {
        Random random = new(seed);
        (int kh, int kw, int c, int f, int units) = (random.Next(1, 4), random.Next(1, 4), random.Next(1, 4), random.Next(1, 5), random.Next(1, 5));
        Shape input = (random.Next(3, 6), random.Next(3, 6), c);
        Model<double> model = new Sequential(new Conv2D(f, (kh, kw)), new Dropout(0.5), new Flatten(), new ActivationLayer(Activation.ReLU), new Dense(units))
            .Build<double>(input);
        Shape picture = model.Layers[0].OutputShape;
        double[] convolution = Numbers.Reals<double>(f * c * kh * kw, seed), dense = Numbers.Reals<double>(units * picture.Elements, seed + 1);
        double[] bias = Numbers.Reals<double>(f, seed + 2), bias2 = Numbers.Reals<double>(units, seed + 3);
        Write(("fc.weight", (units, picture.Elements), dense), ("fc.bias", units, bias2), ("c.bias", f, bias), ("c.weight", (f, c, kh, kw), convolution));
        model.ImportWeights(FilePath, WeightLayout.PyTorch);
        for (int i = 0; i < model.Parameters[0].Shape.Elements; i++)
        {
            (int h, int w, int ci, int o) = (i / (kw * c * f), i / (c * f) % kw, i / f % c, i % f);
            Assert.Equal(convolution[(((((o * c) + ci) * kh) + h) * kw) + w], model.Parameters[0].Value[i]);
        }

        for (int i = 0; i < model.Parameters[2].Shape.Elements; i++)
        {
            (int feature, int o) = (i / units, i % units);
            (int h, int w, int ch) = (feature / (picture[1] * f), feature / f % picture[1], feature % f);
            Assert.Equal(dense[(((((o * f) + ch) * picture[0]) + h) * picture[1]) + w], model.Parameters[2].Value[i]);
        }

        Assert.Equal(bias, model.Parameters[1].Value.ToArray());
        Assert.Equal(bias2, model.Parameters[3].Value.ToArray());
    });

    [Theory]
    [InlineData(WeightLayout.PyTorch, "0", "2", "10")]
    [InlineData(WeightLayout.PyTorch, "fc1", "fc2", "fc10")]
    [InlineData(WeightLayout.PyTorch, "module.net.9", "module.net.10", "module.net.11")]
    [InlineData(WeightLayout.PyTorch, "blocks.0.fc1", "blocks.0.fc2", "blocks.1.fc1")]
    [InlineData(WeightLayout.PyTorch, "fc01", "fc2", "fc003")]
    [InlineData(WeightLayout.PyTorch, "dense_1", "dense_2", "dense_3")]
    [InlineData(WeightLayout.PyTorch, "c.dense_1", "b.dense_2", "a.dense_3")] // our own names, wherever they are
    [InlineData(WeightLayout.Keras, "dense", "dense_1", "dense_2")]
    [InlineData(WeightLayout.Keras, "dense_8", "dense_9", "dense_10")]
    [InlineData(WeightLayout.Keras, "sequential/dense", "sequential/dense_1", "sequential/dense_2")]
    [InlineData(WeightLayout.Keras, "dense/dense", "dense_1/dense_1", "dense_2/dense_2")]
    [InlineData(WeightLayout.Keras, "z/dense_1", "y/dense_2", "x/dense_3")]
    public void Names_tell_the_order(WeightLayout layout, params string[] names)
    {
        Model<float> model = Dense(3);
        foreach (string[] written in (string[][])[names, [.. names.Reverse()], [.. names.Order(StringComparer.Ordinal)]])
        {
            WriteDense(layout, written, bias: name => Array.IndexOf(names, name));
            model.ImportWeights(FilePath, layout);
            Assert.Equal([0, 0, 1, 1, 2, 2], model.Parameters.Where(parameter => parameter.Shape.Rank == 1).SelectMany(parameter => parameter.Value.ToArray()));
        }
    }

    [Theory]
    [InlineData("dense/kernel:0", "dense/bias:0")]
    [InlineData("layers/dense/vars/0", "layers/dense/vars/1")]
    [InlineData("vars/0", "vars/1")]
    [InlineData("kernel", "bias")]
    public void Keras_has_several_ways_to_write_a_name(string kernel, string bias)
    {
        Write((kernel, (2, 2), [1, 2, 3, 4]), (bias, 2, [5, 6]));
        Model<float> model = Dense(1);
        model.ImportWeights(FilePath, WeightLayout.Keras);
        Assert.Equal([1, 2, 3, 4, 5, 6], model.Weights.ToArray());
    }

    [Fact]
    public void A_module_alone_has_names_without_a_prefix()
    {
        Write(("weight", (2, 2), [1, 2, 3, 4]), ("bias", 2, [5, 6]));
        Model<float> model = Dense(1);
        model.ImportWeights(FilePath, WeightLayout.PyTorch);
        Assert.Equal([1, 3, 2, 4, 5, 6], model.Weights.ToArray()); // transposed
    }

    /// <summary>Of equal shapes, the alphabet would exchange them without anyone noticing.</summary>
    [Theory]
    [InlineData(WeightLayout.PyTorch, "stem", "block")]
    [InlineData(WeightLayout.PyTorch, "fc", "fc1")]
    [InlineData(WeightLayout.PyTorch, "conv1", "layer1.conv1")]
    [InlineData(WeightLayout.Keras, "first", "second")]
    [InlineData(WeightLayout.Keras, "sequential/dense", "sequential_1/head")]
    public void Names_that_tell_no_order_must_be_told_by_hand(WeightLayout layout, params string[] names)
    {
        WriteDense(layout, names, bias: name => Array.IndexOf(names, name));
        Model<float> model = Dense(2);
        float[] before = model.Weights.ToArray();
        InvalidDataException mistake = Expect.Throws<InvalidDataException>(
            () => model.ImportWeights(FilePath, layout), FilePath, "numbers alone", $"'{names[0]}'", $"'{names[1]}'", "'dense_1', 'dense_2'");
        Assert.DoesNotContain("missing", mistake.Message, StringComparison.Ordinal);
        Assert.Equal(before, model.Weights.ToArray());

        model.ImportWeights(FilePath, layout, new Dictionary<string, string> { ["dense_1"] = names[1], ["dense_2"] = names[0] });
        Assert.Equal((1, 0), (model.Parameters[1].Value[0], model.Parameters[3].Value[0]));
        model.ImportWeights(FilePath, layout, new Dictionary<string, string> { ["dense_2"] = names[1] }); // one is left
        Assert.Equal((0, 1), (model.Parameters[1].Value[0], model.Parameters[3].Value[0]));
    }

    [Fact]
    public void A_map_must_name_what_there_is()
    {
        WriteDense(WeightLayout.PyTorch, ["a", "b"], _ => 0);
        Model<float> model = Dense(2);
        Expect.Throws<ArgumentException>(
            () => model.ImportWeights(FilePath, WeightLayout.PyTorch, new Dictionary<string, string> { ["dense_3"] = "a" }),
            "'dense_1', 'dense_2'",
            "'dense_3'");
        Expect.Throws<InvalidDataException>(
            () => model.ImportWeights(FilePath, WeightLayout.PyTorch, new Dictionary<string, string> { ["dense_1"] = "c" }), "'c'", "'dense_1'", "'a', 'b'");
    }

    [Fact]
    public void All_that_does_not_fit_is_listed_and_nothing_is_changed()
    {
        Model<float> model = new Sequential(new Conv2D(3, 2), new Conv2D(2, 1, useBias: false), new Conv2D(2, 1), new Flatten(), new Dense(2))
            .Build<float>((4, 4, 1), seed: 5);
        float[] before = model.Weights.ToArray();
        SafeTensor half = new("I8", [2], new byte[2]);
        SafeTensorsFile file = SafeTensorsFile.Read(Write(
            ("0.weight", (2, 2, 1, 3), new double[12]), // HWIO
            ("0.bias", 3, new double[3]),
            ("2.weight", (2, 3, 1, 1), new double[6]),
            ("2.bias", 2, new double[2]),
            ("fc.weight", (2, 18), new double[36]),
            ("bn.weight", 2, new double[2]),
            ("bn.running_mean", 2, new double[2])));
        new SafeTensorsFile(new Dictionary<string, SafeTensor>(file.Tensors) { ["fc.bias"] = half }, file.Metadata).Write(FilePath);
        Expect.Throws<InvalidDataException>(
            () => model.ImportWeights(FilePath, WeightLayout.PyTorch),
            $"'{FilePath}': the weights do not fit the network: ",
            "'0.weight' has shape (2, 2, 1, 3) instead of (3, 1, 2, 2) for 'conv2d_1/kernel'",
            "unexpected '2.bias'",
            "missing a weight of shape (2, 2, 1, 1) for 'conv2d_3/kernel'",
            "missing a bias of shape (2,) for 'conv2d_3/bias'",
            "'fc.bias' has type I8 instead of F32, F64, F16 or BF16 for 'dense_1/bias'",
            "batch normalization 'bn' ('bn.weight', 'bn.running_mean')",
            "has no BatchNormalization for one, add it, or fold it");
        Assert.Equal(before, model.Weights.ToArray());
    }

    [Fact]
    public void A_missing_bias_and_a_layer_too_many_are_named()
    {
        Write(("0.weight", (2, 2), new double[4]), ("1.weight", (2, 2), new double[4]), ("1.bias", 2, new double[2]), ("weights", 1, new double[1]));
        Expect.Throws<InvalidDataException>(
            () => Dense(1).ImportWeights(FilePath, WeightLayout.PyTorch),
            "missing a bias of shape (2,) beside '0.weight' for 'dense_1/bias'", "unexpected '1.weight'", "unexpected '1.bias'", "unexpected 'weights'");
        Expect.Throws<InvalidDataException>(
            () => Dense(1).ImportWeights(FilePath, WeightLayout.Keras), "missing a kernel of shape (2, 2) for 'dense_1/kernel'", "unexpected '0.weight'");
    }

    [Fact]
    public void Of_two_spellings_of_a_name_one_is_unexpected()
    {
        Write(("dense/kernel", (2, 2), new double[4]), ("dense/kernel:0", (2, 2), new double[4]), ("dense/bias", 2, new double[2]));
        Expect.Throws<InvalidDataException>(() => Dense(1).ImportWeights(FilePath, WeightLayout.Keras), "unexpected 'dense/kernel:0'");
    }

    [Fact]
    public void Layers_that_no_other_framework_has_are_refused()
    {
        Write(("weight", (2, 2), new double[4]));
        Model<float> own = new Sequential(new OwnLayer()).Build<float>(2);
        Expect.Throws<ArgumentException>(
            () => own.ImportWeights(FilePath, WeightLayout.PyTorch),
            "Conv2D, Dense, BatchNormalization, GroupNormalization, LayerNormalization over one axis and PReLU", "OwnLayer", "'own_1'");
        Assert.Throws<ArgumentOutOfRangeException>(() => Dense(1).ImportWeights(FilePath, (WeightLayout)7));
    }

    [Fact]
    public void What_a_pattern_names_is_left_out_and_told()
    {
        SafeTensor counter = new("I64", [], new byte[8]), moment = SafeTensor.From<float>(1, [1]);
        Dictionary<string, SafeTensor> tensors = new(SafeTensorsFile.Read(Write(("fc.weight", (2, 2), [1, 2, 3, 4]), ("fc.bias", 2, [5, 6]))).Tensors)
        {
            ["bn.num_batches_tracked"] = counter,
            ["optimizer.0/exp.avg"] = moment,
            ["optimizer"] = moment,
            ["my.optimizer.0"] = moment,
        };
        new SafeTensorsFile(tensors, new Dictionary<string, string>()).Write(FilePath);
        Model<float> model = Dense(1);
        ImportedWeights imported = model.ImportWeights(
            FilePath, WeightLayout.PyTorch, ignore: ["*.num_batches_tracked", "optimizer*", "optimizer.*", "*y.*mi*.0"]);
        Assert.Equal([1, 3, 2, 4, 5, 6], model.Weights.ToArray());
        Assert.Equal(["dense_1/kernel", "dense_1/bias"], imported.Select(weight => weight.Parameter));
        Assert.Equal(
            [
                ("bn.num_batches_tracked", "I64", "*.num_batches_tracked"), ("my.optimizer.0", "F32", "*y.*mi*.0"), ("optimizer", "F32", "optimizer*"),
                ("optimizer.0/exp.avg", "F32", "optimizer*"),
            ],
            imported.Ignored.Select(tensor => (tensor.Name, tensor.DataType, tensor.Pattern)).Order());
        Assert.Empty(Import(["*.num_batches_tracked", "optimizer*", "my.*"]).Intersect(imported.Select(weight => weight.Source)));

        // The whole name, every letter as it is: what is left over is an error, as ever.
        Expect.Throws<InvalidDataException>(
            () => Import(["*.num_batches_tracked", "optimizer.*", "my.*"]),
            FilePath, "unexpected 'optimizer'", "3 tensors were ignored, as '", "ignore it by a pattern");
        Expect.Throws<InvalidDataException>(
            () => Import(["*optim*", "f*"]), "missing a weight of shape (2, 2) for 'dense_1/kernel'", "5 tensors were ignored");
        Expect.Throws<InvalidDataException>(() => Import(["*optim*"]), "ignore it by a pattern, as '*.num_batches_tracked'");

        IEnumerable<string> Import(string[] ignore) =>
            Dense(1).ImportWeights(FilePath, WeightLayout.PyTorch, ignore: ignore).Ignored.Select(tensor => tensor.Name);
    }

    [Theory]
    [InlineData("num_batches_tracked")] // not the whole name
    [InlineData("*.NUM_BATCHES_TRACKED")]
    [InlineData("bn?num_batches_tracked")]
    [InlineData("b*bn.num_batches_tracked")] // no letter twice
    [InlineData("bn.num*m_batches_tracked")]
    [InlineData("bn*tracked*batches*")]
    [InlineData("weight*s")]
    public void A_pattern_that_fits_no_name_is_an_error_and_changes_nothing(string pattern)
    {
        Write(("weight", (2, 2), [1, 2, 3, 4]), ("bias", 2, [5, 6]), ("bn.num_batches_tracked", 1, [7]));
        Model<float> model = Dense(1);
        float[] before = model.Weights.ToArray();
        Expect.Throws<InvalidDataException>(
            () => model.ImportWeights(FilePath, WeightLayout.PyTorch, ignore: ["bn.*", pattern]),
            FilePath, $"expected names that fit '{pattern}', to be ignored, found none among", "'bn.num_batches_tracked'");
        Assert.Equal(before, model.Weights.ToArray());
        Assert.Throws<ArgumentException>(() => model.ImportWeights(FilePath, WeightLayout.PyTorch, ignore: ["bn.*", ""]));
        model.ImportWeights(FilePath, WeightLayout.PyTorch, ignore: ["bn.*"]);
    }

    /// <summary>Half precision and double, each into float and double; the types are told.</summary>
    [Fact]
    public void Weights_of_other_types_are_converted_and_their_types_told()
    {
        SafeTensor half = new("F16", [2, 2], (byte[])[0x00, 0x3C, 0xFF, 0x7B, 0x01, 0x00, 0x00, 0xBC]); // 1, 65504, 2⁻²⁴, −1
        SafeTensor brain = new("BF16", [2], (byte[])[0x80, 0x3F, 0x7F, 0x7F]); // 1, the greatest
        new SafeTensorsFile(new Dictionary<string, SafeTensor> { ["weight"] = half, ["bias"] = brain }, new Dictionary<string, string>()).Write(FilePath);
        double greatest = Math.ScaleB(255, 120);
        Model<double> full = new Sequential(new Dense(2)).Build<double>(2);
        ImportedWeights imported = full.ImportWeights(FilePath, WeightLayout.PyTorch);
        Assert.Equal([1, Math.ScaleB(1, -24), 65504, -1, 1, greatest], full.Weights.ToArray());
        Assert.Equal(["F16", "BF16"], imported.Select(weight => weight.SourceType));
        Model<float> single = Dense(1);
        single.ImportWeights(FilePath, WeightLayout.PyTorch);
        Assert.Equal(full.Weights.ToArray(), single.Weights.ToArray().Select(value => (double)value));

        Write(("weight", (2, 2), [0.1, 2, 3, 4]), ("bias", 2, [5, double.PositiveInfinity]));
        Assert.Equal(["F64", "F64"], single.ImportWeights(FilePath, WeightLayout.PyTorch).Select(weight => weight.SourceType));
        Assert.Equal((0.1f, float.PositiveInfinity), (single.Weights[0], single.Weights[5])); // what was infinite is
    }

    [Fact]
    public void Integers_and_numbers_beyond_the_range_are_refused_by_name()
    {
        Dictionary<string, SafeTensor> tensors = new(SafeTensorsFile.Read(Write(("weight", (2, 2), [1, 2, -1e300, 4]), ("bias", 2, [5, 6]))).Tensors);
        Model<float> model = Dense(1);
        float[] before = model.Weights.ToArray();
        Expect.Throws<InvalidDataException>(
            () => model.ImportWeights(FilePath, WeightLayout.PyTorch), "'weight' has -1E+300, beyond the range of Single, for 'dense_1/kernel'");
        new Sequential(new Dense(2)).Build<double>(2).ImportWeights(FilePath, WeightLayout.PyTorch);
        foreach ((string type, int bytes) in new[] { ("I8", 1), ("U8", 1), ("I64", 8), ("BOOL", 1), ("F8_E4M3", 1), ("C64", 8) })
        {
            tensors["bias"] = new SafeTensor(type, [2], new byte[2 * bytes]);
            new SafeTensorsFile(tensors, new Dictionary<string, string>()).Write(FilePath);
            Expect.Throws<InvalidDataException>(
                () => model.ImportWeights(FilePath, WeightLayout.PyTorch), $"'bias' has type {type} instead of F32, F64, F16 or BF16 for 'dense_1/bias'");
        }

        Assert.Equal(before, model.Weights.ToArray());
    }

    /// <summary>Its five tensors are one layer that is not there, not five names.</summary>
    [Theory]
    [InlineData(WeightLayout.PyTorch, "norm1", "norm1.weight", "norm1.bias", "norm1.running_mean", "norm1.running_var", "norm1.num_batches_tracked")]
    [InlineData(WeightLayout.PyTorch, "features.1", "features.1.running_mean", "features.1.running_var")]
    [InlineData(WeightLayout.Keras, "bn/bn", "bn/bn/gamma:0", "bn/bn/beta:0", "bn/bn/moving_mean:0", "bn/bn/moving_variance:0")]
    [InlineData(WeightLayout.Keras, "layers/batch_normalization_3", "layers/batch_normalization_3/vars/0", "layers/batch_normalization_3/vars/2")]
    [InlineData(WeightLayout.Keras, "batch_normalization", "batch_normalization/kernel", "batch_normalization/bias")] // no normalisation's names
    public void Batch_normalization_is_named_as_a_layer_that_is_not_there(WeightLayout layout, string prefix, params string[] names)
    {
        (string kernel, string bias) = layout == WeightLayout.PyTorch ? ("fc.weight", "fc.bias") : ("dense/kernel", "dense/bias");
        Write([(kernel, (2, 2), new double[4]), (bias, 2, new double[2]), .. names.Select(name => (name, (Shape)2, new double[2]))]);
        InvalidDataException mistake = Expect.Throws<InvalidDataException>(
            () => Dense(1).ImportWeights(FilePath, layout), [$"batch normalization '{prefix}' (", "has no BatchNormalization for one", .. names]);
        Assert.DoesNotContain("unexpected", mistake.Message, StringComparison.Ordinal);
        Dense(1).ImportWeights(FilePath, layout, ignore: [$"{prefix}*"]);
    }

    private static Model<float> Dense(int count) => new Sequential([.. Enumerable.Range(0, count).Select(_ => new Dense(2))]).Build<float>(2, seed: 1);

    private void WriteDense(WeightLayout layout, string[] prefixes, Func<string, double> bias)
    {
        (string kernelName, string biasName) = layout == WeightLayout.PyTorch ? (".weight", ".bias") : ("/kernel", "/bias");
        Write([.. prefixes.SelectMany(prefix => new (string, Shape, double[])[]
        {
            (prefix + kernelName, (2, 2), new double[4]),
            (prefix + biasName, 2, [bias(prefix), bias(prefix)]),
        })]);
    }

    private string Write(params (string Name, Shape Shape, double[] Values)[] tensors)
    {
        OrderedDictionary<string, SafeTensor> content = [];
        foreach ((string name, Shape shape, double[] values) in tensors)
            content.Add(name, SafeTensor.From<double>(shape, values));
        new SafeTensorsFile(content, new Dictionary<string, string>()).Write(FilePath);
        return FilePath;
    }

    private sealed class OwnLayer() : Layer(null)
    {
        public override string Kind => "own";

        public override BuiltLayer<TNumber> Build<TNumber>(LayerBuilder<TNumber> builder)
        {
            builder.AddParameter("kernel", 2, new Zeros(), fanIn: 1, fanOut: 1);
            return new Flatten().Build(builder);
        }
    }
}
