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

    [Theory]
    [InlineData("default", "1.weight", "13.bias")]
    [InlineData("maxpooling", "features.0.weight", "classifier.1.bias")]
    [InlineData("thinner_deeper", "conv1.weight", "fc.bias")]
    [InlineData("symmetric", "body.0.weight", "body.16.weight")]
    public void PyTorchs_weights_give_PyTorchs_outputs(string name, string first, string last)
    {
        Model<T> model = Build(name);
        IReadOnlyList<ImportedWeight> imported = model.ImportWeights(PathOf($"pytorch_{name}"), WeightLayout.PyTorch);
        Assert.Equal(model.Parameters.Select(parameter => parameter.Name), imported.Select(weight => weight.Parameter));
        Assert.Equal((first, last), (imported[0].Source, imported[^1].Source));
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

    private static Model<T> Build(string name) => name == "symmetric"
        ? Symmetric.Build<T>((32, 32, 3), seed: 3)
        : GoldenNetwork.Named(name).Build<T>();

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
