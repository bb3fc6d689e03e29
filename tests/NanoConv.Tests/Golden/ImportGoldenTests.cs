using System.Numerics;

namespace NanoConv.Tests.Golden;

/// <summary>PyTorch's weights in, PyTorch's outputs out; and Keras's.</summary>
public abstract class ImportGoldenTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly GoldenFile Outputs = GoldenFile.OfNetwork("import/outputs");

    /// <summary>PyTorch's padding=1 on both sides, where it differs from <c>same</c>; layers without bias; ten layers and more.</summary>
    private static Sequential Symmetric { get; } = new(
        new Conv2D(5, (3, 5), 2, Padding.Explicit(1, 1, 2, 2), Activation.ReLU, useBias: false),
        new Dropout(0.1),
        new Conv2D(4, 3, 2, Padding.Explicit(1), Activation.ReLU),
        new MaxPooling2D(2),
        new Conv2D(6, (2, 1), activation: Activation.ReLU),
        new Flatten(),
        new Dropout(0.5),
        new Dense(7, Activation.ReLU),
        new Dense(10, Activation.Softmax, useBias: false));

    /// <summary>PyTorch's epsilon; one normalisation without weights of its own, one of a flattened picture.</summary>
    private static Sequential Normalised { get; } = new(
        new Conv2D(4, 3, 2, Padding.Explicit(1), useBias: false),
        new BatchNormalization(epsilon: 1e-5),
        Activation.ReLU,
        new MaxPooling2D(2),
        new Conv2D(5, 3, 2, Padding.Explicit(1)),
        new BatchNormalization(epsilon: 1e-3, center: false, scale: false),
        Activation.ReLU,
        new Flatten(),
        new BatchNormalization(epsilon: 1e-5),
        new Dense(10, Activation.Softmax));

    [Theory]
    [InlineData("normalised", "0.weight", "9.bias")]
    [InlineData("residual", "conv1.weight", "fc.bias")]
    [InlineData("default", "1.weight", "13.bias")]
    [InlineData("maxpooling", "features.0.weight", "classifier.1.bias")]
    [InlineData("thinner_deeper", "conv1.weight", "fc.bias")]
    [InlineData("symmetric", "body.0.weight", "body.16.weight")]
    public void PyTorchs_weights_give_PyTorchs_outputs(string name, string first, string last)
    {
        Model<T> model = Build(name);
        ImportedWeights imported = model.ImportWeights(PathOf($"pytorch_{name}"), WeightLayout.PyTorch);
        Assert.Equal(model.Parameters.Select(parameter => parameter.Name), imported.Select(weight => weight.Parameter));
        Assert.Equal((first, last), (imported[0].Source, imported[^1].Source));
        Assert.Equal(model.Layers.Count(layer => layer.Specification is BatchNormalization), imported.Ignored.Count); // num_batches_tracked
        CheckOutputs(model, name);
    }

    [Fact]
    public void Keras_weights_give_the_same_networks_outputs()
    {
        Model<T> model = Build("thinner_deeper");
        IReadOnlyList<ImportedWeight> imported = model.ImportWeights(PathOf("keras_thinner_deeper"), WeightLayout.Keras);
        Assert.Equal(
            ["conv2d/kernel", "conv2d/bias", "conv2d_1/kernel", "conv2d_1/bias"],
            imported.Take(4).Select(weight => weight.Source));
        CheckOutputs(model, "keras");
    }

    /// <summary>What was imported is a model like any other.</summary>
    [Fact]
    public void An_imported_model_is_saved_and_loaded()
    {
        string path = Path.GetTempFileName();
        try
        {
            Model<T> model = Build("symmetric");
            model.ImportWeights(PathOf("pytorch_symmetric"), WeightLayout.PyTorch);
            model.Save(path);
            CheckOutputs(Model.Load<T>(path), "symmetric");
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The proof would be none if other weights, or weights in another order, came to the same.</summary>
    [Fact]
    public void Outputs_tell_one_order_of_the_features_from_another()
    {
        Model<T> model = Build("symmetric");
        model.ImportWeights(PathOf("pytorch_symmetric"), WeightLayout.PyTorch);
        SafeTensor flat = SafeTensorsFile.Read(PathOf("pytorch_symmetric")).Tensors["body.14.weight"]; // [7, 72]
        T[] outIn = new T[7 * 72];
        flat.CopyTo<T>(outIn);
        model.Edit("dense_1/kernel", kernel =>
        {
            for (int i = 0; i < 72; i++)
            {
                for (int o = 0; o < 7; o++)
                    kernel[(i * 7) + o] = outIn[(o * 72) + i]; // transposed, but the features still in PyTorch's order
            }
        });
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => CheckOutputs(model, "symmetric"));
    }

    /// <summary>Of features that are flattened, too: two other orders of the same numbers.</summary>
    [Theory]
    [InlineData("normalised", "batch_normalization_3/gamma", "8.weight")]
    [InlineData("residual", "norm/moving_mean", "norm.running_mean")]
    [InlineData("residual", "norm/moving_variance", "norm.running_var")]
    public void Outputs_tell_one_order_of_normalised_features_from_another(string name, string parameter, string source)
    {
        Model<T> model = Build(name);
        model.ImportWeights(PathOf($"pytorch_{name}"), WeightLayout.PyTorch);
        SafeTensor flat = SafeTensorsFile.Read(PathOf($"pytorch_{name}")).Tensors[source];
        model.Edit(parameter, flat.CopyTo<T>);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => CheckOutputs(model, name));
    }

    private static Model<T> Build(string name) => name switch
    {
        "symmetric" => Symmetric.Build<T>((32, 32, 3), seed: 3),
        "normalised" => Normalised.Build<T>((32, 32, 3), seed: 3),
        "residual" => Residual().Build<T>(seed: 3),
        _ => GoldenNetwork.Named(name).Build<T>(),
    };

    /// <summary>Layers are called what PyTorch's modules are called, as numbers do not tell the layers of one branch from those of another.</summary>
    private static Network Residual()
    {
        Node image = Network.Input((32, 32, 3));
        Node x = image.Then(Convolution("conv1", 4, 3, 2), Norm("bn1"), Activation.ReLU, new MaxPooling2D(2));
        Node y = x.Then(Convolution("layer1.0.conv1", 4, 3, 1), Norm("layer1.0.bn1"), Activation.ReLU);
        x = Node.Add(y.Then(Convolution("layer1.0.conv2", 4, 3, 1), Norm("layer1.0.bn2")), x).Then(Activation.ReLU);
        y = x.Then(Convolution("layer2.0.conv1", 6, 3, 2), Norm("layer2.0.bn1"), Activation.ReLU);
        x = Node.Add(
            y.Then(Convolution("layer2.0.conv2", 6, 3, 1), Norm("layer2.0.bn2")),
            x.Then(Convolution("layer2.0.downsample.0", 6, 1, 2), Norm("layer2.0.downsample.1"))).Then(Activation.ReLU);
        Node features = Node.Concatenate(x.Then(new Flatten()), x.Then(Activation.Sigmoid, new Flatten()));
        return new Network(image, features.Then(Norm("norm"), new Dense(10, Activation.Softmax, name: "fc")));
    }

    private static Conv2D Convolution(string name, int filters, int kernel, int stride) =>
        new(filters, kernel, stride, Padding.Explicit(kernel / 2), useBias: false, name: name);

    private static BatchNormalization Norm(string name) => new(epsilon: 1e-5, name: name);

    private static void CheckOutputs(Model<T> model, string name)
    {
        byte[] pixels = IntegerFormula.Pixels($"import/{name}/images", 4 * 32 * 32 * 3);
        Tensor<T> outputs = model.Predict(GoldenNetwork.Dataset<T>((pixels, new byte[4])));
        Assert.Equal(Outputs.Shape(name), outputs.Shape);
        Outputs.Check<T>(name, outputs.AsSpan());
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "golden", "import", $"{name}.safetensors");
}

public sealed class ImportGoldenFloatTests : ImportGoldenTests<float>;

public sealed class ImportGoldenDoubleTests : ImportGoldenTests<double>;
