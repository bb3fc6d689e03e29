namespace NanoConv.Tests.Models;

/// <summary>Weights of batch normalisations, and of networks with branches, from other frameworks.</summary>
public sealed class NormalizationImportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string FilePath => Path.Combine(folder, "weights.safetensors");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>All the ways in which frameworks call the four vectors.</summary>
    [Theory]
    [InlineData(WeightLayout.PyTorch, "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var")]
    [InlineData(WeightLayout.PyTorch, "weight", "bias", "running_mean", "running_var")]
    [InlineData(WeightLayout.PyTorch, "n.scale", "n.B", "n.mean", "n.var")]
    [InlineData(WeightLayout.Keras, "bn/gamma", "bn/beta", "bn/moving_mean", "bn/moving_variance")]
    [InlineData(WeightLayout.Keras, "m/bn/gamma:0", "m/bn/beta:0", "m/bn/moving_mean:0", "m/bn/moving_variance:0")]
    [InlineData(
        WeightLayout.Keras,
        "layers/batch_normalization/vars/0", "layers/batch_normalization/vars/1", "layers/batch_normalization/vars/2", "layers/batch_normalization/vars/3")]
    public void Each_vector_comes_from_its_place(WeightLayout layout, params string[] names)
    {
        for (int use = 0; use < 4; use++)
        {
            (bool scale, bool center) = (use % 2 == 0, use < 2);
            bool isNumbered = names[0].EndsWith('0') && names[0].Contains("vars", StringComparison.Ordinal);
            int[] roles = [.. new[] { scale ? 0 : -1, center ? 1 : -1, 2, 3 }.Where(role => role >= 0)];
            Write([.. roles.Select((role, i) => (names[isNumbered ? i : role], (Shape)2, new double[] { role + 1, role + 1.5 }))]);
            Model<float> model = new Sequential(new BatchNormalization(scale: scale, center: center)).Build<float>((3, 4, 2));
            ImportedWeights imported = model.ImportWeights(FilePath, layout);
            Assert.Equal(roles.SelectMany(role => new[] { role + 1, role + 1.5f }), model.Weights.ToArray());
            Assert.Equal(model.Parameters.Select(parameter => parameter.Name), imported.Select(weight => weight.Parameter));
        }
    }

    [Fact]
    public void The_number_of_batches_is_left_out_and_told()
    {
        SafeTensorsFile file = Write(Norm("bn", 1));
        SafeTensor counter = new("I64", [], new byte[8]);
        new SafeTensorsFile(new Dictionary<string, SafeTensor>(file.Tensors) { ["bn.num_batches_tracked"] = counter }, file.Metadata).Write(FilePath);
        Model<float> model = new Sequential(new BatchNormalization()).Build<float>(2);
        IgnoredTensor ignored = Assert.Single(model.ImportWeights(FilePath, WeightLayout.PyTorch).Ignored);
        Assert.Equal(("bn.num_batches_tracked", "I64", "*.num_batches_tracked"), (ignored.Name, ignored.DataType, ignored.Pattern));
        Assert.Single(model.ImportWeights(FilePath, WeightLayout.PyTorch, ignore: ["*tracked"]).Ignored);
    }

    [Fact]
    public void What_is_missing_or_too_much_is_named()
    {
        Write(("bn.running_mean", 2, new double[2]), ("bn.running_var", 3, new double[3]), ("bn.bias", 2, new double[2]));
        Model<float> model = new Sequential(new BatchNormalization(center: false)).Build<float>(2, seed: 1);
        float[] before = model.Weights.ToArray();
        Expect.Throws<InvalidDataException>(
            () => model.ImportWeights(FilePath, WeightLayout.PyTorch),
            "missing a weight of shape (2,) beside 'bn.bias' for 'batch_normalization_1/gamma'",
            "'bn.running_var' has shape (3,) instead of (2,) for 'batch_normalization_1/moving_variance'",
            "'bn.bias'");
        Write(("fc.weight", (2, 2), new double[4]), ("fc.bias", 2, new double[2]));
        Expect.Throws<InvalidDataException>(
            () => model.ImportWeights(FilePath, WeightLayout.PyTorch),
            "missing a running_var of shape (2,) for 'batch_normalization_1/moving_variance'", "unexpected 'fc.weight'");
        Expect.Throws<InvalidDataException>(
            () => model.ImportWeights(FilePath, WeightLayout.Keras), "missing a gamma of shape (2,)", "missing a moving_mean of shape (2,)");
        Write([.. Norm("bn1", 1), .. Norm("bn2", 2)]);
        Expect.Throws<InvalidDataException>(
            () => new Sequential(new BatchNormalization()).Build<float>(2).ImportWeights(FilePath, WeightLayout.PyTorch),
            "batch normalization 'bn2' ('bn2.weight', 'bn2.bias', 'bn2.running_mean', 'bn2.running_var')", "add it, or fold it");
        Write([.. Enumerable.Range(0, 4).Select(i => ($"layers/batch_normalization/vars/{i}", (Shape)2, new double[2]))]);
        Expect.Throws<InvalidDataException>(() => model.ImportWeights(FilePath, WeightLayout.Keras), "'layers/batch_normalization/vars/3'");
        Assert.Equal(before, model.Weights.ToArray());
    }

    [Fact]
    public void Kernels_and_normalisations_are_counted_apart()
    {
        double[] kernel = new double[4];
        Write([("0.weight", (2, 2), kernel), ("0.bias", 2, [1, 1]), .. Norm("2", 2), ("5.weight", (2, 2), kernel), ("5.bias", 2, [3, 3]), .. Norm("10", 4)]);
        Model<float> model = new Sequential(new Dense(2), new BatchNormalization(), new Dense(2), new BatchNormalization()).Build<float>(2);
        model.ImportWeights(FilePath, WeightLayout.PyTorch);
        Assert.Equal([1f, 2, 3, 4], Firsts(model));
    }

    /// <summary>A block's two layers and the shortcut beside them: shapes tell them apart, wherever their numbers come.</summary>
    [Theory]
    [InlineData("conv1", "conv2", "conv3")]
    [InlineData("conv1", "conv3", "conv2")]
    [InlineData("conv2", "conv3", "conv1")]
    public void In_branches_layers_of_one_shape_one_behind_another_are_counted(string first, string second, string shortcut)
    {
        Write(
            ($"{first}.weight", (2, 2, 3, 3), new double[36]), ($"{first}.bias", 2, [1, 1]), ($"{second}.weight", (2, 2, 3, 3), new double[36]),
            ($"{second}.bias", 2, [2, 2]), ($"{shortcut}.weight", (2, 2, 1, 1), new double[4]), ($"{shortcut}.bias", 2, [3, 3]));
        Node x = Network.Input((4, 4, 2));
        Node deep = x.Then(new Conv2D(2, 3, padding: Padding.Same, name: "a"), new Conv2D(2, 3, padding: Padding.Same, name: "b"));
        Node flat = x.Then(new Conv2D(2, 1, name: "c"));
        foreach (Node end in (Node[])[Node.Add(deep, flat), Node.Add(flat, deep)])
        {
            Model<float> model = new Network(x, end).Build<float>();
            model.ImportWeights(FilePath, WeightLayout.PyTorch);
            Assert.Equal([1f, 2, 3], ((string[])["a", "b", "c"]).Select(name => model.Parameters.Single(one => one.Name == $"{name}/bias").Value[0]));
        }
    }

    /// <summary>Nobody would notice the wrong one.</summary>
    [Fact]
    public void Layers_of_one_shape_side_by_side_must_be_told_by_name_or_by_hand()
    {
        Write([.. Norm("norm1", 1), .. Norm("norm2", 2)]);
        Model<float> model = SideBySide(null, null);
        float[] before = model.Weights.ToArray();
        Expect.Throws<InvalidDataException>(
            () => model.ImportWeights(FilePath, WeightLayout.PyTorch),
            "expected layers of shape (2,) one behind another", "'batch_normalization_1' and 'batch_normalization_2' side by side", "'norm1', 'norm2'");
        Assert.Equal(before, model.Weights.ToArray());
        model.ImportWeights(FilePath, WeightLayout.PyTorch, new Dictionary<string, string> { ["batch_normalization_1"] = "norm2" });
        Assert.Equal([2f, 1], Firsts(model));
        model = SideBySide("norm2", "norm1");
        model.ImportWeights(FilePath, WeightLayout.PyTorch);
        Assert.Equal([2f, 1], Firsts(model));

        Write([.. Norm("a.norm", 1), .. Norm("b.norm", 2)]); // whose last parts do not tell them apart
        model = SideBySide("b.norm", "a.norm");
        model.ImportWeights(FilePath, WeightLayout.PyTorch);
        Assert.Equal([2f, 1], Firsts(model));
    }

    /// <summary>PyTorch's order of a dense layer's outputs would have to be another one, and is not known to be.</summary>
    [Fact]
    public void A_sum_of_flattened_and_other_features_is_refused_by_name()
    {
        Node x = Network.Input((2, 2, 3));
        Node flat = x.Then(new Flatten());
        Network network = new(x, Node.Add(flat, flat.Then(new Dense(12))));
        Write(("weight", (12, 12), new double[144]), ("bias", 12, new double[12]));
        Expect.Throws<ArgumentException>(
            () => network.Build<float>().ImportWeights(FilePath, WeightLayout.PyTorch), "Add 'add_1'", "features of one order", "flattened from a picture");
        Write(("kernel", (12, 12), new double[144]), ("bias", 12, new double[12]));
        network.Build<float>().ImportWeights(FilePath, WeightLayout.Keras); // whose order is our own
    }

    private static Model<float> SideBySide(string? left, string? right)
    {
        Node x = Network.Input((3, 3, 2));
        return new Network(x, Node.Add(x.Then(new BatchNormalization(name: left)), x.Then(new BatchNormalization(name: right)))).Build<float>();
    }

    private static (string, Shape, double[])[] Norm(string prefix, double value) =>
    [
        .. ((string[])["weight", "bias", "running_mean", "running_var"]).Select(role => ($"{prefix}.{role}", (Shape)2, new double[] { value, value })),
    ];

    // Of each layer's bias, or beta, the first.
    private static IEnumerable<float> Firsts(Model<float> model) => model.Layers.Where(layer => layer.Parameters.Count > 0)
        .Select(layer => layer.Parameters[1].Value[0]);

    private SafeTensorsFile Write(params (string Name, Shape Shape, double[] Values)[] tensors)
    {
        SafeTensorsFile file = new(
            tensors.ToDictionary(tensor => tensor.Name, tensor => SafeTensor.From<double>(tensor.Shape, tensor.Values)), new Dictionary<string, string>());
        file.Write(FilePath);
        return file;
    }
}
