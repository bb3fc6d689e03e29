namespace NanoConv.Tests.Models;

/// <summary>PyTorch's weights behind a Reshape: taken in its order where that is known, refused by name where it is not.</summary>
public sealed class ReshapeImportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string FilePath => Path.Combine(folder, "weights.safetensors");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Into one axis it is Flatten, and through a picture with the same channels the order stays.</summary>
    [Fact]
    public void A_dense_layer_behind_a_picture_that_is_reshaped_takes_its_inputs_as_behind_Flatten()
    {
        double[] kernel = Numbers.Reals<double>(24 * 2, seed: 1);
        Write(("0.weight", (2, 24), kernel), ("0.bias", 2, [0, 0]));
        Shape picture = (2, 4, 3);
        double[] expected = Import(picture, new Flatten());
        Assert.NotEqual(Enumerable.Range(0, 48).Select(i => kernel[(i % 2 * 24) + (i / 2)]), expected); // not only transposed
        Assert.Equal(expected, Import(picture, new Reshape([24])));
        Assert.Equal(expected, Import(picture, new Reshape([-1])));
        Assert.Equal(expected, Import(picture, new Reshape([4, 2, 3]), new Flatten()));
        Assert.Equal(expected, Import(picture, new Flatten(), new Reshape([8, 1, 3]), new Dropout(0.5), new Reshape([-1]), new Reshape([24])));
        Assert.Equal(expected, Import(picture, new ZeroPadding2D(1), new Cropping2D(1), new UpSampling2D(2), new AveragePooling2D(2), new Flatten()));

        double[] plain = Import(24, []);
        Assert.Equal(Enumerable.Range(0, 48).Select(i => kernel[(i % 2 * 24) + (i / 2)]), plain);
        Assert.Equal(plain, Import(24, new Reshape([4, 6, 1]), new Flatten()));
        Assert.Equal(plain, Import(24, new Reshape([1, 1, 24]), new Flatten()));
        Assert.Equal(plain, Import(24, new Reshape([2, 12]), new Reshape([-1])));
        Assert.Equal(plain, Import((2, 12), new Reshape([-1])));
        Assert.Equal(plain, Import((1, 1, 24), new GlobalMaxPooling2D()));
    }

    [Fact]
    public void A_picture_whose_order_in_PyTorch_is_another_is_refused_by_name()
    {
        Refused((2, 4, 3), new Reshape([4, 3, 2]));
        Refused(24, new Reshape([2, 4, 3]));
        Refused((2, 4, 3), new Reshape([8, 3]));
        Refused((8, 3), new Reshape([2, 4, 3]));
        Refused((2, 4, 3), new Flatten(), new Reshape([4, 3, 2]));
        Refused((2, 4, 3), new Flatten(), new Reshape([24, 1, 1]));

        // Keras's pictures lie as ours.
        Model<double> model = new Sequential(new Reshape([2, 4, 3]), new Flatten(), new Dense(2)).Build<double>(24);
        Write(("dense/kernel", (24, 2), [.. Enumerable.Range(0, 48).Select(i => (double)i)]), ("dense/bias", 2, [0, 0]));
        model.ImportWeights(FilePath, WeightLayout.Keras);
        Assert.Equal(Enumerable.Range(0, 48).Select(i => (double)i), model.Parameters[0].Value.ToArray());
    }

    private void Refused(Shape input, params Layer[] layers)
    {
        Write(("0.weight", (2, 24), new double[48]));
        Model<double> model = new Sequential([.. layers, new Flatten(), new Dense(2, useBias: false)]).Build<double>(input);
        Reshape reshape = layers.OfType<Reshape>().Single();
        Expect.Throws<ArgumentException>(
            () => model.ImportWeights(FilePath, WeightLayout.PyTorch),
            "Reshape 'reshape_1'", "another order in PyTorch", $"({string.Join(", ", reshape.TargetShape)})");
    }

    private double[] Import(Shape input, params Layer[] layers)
    {
        Model<double> model = new Sequential([.. layers, new Dense(2)]).Build<double>(input);
        model.ImportWeights(FilePath, WeightLayout.PyTorch);
        return model.Parameters[0].Value.ToArray();
    }

    private void Write(params (string Name, Shape Shape, double[] Values)[] tensors) => new SafeTensorsFile(
        tensors.ToDictionary(tensor => tensor.Name, tensor => SafeTensor.From<double>(tensor.Shape, tensor.Values)),
        new Dictionary<string, string>()).Write(FilePath);
}
