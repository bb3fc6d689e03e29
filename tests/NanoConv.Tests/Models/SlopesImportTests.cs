namespace NanoConv.Tests.Models;

/// <summary>PReLU's slopes from PyTorch's and Keras's files: found by number or name, of each channel or a single one, flattened or not.</summary>
public sealed class SlopesImportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string FilePath => Path.Combine(folder, "weights.safetensors");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>nn.Sequential(Conv2d(2, 3, 1), PReLU(3), Conv2d(3, 2, 1), PReLU(1), Flatten(), Linear(8, 4), PReLU(4)).</summary>
    [Fact]
    public void PyTorchs_slopes_are_told_from_kernels_and_counted_apart()
    {
        Write(
            ("0.weight", (3, 2, 1, 1), new double[6]), ("0.bias", 3, new double[3]), ("1.weight", 3, [1, 2, 3]), ("2.weight", (2, 3, 1, 1), new double[6]),
            ("2.bias", 2, new double[2]), ("3.weight", 1, [4]), ("5.weight", (4, 8), new double[32]), ("5.bias", 4, new double[4]),
            ("10.weight", 4, [5, 6, 7, 8]));
        Model<float> model = new Sequential(
            new Conv2D(3, 1), new PReLU(sharedAxes: [1, 2]), new Conv2D(2, 1), new PReLU(sharedAxes: [1, 2, 3]), new Flatten(), new Dense(4), new PReLU())
            .Build<float>((2, 2, 2));
        ImportedWeights imported = model.ImportWeights(FilePath, WeightLayout.PyTorch);
        Assert.Equal([1f, 2, 3, 4, 5, 6, 7, 8], Slopes(model));
        ImportedWeight first = imported.Single(weight => weight.Source == "1.weight");
        Assert.Equal(("p_re_lu_1/alpha", new Shape(1, 1, 3), (Shape)3), (first.Parameter, first.Shape, first.SourceShape));
    }

    /// <summary>Features are [channels, height, width] there; one slope for all of them has no order; behind PReLU the order goes on.</summary>
    [Fact]
    public void Slopes_of_flattened_features_are_put_in_order()
    {
        double[] rows = new double[8 * 2];
        for (int i = 0; i < 16; i++)
            rows[i] = i;
        Write(("1.weight", 8, [0, 1, 2, 3, 4, 5, 6, 7]), ("2.weight", 1, [9]), ("3.weight", (2, 8), rows), ("3.bias", 2, [0, 0]));
        Model<float> model = new Sequential(new Flatten(), new PReLU(), new PReLU(sharedAxes: [1]), new Dense(2)).Build<float>((2, 2, 2));
        model.ImportWeights(FilePath, WeightLayout.PyTorch);
        Assert.Equal([0f, 4, 1, 5, 2, 6, 3, 7, 9], Slopes(model));
        Assert.Equal([0f, 8, 4, 12, 1, 9], model.Parameters.Single(parameter => parameter.Name == "dense_1/kernel").Value.ToArray()[..6]);
    }

    [Theory]
    [InlineData("p_re_lu/alpha", "p_re_lu_1/alpha", "conv2d/kernel", "conv2d/bias")]
    [InlineData("p_re_lu/alpha:0", "p_re_lu_1/alpha:0", "conv2d/kernel:0", "conv2d/bias:0")]
    [InlineData("layers/p_re_lu/vars/0", "layers/p_re_lu_1/vars/0", "layers/conv2d/vars/0", "layers/conv2d/vars/1")]
    public void Kerass_slopes_have_our_own_shape(string first, string second, string kernel, string bias)
    {
        double[] all = [.. Enumerable.Range(3, 12).Select(i => (double)i)];
        Write((first, (1, 1, 2), [1, 2]), (second, (2, 2, 3), all), (kernel, (1, 1, 2, 3), new double[6]), (bias, 3, new double[3]));
        Model<float> model = new Sequential(new PReLU(sharedAxes: [1, 2]), new Conv2D(3, 1), new PReLU()).Build<float>((2, 2, 2));
        model.ImportWeights(FilePath, WeightLayout.Keras);
        Assert.Equal(Enumerable.Range(1, 14).Select(i => (float)i), Slopes(model));
    }

    [Fact]
    public void Slopes_are_found_by_name_too()
    {
        Write(("body.act.weight", 2, [1, 2]), ("body.fc.weight", (2, 2), new double[4]), ("body.fc.bias", 2, [3, 4]));
        Model<float> model = new Sequential(new Dense(2, name: "fc"), new PReLU(name: "act")).Build<float>(2);
        model.ImportWeights(FilePath, WeightLayout.PyTorch);
        Assert.Equal([1f, 2], Slopes(model));
    }

    [Fact]
    public void What_does_not_fit_is_listed()
    {
        Write(("0.weight", 2, [1, 2]), ("1.weight", (2, 2), new double[4]), ("1.bias", 2, new double[2]));
        Refused(new Sequential(new Dense(2)), 2, "unexpected '0.weight'");
        Refused(new Sequential(new PReLU(), new Dense(2)), 3, "'0.weight' has shape (2,) instead of (3,) for 'p_re_lu_1/alpha'");
        Refused(new Sequential(new PReLU(), new Dense(2), new PReLU()), 2, "missing a weight of shape (2,) for 'p_re_lu_2/alpha'");
        Refused(
            new Sequential(new PReLU(sharedAxes: [1]), new Flatten(), new Dense(2)), (2, 1, 3),
            "'0.weight' has shape (2,) instead of (3,) for 'p_re_lu_1/alpha'");
        Refused(new Sequential(new PReLU(), new Flatten(), new Dense(2)), (1, 2, 1), "instead of (1, 2, 1) for 'p_re_lu_1/alpha'"); // PyTorch has none such
        Write(("0.weight", 2, [1, 2]), ("0.bias", 2, [3, 4]), ("1.weight", 2, [5, 6])); // of which the first is no PReLU's
        Refused(new Sequential(new PReLU()), 2, "unexpected '0.weight'; unexpected '0.bias'");

        void Refused(Sequential network, Shape input, string part) =>
            Expect.Throws<InvalidDataException>(() => network.Build<float>(input).ImportWeights(FilePath, WeightLayout.PyTorch), part);
    }

    /// <summary>A dense layer of one input has a kernel of one row, which is a column there.</summary>
    [Fact]
    public void A_kernel_of_one_row_stays_a_kernel()
    {
        Write(("0.weight", (3, 1), [1, 2, 3]), ("0.bias", 3, [4, 5, 6]), ("1.weight", 3, [7, 8, 9]));
        Model<float> model = new Sequential(new Dense(3), new PReLU()).Build<float>(1);
        model.ImportWeights(FilePath, WeightLayout.PyTorch);
        Assert.Equal([1f, 2, 3, 4, 5, 6, 7, 8, 9], model.Weights.ToArray());
    }

    private static IEnumerable<float> Slopes(Model<float> model) => model.Parameters
        .Where(parameter => parameter.Name.EndsWith("/alpha", StringComparison.Ordinal)).SelectMany(parameter => parameter.Value.ToArray());

    private void Write(params (string Name, Shape Shape, double[] Values)[] tensors) => new SafeTensorsFile(
        tensors.ToDictionary(tensor => tensor.Name, tensor => SafeTensor.From<double>(tensor.Shape, tensor.Values)), new Dictionary<string, string>())
        .Write(FilePath);
}
