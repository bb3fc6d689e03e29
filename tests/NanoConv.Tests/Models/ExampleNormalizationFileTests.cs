namespace NanoConv.Tests.Models;

/// <summary>Normalisations of each example, noise and preprocessing: saved and loaded with all their settings; and the weights of other frameworks.</summary>
public sealed class ExampleNormalizationFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string FilePath => Path.Combine(folder, "model.safetensors");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Every_setting_is_saved_and_loaded()
    {
        LayerNormalization rows = new([-2, -1], 0.25, center: false, gammaInitializer: new Zeros(), gammaRegularizer: new L2(0.5));
        GroupNormalization groups = new(2, 0.125, scale: false, betaInitializer: new Ones(), betaRegularizer: new L1(0.25), name: "groups");
        Layer[] layers =
        [
            new Rescaling(1 / 255.0, -0.5), new Rescaling([0.1, 0.2, 0.3, 1e-300], [1]), new SpatialDropout2D(0.3), new GaussianNoise(2.5), rows, groups,
            new Normalization([-3, -1], [1, 2, 3, 4, 0.1, 1.0 / 3, 5, 6], [1, 2, 0, 4, 5, 6, 7, 8], invert: true), new Normalization([], [3], [2]),
        ];
        Model<double> model = new Sequential(layers).Build<double>((2, 3, 4));
        CompilationCase.Draw(model, seed: 1);
        model.Save(FilePath);
        Model<double> back = Model.Load<double>(FilePath);
        Tensor<double> x = new((3, 2, 3, 4), Numbers.Reals<double>(72, seed: 2));
        Expect.SameBits<double>("y", model.Predict(x).AsSpan(), back.Predict(x).AsSpan());
        Assert.Equal(model.Summary(), back.Summary());

        Layer[] found = [.. back.Layers.Select(layer => layer.Specification)];
        Assert.Equal(layers.Select(layer => layer.GetType()), found.Select(layer => layer.GetType()));
        Assert.Equal([1 / 255.0, -0.5], ((Rescaling)found[0]).Scale.Concat(((Rescaling)found[0]).Offset));
        Assert.Equal([0.1, 0.2, 0.3, 1e-300, 1], ((Rescaling)found[1]).Scale.Concat(((Rescaling)found[1]).Offset));
        Assert.Equal((0.3, 2.5), (((SpatialDropout2D)found[2]).Rate, ((GaussianNoise)found[3]).Stddev));
        LayerNormalization rowsBack = (LayerNormalization)found[4];
        Assert.Equal(rows.Axis, rowsBack.Axis);
        Assert.Equal((0.25, false, true), (rowsBack.Epsilon, rowsBack.Center, rowsBack.Scale));
        Assert.IsType<Zeros>(rowsBack.GammaInitializer);
        Assert.IsType<Zeros>(rowsBack.BetaInitializer);
        Assert.Equal((0.5, null), (((L2)rowsBack.GammaRegularizer!).Strength, rowsBack.BetaRegularizer));
        GroupNormalization groupsBack = (GroupNormalization)found[5];
        Assert.Equal((2, 0.125, true, false, "groups"), (groupsBack.Groups, groupsBack.Epsilon, groupsBack.Center, groupsBack.Scale, groupsBack.Name));
        Assert.IsType<Ones>(groupsBack.BetaInitializer);
        Assert.IsType<Ones>(groupsBack.GammaInitializer);
        Assert.Equal((0.25, null), (((L1)groupsBack.BetaRegularizer!).Strength, groupsBack.GammaRegularizer));
        (Normalization pixels, Normalization pixelsBack) = ((Normalization)layers[6], (Normalization)found[6]);
        Assert.Equal(pixels.Axis, pixelsBack.Axis);
        Assert.Equal(pixels.Mean, pixelsBack.Mean);
        Assert.Equal(pixels.Variance, pixelsBack.Variance);
        Assert.True(pixelsBack.Invert);
        Assert.Empty(((Normalization)found[7]).Axis);
    }

    /// <summary>One number stands alone, as Keras has it, and an axis may.</summary>
    [Fact]
    public void Settings_are_in_Kerass_words()
    {
        Assert.Equal("\"scale\":0.5,\"offset\":0", Written(new Rescaling(0.5)));
        Assert.Equal("\"scale\":[1,2,3],\"offset\":[0,0.5,0]", Written(new Rescaling([1, 2, 3], [0, 0.5, 0])));
        Assert.Equal("\"axis\":[-1],\"mean\":[1,2,3],\"variance\":[4,5,6],\"invert\":false", Written(new Normalization(null, [1, 2, 3], [4, 5, 6])));
        Assert.Equal("\"rate\":0.25", Written(new SpatialDropout2D(0.25)));
        Assert.Equal("\"stddev\":0.25", Written(new GaussianNoise(0.25)));
        const string Common = "\"epsilon\":0.001,\"center\":true,\"scale\":true,\"beta_initializer\":\"zeros\",\"gamma_initializer\":\"ones\","
            + "\"beta_regularizer\":null,\"gamma_regularizer\":null";
        Assert.Equal($"\"axis\":[-1],{Common}", Written(new LayerNormalization()));
        Assert.Equal($"\"groups\":32,{Common}", Written(new GroupNormalization()));
        LayerNormalization read = (LayerNormalization)NetworkDescription.Read(
            $"{{\"input_shape\":[2],\"layers\":[{{\"name\":\"a\",\"class\":\"LayerNormalization\",\"axis\":-1,{Common}}}]}}").Network.Layers[0];
        Assert.Equal([-1], read.Axis);

        static string Written(Layer layer) =>
            NetworkDescription.Write(new Sequential(layer), (5, 4, 3), ["a"])!.Split($"\"class\":\"{layer.TypeName}\",\"name\":\"a\",")[1][..^3];
    }

    [Theory]
    [InlineData(WeightLayout.PyTorch, "norm.weight", "norm.bias")]
    [InlineData(WeightLayout.PyTorch, "weight", "bias")]
    [InlineData(WeightLayout.Keras, "norm/gamma", "norm/beta")]
    [InlineData(WeightLayout.Keras, "layers/layer_normalization/vars/0", "layers/layer_normalization/vars/1")]
    public void Weights_of_other_frameworks_come_to_their_places(WeightLayout layout, string gamma, string beta)
    {
        foreach (bool isLayer in (bool[])[true, false])
        {
            foreach ((bool scale, bool center) in ((bool, bool)[])[(true, true), (true, false), (false, true)])
            {
                bool isNumbered = gamma.EndsWith('0');
                List<(string, Shape, double[])> tensors = [];
                if (scale)
                    tensors.Add((gamma, 3, [1, 2, 3]));
                if (center)
                    tensors.Add((isNumbered && !scale ? gamma : beta, 3, [4, 5, 6]));
                Write([.. tensors]);
                Layer layer = isLayer ? new LayerNormalization(center: center, scale: scale) : new GroupNormalization(3, center: center, scale: scale);
                Model<float> model = new Sequential(layer).Build<float>((2, 2, 3));
                model.ImportWeights(FilePath, layout);
                Assert.Equal([.. scale ? (float[])[1, 2, 3] : [], .. center ? (float[])[4, 5, 6] : []], model.Weights.ToArray());
            }
        }
    }

    /// <summary>Among convolutions and batch normalisations; and behind Flatten in PyTorch's order of features.</summary>
    [Fact]
    public void They_are_counted_with_other_normalisations_and_follow_the_order_of_features()
    {
        double[] kernel = Numbers.Reals<double>(24, seed: 1), dense = Numbers.Reals<double>(16, seed: 2);
        double[] gamma = [1, 2, 3, 4, 5, 6, 7, 8];
        Write(
            ("0.weight", (2, 3, 2, 2), kernel), ("0.bias", 2, [0, 0]), ("1.weight", 2, [10, 20]), ("1.bias", 2, [1, 2]),
            ("1.running_mean", 2, [0, 0]), ("1.running_var", 2, [1, 1]), ("2.weight", 2, [30, 40]), ("2.bias", 2, [3, 4]),
            ("4.weight", 8, gamma), ("4.bias", 8, gamma), ("5.weight", (2, 8), dense), ("5.bias", 2, [0, 0]));
        Model<float> model = new Sequential(
            new Conv2D(2, 2), new BatchNormalization(), new GroupNormalization(2), new Flatten(), new LayerNormalization(), new Dense(2))
            .Build<float>((3, 3, 3));
        model.ImportWeights(FilePath, WeightLayout.PyTorch);
        float[] Values(string name) => model.Parameters.Single(one => one.Name == name).Value.ToArray();
        Assert.Equal([10f, 20], Values("batch_normalization_1/gamma"));
        Assert.Equal([30f, 40], Values("group_normalization_1/gamma"));
        Assert.Equal([1f, 5, 2, 6, 3, 7, 4, 8], Values("layer_normalization_1/gamma")); // there all pixels of a channel come first
        Assert.Equal([1f, 5, 2, 6, 3, 7, 4, 8], Values("layer_normalization_1/beta"));
        Assert.Equal([.. ((int[])[0, 4, 1, 5, 2, 6, 3, 7]).Select(feature => (float)dense[feature])], Values("dense_1/kernel").Where((_, i) => i % 2 == 0));
    }

    [Fact]
    public void What_has_no_counterpart_is_refused_by_name()
    {
        Write(("weight", 3, [1, 2, 3]), ("bias", 3, [1, 2, 3]));
        Expect.Throws<ArgumentException>(
            () => new Sequential(new LayerNormalization([-2, -1])).Build<float>((2, 3)).ImportWeights(FilePath, WeightLayout.PyTorch),
            "LayerNormalization over one axis", "LayerNormalization 'layer_normalization_1'");
        Model<float> groups = new Sequential(new Flatten(), new GroupNormalization(2)).Build<float>((2, 3, 2));
        Expect.Throws<ArgumentException>(
            () => groups.ImportWeights(FilePath, WeightLayout.PyTorch), "GroupNormalization 'group_normalization_1'", "one group", "flattened from a picture");
        Model<float> one = new Sequential(new Flatten(), new GroupNormalization(1)).Build<float>((1, 3, 1));
        one.ImportWeights(FilePath, WeightLayout.PyTorch);
        Model<float> row = new Sequential(new Flatten(), new GroupNormalization(3)).Build<float>((1, 3, 1)); // one order for one channel
        row.ImportWeights(FilePath, WeightLayout.PyTorch);
        Assert.Equal([1f, 2, 3, 1, 2, 3], row.Weights.ToArray());
        Write(("a1.weight", 3, [1, 2, 3]), ("a1.bias", 3, [1, 2, 3]), ("a2.weight", 4, [1, 2, 3, 4]));
        Expect.Throws<InvalidDataException>(
            () => new Sequential(new LayerNormalization()).Build<float>(3).ImportWeights(FilePath, WeightLayout.PyTorch), "unexpected 'a2.weight'");
        Expect.Throws<InvalidDataException>(
            () => new Sequential(new Dense(3)).Build<float>(3).ImportWeights(FilePath, WeightLayout.PyTorch), "'a1.weight'", "'a1.bias'", "'a2.weight'");
    }

    private void Write(params (string Name, Shape Shape, double[] Values)[] tensors) => new SafeTensorsFile(
        tensors.ToDictionary(tensor => tensor.Name, tensor => SafeTensor.From<double>(tensor.Shape, tensor.Values)),
        new Dictionary<string, string>()).Write(FilePath);
}
