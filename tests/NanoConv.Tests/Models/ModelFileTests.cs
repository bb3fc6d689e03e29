using System.Numerics;
using System.Text.Json;

namespace NanoConv.Tests.Models;

/// <summary>Saved and reloaded, a model is the same to the bit; a file that does not describe one is refused.</summary>
public abstract class ModelFileTests<T> : PropertySuite, IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const string NetworkKey = "nanoconv.network";

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string FilePath => Path.Combine(folder, "model.safetensors");

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_saved_and_reloaded_model_predicts_the_same_bits() => ForAll(Generators.Networks, network =>
    {
        Model<T> model = network.Build<T>();
        model.Save(FilePath);
        Model<T> back = Model.Load<T>(FilePath);
        Tensor<T> inputs = new(model.InputShape.Batch(3), Numbers.Reals<T>(3 * model.InputShape.Elements, network.Seed));
        Expect.SameBits<T>("weights", model.Weights, back.Weights);
        Expect.SameBits<T>("y", model.Predict(inputs, threads: 1).AsSpan(), back.Predict(inputs, threads: 1).AsSpan());
        Assert.Equal(model.Summary(), back.Summary());
    }, share: 0.3);

    [Fact]
    public void A_reloaded_model_trains_as_the_saved_one_would()
    {
        Model<T> model = Training.FitTests<T>.Model(new L1(0.01));
        model.Save(FilePath);
        Model<T> back = Model.Load<T>(FilePath);
        History history = model.Fit(new RecordingDataset<T>(20)), again = back.Fit(new RecordingDataset<T>(20));
        Assert.Equal(history.Epochs[0].Loss, again.Epochs[0].Loss); // with the penalty
        Expect.SameBits<T>("weights", model.Weights, back.Weights);
    }

    [Fact]
    public void Penalties_keep_their_kind_and_strength()
    {
        Model<T> model = new Sequential(
            new Conv2D(2, 2, kernelRegularizer: new L2(0.02)),
            new Flatten(),
            new Dense(3, kernelRegularizer: new L1(0.03)),
            new Dense(3, Activation.Softmax)).Build<T>((3, 3, 1));
        model.Save(FilePath);
        Regularizer?[] back = [.. Model.Load<T>(FilePath).Parameters.Where(parameter => parameter.Regularizer is not null).Select(p => p.Regularizer)];
        Assert.Equal(0.02, Assert.IsType<L2>(back[0]).Strength);
        Assert.Equal(0.03, Assert.IsType<L1>(back[1]).Strength);
        Assert.Equal(2, back.Length);
    }

    [Theory]
    [InlineData("glorot_uniform")]
    [InlineData("he_normal")]
    [InlineData("he_uniform")]
    [InlineData("zeros")]
    public void A_network_built_again_from_its_description_starts_from_the_same_weights(string word)
    {
        Initializer initializer = word switch
        {
            "he_normal" => new HeNormal(),
            "he_uniform" => new HeUniform(),
            "zeros" => new Zeros(),
            _ => new GlorotUniform(),
        };
        Model<T> model = new Sequential(
            new Conv2D(2, 2, kernelInitializer: initializer), new Flatten(), new Dense(3, kernelInitializer: initializer)).Build<T>((3, 3, 1), seed: 5);
        model.Save(FilePath);
        ModelInfo info = ModelInfo.Read(FilePath);
        Expect.SameBits<T>("weights", model.Weights, info.Network!.Build<T>(info.InputShape!.Value, info.Seed).Weights);
        Assert.Equal(3, info.Metadata[NetworkKey].Split($"\"kernel_initializer\":\"{word}\"").Length);
    }

    [Fact]
    public void A_description_without_initializers_means_the_default()
    {
        const string Dense = """{"name":"a","class":"Dense","units":1,"activation":"relu","use_bias":true,"kernel_regularizer":null}""";
        const string Conv = """
            {"name":"c","class":"Conv2D","filters":1,"kernel_size":[1,1],"strides":[1,1],"padding":"same","activation":"relu","use_bias":true,
            "kernel_regularizer":null}
            """;
        IReadOnlyList<Layer> layers = NetworkDescription.Read($"{{\"input_shape\":[2],\"layers\":[{Dense},{Conv}]}}").Network.Layers;
        Assert.IsType<GlorotUniform>(Assert.IsType<Dense>(layers[0]).KernelInitializer);
        Assert.IsType<GlorotUniform>(Assert.IsType<Conv2D>(layers[1]).KernelInitializer);
    }

    [Fact]
    public void Equal_runs_on_any_number_of_threads_give_equal_files()
    {
        byte[][] files = [.. new[] { 1, 2, 3 }.Select(threads =>
        {
            Model<T> model = Training.FitTests<T>.Model();
            model.Save(FilePath, model.Fit(new RecordingDataset<T>(20), new FitOptions { Epochs = 2, Threads = threads }));
            return File.ReadAllBytes(FilePath);
        })];
        Assert.Equal(files[0], files[1]);
        Assert.Equal(files[0], files[2]);
    }

    [Fact]
    public void History_and_metadata_are_kept_as_text()
    {
        Model<T> model = Training.FitTests<T>.Model();
        History history = model.Fit(new RecordingDataset<T>(12), new FitOptions { Epochs = 2, ValidationSplit = 0.25 });
        model.Save(FilePath, history, new Dictionary<string, string> { ["author"] = "me" });
        SafeTensorsFile file = SafeTensorsFile.Read(FilePath);
        Assert.Equal(("nanoconv", "me"), (file.Metadata["format"], file.Metadata["author"]));
        Assert.Equal(Model.LibraryVersion, file.Metadata["nanoconv.version"]);
        using JsonDocument epochs = JsonDocument.Parse(file.Metadata["nanoconv.history"]);
        Assert.Equal(2, epochs.RootElement.GetArrayLength());
        Assert.Equal(history.Epochs[1].ValidationLoss, epochs.RootElement[1].GetProperty("validation_loss").GetDouble());
        Assert.Equal(model.Parameters.Select(parameter => parameter.Name), file.Tensors.Keys);
    }

    [Fact]
    public void Weights_that_do_not_fit_are_listed_and_nothing_is_changed()
    {
        Model<T> model = new Sequential(new Dense(3, name: "a"), new Dense(2, name: "b")).Build<T>(4);
        new Sequential(new Dense(5, name: "a"), new Dense(2, name: "c")).Build<T>(4).Save(FilePath);
        T[] before = model.Weights.ToArray();
        Expect.Throws<InvalidDataException>(
            () => model.LoadWeights(FilePath),
            FilePath, "'a/kernel' has shape (4, 5) instead of (4, 3)", "missing 'b/kernel'", "missing 'b/bias'", "unexpected 'c/kernel'");
        Expect.SameBits<T>("weights", before, model.Weights);
    }

    [Fact]
    public void All_that_does_not_fit_the_described_network_is_listed_at_once()
    {
        new Sequential(new Dense(3, name: "a"), new Dense(2, name: "b"), new Dense(2, name: "c")).Build<T>(4).Save(FilePath);
        SafeTensorsFile file = SafeTensorsFile.Read(FilePath);
        Dictionary<string, SafeTensor> tensors = new(file.Tensors)
        {
            ["a/kernel"] = SafeTensor.From<T>((4, 9), new T[36]),
            ["c/bias"] = new("U8", [2], new byte[2]),
            ["b/scale"] = SafeTensor.From<T>(2, new T[2]),
        };
        tensors.Remove("b/bias");
        new SafeTensorsFile(tensors, file.Metadata).Write(FilePath);
        Expect.Throws<InvalidDataException>(
            () => Model.Load<T>(FilePath),
            FilePath,
            "'a/kernel' has shape (4, 9) instead of (4, 3); missing 'b/bias'; 'c/bias' has type U8 instead of F32 or F64; unexpected 'b/scale'");
    }

    [Fact]
    public void A_layer_that_cannot_be_is_told_behind_the_weights_that_do_not_fit()
    {
        const string Layers = """
            {"name":"a","class":"Dense","units":1,"activation":"relu","use_bias":false,"kernel_regularizer":null},
            {"name":"p","class":"MaxPooling2D","pool_size":[2,2],"strides":[2,2],"padding":"same"}
            """;
        SafeTensorsFile file = new(
            new Dictionary<string, SafeTensor> { ["b"] = new("F32", [4], new byte[16]) },
            new Dictionary<string, string> { [NetworkKey] = $"{{\"input_shape\":[1],\"layers\":[{Layers}]}}" });
        Expect.Throws<InvalidDataException>(() => Model.Load<T>(file), "do not fit the network: missing 'a/kernel'; MaxPooling2D 'p': expected");
    }

    [Fact]
    public void Weights_of_another_type_than_numbers_are_refused()
    {
        Model<T> model = new Sequential(new Dense(1, useBias: false, name: "a")).Build<T>(1);
        SafeTensor text = new("U8", [1, 1], new byte[1]);
        new SafeTensorsFile(new Dictionary<string, SafeTensor> { ["a/kernel"] = text }, new Dictionary<string, string>()).Write(FilePath);
        Expect.Throws<InvalidDataException>(() => model.LoadWeights(FilePath), "'a/kernel' has type U8 instead of F32 or F64");
        Expect.Throws<InvalidDataException>(
            () => Model.Load<T>(FilePath), "description", "another program's tensors, as 'a/kernel'", "ImportWeights", "LoadWeights");
    }

    [Fact]
    public void Weights_are_loaded_into_a_model_that_is_there()
    {
        Model<T> model = Training.FitTests<T>.Model(), other = model.Network.Build<T>(model.InputShape, seed: 99);
        model.Save(FilePath);
        other.LoadWeights(FilePath);
        RecordingDataset<T> data = new(5);
        Expect.SameBits<T>("y", model.Predict(data, threads: 1).AsSpan(), other.Predict(data, threads: 1).AsSpan());
    }

    /// <summary>What has no words must not be lost in silence.</summary>
    [Fact]
    public void What_does_not_describe_itself_is_not_saved_but_for_its_weights()
    {
        (Layer Layer, string Name, string What)[] own =
        [
            (new OwnLayer(), "OwnLayer 'own_1'", "Layer.Register<OwnLayer>"),
            (new ActivationLayer(new OwnActivation()), "ActivationLayer 'own_function_1'", "Activation.Register<OwnActivation>"),
            (new Dense(2, new OwnActivation()), "Dense 'dense_1'", "Activation.Register<OwnActivation>"),
            (new Dense(2, kernelRegularizer: new OwnPenalty()), "Dense 'dense_1'", "Regularizer.Register<OwnPenalty>"),
            (new Dense(2, kernelInitializer: new OwnInitializer()), "Dense 'dense_1'", "Initializer.Register<OwnInitializer>"),
        ];
        foreach ((Layer layer, string name, string what) in own)
        {
            Model<T> model = new Sequential(layer).Build<T>(2);
            Expect.Throws<ArgumentException>(() => model.Save(FilePath), name, "does not describe itself", "Describe and FromConfig", what, "SaveWeights");
            Assert.False(File.Exists(FilePath));
            model.SaveWeights(FilePath, new History(), new Dictionary<string, string> { ["author"] = "me" });
            Assert.False(SafeTensorsFile.Read(FilePath).Metadata.ContainsKey(NetworkKey));
            Assert.Equal("me", ModelInfo.Read(FilePath).Metadata["author"]);
            Assert.NotNull(ModelInfo.Read(FilePath).History);
            Expect.Throws<InvalidDataException>(() => Model.Load<T>(FilePath), FilePath, "LoadWeights");
            model.LoadWeights(FilePath);
            File.Delete(FilePath);
        }
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"input_shape":[2],"layers":[]}""")]
    [InlineData("""{"input_shape":[0],"layers":[{"name":"a","class":"Flatten"}]}""")]
    [InlineData("""{"input_shape":["x"],"layers":[{"name":"a","class":"Flatten"}]}""")]
    [InlineData("""{"input_shape":[2],"layers":[{"name":"a","class":"Unheard"}]}""")]
    [InlineData("""{"input_shape":[2],"layers":[{"name":"a/b","class":"Flatten"}]}""")]
    [InlineData("""{"input_shape":[2],"layers":[{"name":"a","class":"Dropout","rate":2}]}""")]
    [InlineData("""{"input_shape":[2],"layers":[{"name":"a","class":"Dropout","rate":"x"}]}""")]
    [InlineData("""{"input_shape":[2],"layers":[{"name":"a","class":"ActivationLayer","activation":"unheard"}]}""")]
    [InlineData("""{"input_shape":[2],"layers":[{"name":"a","class":"ActivationLayer","activation":null}]}""")]
    [InlineData("""{"input_shape":[2],"layers":[{"name":"a","class":"ActivationLayer","activation":1}]}""")]
    [InlineData("""{"input_shape":[2],"layers":[{"name":"a","class":"ActivationLayer","activation":{}}]}""")]
    [InlineData("""{"input_shape":[2],"layers":[{"name":"a","class":"ActivationLayer","activation":{"name":null}}]}""")]
    [InlineData("""{"input_shape":[2],"layers":[{"name":"a","class":"ActivationLayer","activation":{"name":"elu","alpha":"x"}}]}""")]
    [InlineData("""{"input_shape":[2],"layers":[{"name":"a","class":"ActivationLayer","activation":{"name":"leaky_relu","negative_slope":-1}}]}""")]
    [InlineData("""{"input_shape":[2],"layers":[{"name":"a","class":"ActivationLayer","activation":{"name":"gelu","approximate":0}}]}""")]
    [InlineData("""{"input_shape":[2],"layers":[{"name":"a","class":"ActivationLayer"}]}""")]
    [InlineData("""{"input_shape":[2],"layers":[{"name":"a","class":null}]}""")]
    [InlineData(
        """{"input_shape":[2],"layers":[{"name":"a","class":"Dense","units":1,"activation":"relu","use_bias":true,"kernel_initializer":"ones","""
        + """ "kernel_regularizer":null}]}""")]
    [InlineData(
        """{"input_shape":[2],"layers":[{"name":"a","class":"Dense","units":1,"activation":"relu","use_bias":true,"kernel_initializer":null,"""
        + """ "kernel_regularizer":null}]}""")]
    [InlineData("""{"input_shape":[2],"layers":[{"name":"a","class":"Dense","units":0,"activation":"relu","use_bias":true,"kernel_regularizer":null}]}""")]
    [InlineData("""{"input_shape":[2],"layers":[{"name":"a","class":"Dense","units":1,"activation":"relu","use_bias":true,"kernel_regularizer":{"l1":-1}}]}""")]
    [InlineData("""{"input_shape":[2],"layers":[{"name":"a","class":"Dense","units":1,"activation":"relu","use_bias":true,"kernel_regularizer":{"l3":1}}]}""")]
    [InlineData("""{"input_shape":[2,2],"layers":[{"name":"a","class":"Dense","units":1,"activation":"relu","use_bias":true,"kernel_regularizer":null}]}""")]
    [InlineData("""{"input_shape":[4,4,1],"layers":[{"name":"a","class":"MaxPooling2D","pool_size":[2],"strides":[2,2],"padding":"same"}]}""")]
    [InlineData("""{"input_shape":[4,4,1],"layers":[{"name":"a","class":"MaxPooling2D","pool_size":[2,2],"strides":[2,2],"padding":[1,1]}]}""")]
    [InlineData("""{"input_shape":[4,4,1],"layers":[{"name":"a","class":"MaxPooling2D","pool_size":[2,2],"strides":[2,2],"padding":"full"}]}""")]
    [InlineData("""{"input_shape":[4,4,1],"layers":[{"name":"a","class":"MaxPooling2D","pool_size":[2,2],"strides":[2,2],"padding":null}]}""")]
    public void A_description_that_is_none_is_refused(string description)
    {
        new SafeTensorsFile(new Dictionary<string, SafeTensor>(), new Dictionary<string, string> { [NetworkKey] = description }).Write(FilePath);
        Expect.Throws<InvalidDataException>(() => Model.Load<T>(FilePath), FilePath);
    }

    /// <summary>A file of a few hundred bytes may claim any network: nothing is made of it that its tensors do not vouch for.</summary>
    [Theory]
    [InlineData("[1]", """{"name":"a","class":"Dense","units":2147483647,REST}""", "missing 'a/kernel'")]
    [InlineData("[1]", """{"name":"a","class":"Dense","units":50000000,REST}""", "missing 'a/kernel'")]
    [InlineData("[1]", """{"name":"b","class":"Dense","units":50000000,REST}""", "has shape (1, 1)", "(1, 50000000)")]
    [InlineData("[1]", """{"name":"a","class":"Dense","units":50000000,REST}""", "what comes behind and what is unexpected was not looked for")]
    [InlineData("[1]", """{"name":"a","class":"Flatten"}""", "unexpected 'b/kernel'; unexpected 'c/kernel'")]
    [InlineData("[1]", """{"name":"c","class":"Dense","units":1,REST}""", "has type BOOL")]
    [InlineData("[4,4,1]", """{"name":"a","class":"Conv2D","filters":50000000,"kernel_size":[1,1],"strides":[1,1],"padding":"same",REST}""", "'a/kernel'")]
    [InlineData("[1,1,1]", """{"name":"a","class":"Conv2D","filters":1,"kernel_size":[2147483647,1],"strides":[2147483647,1],"padding":"same",REST}""")]
    public void A_network_that_the_files_weights_do_not_vouch_for_is_refused_before_it_is_made(string shape, string layer, params string[] parts)
    {
        Dictionary<string, SafeTensor> tensors = new() { ["b/kernel"] = new("F32", [1, 1], new byte[4]), ["c/kernel"] = new("BOOL", [1, 1], new byte[1]) };
        layer = layer.Replace("REST", """
            "activation":"relu","use_bias":true,"kernel_regularizer":null
            """, StringComparison.Ordinal);
        SafeTensorsFile file = new(tensors, new Dictionary<string, string> { [NetworkKey] = $"{{\"input_shape\":{shape},\"layers\":[{layer}]}}" });
        long before = GC.GetAllocatedBytesForCurrentThread();
        Expect.Throws<InvalidDataException>(() => Model.Load<T>(file), ["do not fit the network", .. parts]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Strides_far_beyond_the_picture_are_read_in_no_time()
    {
        Model<T> model = new Sequential(new Conv2D(1, 2, padding: Padding.Same, strides: int.MaxValue)).Build<T>((3, 3, 1));
        model.Save(FilePath);
        Assert.Equal(model.OutputShape, Model.Load<T>(FilePath).OutputShape);
    }

    private sealed class OwnInitializer : Initializer
    {
        public override void Fill<TNumber>(Span<TNumber> values, int fanIn, int fanOut, ulong key) => values.Fill(TNumber.One);
    }

    private sealed class OwnLayer() : Layer(null)
    {
        public override string Kind => "own";

        public override BuiltLayer<TNumber> Build<TNumber>(LayerBuilder<TNumber> builder) => new Flatten().Build(builder);
    }

    private sealed class OwnPenalty : Regularizer
    {
        public override TNumber Penalty<TNumber>(ReadOnlySpan<TNumber> w) => TNumber.Zero;

        public override void AddGradient<TNumber>(Span<TNumber> gradient, ReadOnlySpan<TNumber> w)
        {
        }
    }

    private sealed class OwnActivation : Activation
    {
        public override string Name => "own_function";

        public override void Forward<TNumber>(Span<TNumber> y, ReadOnlySpan<TNumber> x, int lastAxis) => x.CopyTo(y);

        public override void Gradient<TNumber>(
            Span<TNumber> dx, ReadOnlySpan<TNumber> dy, ReadOnlySpan<TNumber> x, ReadOnlySpan<TNumber> y, int lastAxis) => dy.CopyTo(dx);
    }
}

public sealed class ModelFileFloatTests : ModelFileTests<float>;

public sealed class ModelFileDoubleTests : ModelFileTests<double>;
