using System.Numerics;

namespace NanoConv.Tests.Models;

/// <summary>Layers, activations, penalties and initializers of one's own: saved, loaded once they are registered, and refused by name before.</summary>
public sealed class OwnClassTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string FilePath => Path.Combine(folder, "model.safetensors");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(KnownActivations.Theory), MemberType = typeof(KnownActivations))]
    public void An_activation_is_saved_and_loaded(Activation activation)
    {
        Model<float> model = new Sequential(
            new Conv2D(3, 2, activation: activation), activation, new Flatten(), new Dense(4, activation), new Dense(2, Activation.Softmax))
            .Build<float>((4, 4, 2));
        model.Save(FilePath);
        Model<float> back = Model.Load<float>(FilePath);
        Tensor<float> x = new((3, 4, 4, 2), Numbers.Reals<float>(96, seed: 1, limit: 4));
        Expect.SameBits<float>("y", model.Predict(x).AsSpan(), back.Predict(x).AsSpan());
        Assert.Equal(model.Summary(), back.Summary());
        Assert.Equal(activation.GetType(), ((Conv2D)back.Layers[0].Specification).Activation.GetType());
        Assert.Equal($"{activation}", $"{((Dense)back.Layers[3].Specification).Activation}");
        Assert.Equal(
            NetworkDescription.Write(model.Network, model.InputShape, ["a", "b", "c", "d", "e"]),
            NetworkDescription.Write(back.Network, model.InputShape, ["a", "b", "c", "d", "e"]));
    }

    [Fact]
    public void Activations_are_written_in_Kerass_words()
    {
        Assert.Equal(
            ["\"linear\"", "\"relu\"", "\"relu6\"", "{\"name\":\"leaky_relu\",\"negative_slope\":0.2}", "{\"name\":\"leaky_relu\",\"negative_slope\":0}",
                "{\"name\":\"elu\",\"alpha\":1}", "{\"name\":\"elu\",\"alpha\":0.5}", "\"selu\"", "{\"name\":\"gelu\",\"approximate\":false}",
                "{\"name\":\"gelu\",\"approximate\":true}", "\"silu\"", "\"hard_silu\"", "\"softplus\"", "\"sigmoid\"", "\"tanh\"", "\"hard_sigmoid\"",
                "\"softmax\""],
            KnownActivations.All.Select(activation => NetworkDescription.Write(new Sequential(activation), 2, ["a"])!.Split("\"activation\":")[1][..^3]));
        Assert.Equal("ELU(1)", Read("\"elu\"").ToString()); // a name alone has Keras's settings
        Assert.Equal("LeakyReLU(0.2)", Read("\"leaky_relu\"").ToString());
        Assert.Equal("GELU", Read("\"gelu\"").ToString());
        Assert.Same(Activation.ReLU, Read("\"relu\""));
        Assert.Same(Activation.SiLU, Read("\"swish\"")); // Keras reads these names, too
        Assert.Same(Activation.HardSiLU, Read("\"hard_swish\""));

        static Activation Read(string text) => ((ActivationLayer)NetworkDescription.Read(
            $"{{\"input_shape\":[2],\"layers\":[{{\"name\":\"a\",\"class\":\"ActivationLayer\",\"activation\":{text}}}]}}").Network.Layers[0]).Activation;
    }

    [Fact]
    public void What_is_registered_is_saved_and_loaded()
    {
        Layer.Register<Scaled>();
        Layer.Register<Scaled>(); // once more is no mistake
        Activation.Register<Cube>("cube");
        Activation.Register<Power>("power");
        Regularizer.Register<Elastic>();
        Initializer.Register<Constant>("own_constant");
        Model<double> model = new Sequential(
            new Scaled(3, twice: true, (2, 3), Padding.Explicit(1, 2, 3, 4), "a name", new Power(1.5), "first"),
            new Dense(4, new Cube(), kernelInitializer: new Constant(0.25), kernelRegularizer: new Elastic(0.1, 0.2)),
            new Power(2)).Build<double>(5);
        model.Save(FilePath);
        Model<double> back = Model.Load<double>(FilePath);
        Scaled scaled = (Scaled)back.Layers[0].Specification;
        Assert.Equal((3, true, (Size2D)(2, 3), "a name", "first"), (scaled.Factor, scaled.Twice, scaled.Size, scaled.Text, scaled.Name));
        Assert.Equal(1.5, ((Power)scaled.Activation).Exponent);
        Assert.Equal(Padding.Explicit(1, 2, 3, 4), scaled.Padding);
        Dense dense = (Dense)back.Layers[1].Specification;
        Elastic elastic = (Elastic)dense.KernelRegularizer!;
        Assert.Equal((0.25, 0.1, 0.2), (((Constant)dense.KernelInitializer).Value, elastic.L1, elastic.L2));
        Assert.Equal("power_1", back.Layers[2].Name);
        double[] x = Numbers.Reals<double>(10, seed: 1);
        Expect.SameBits<double>("y", model.Predict(new Tensor<double>((2, 5), x)).AsSpan(), back.Predict(new Tensor<double>((2, 5), x)).AsSpan());
        const string Start = "{\"class\":\"Scaled\",\"name\":\"first\",\"factor\":3,";
        Assert.Contains(Start, ModelInfo.Read(FilePath).Metadata["nanoconv.network"], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_registered_is_refused_by_name_when_it_is_loaded()
    {
        new Sequential(new Unregistered()).Build<float>(2).Save(FilePath);
        Expect.Throws<InvalidDataException>(() => Model.Load<float>(FilePath), FilePath, "'Unregistered'", "a layer out of", "'Dense'", "Layer.Register");
        new Sequential(new Dense(1, new UnregisteredFunction())).Build<float>(2).Save(FilePath);
        Expect.Throws<InvalidDataException>(() => Model.Load<float>(FilePath), "'unregistered'", "'activation'", "'relu'", "Activation.Register");
    }

    /// <summary>Else a file would come back as something else.</summary>
    [Fact]
    public void A_class_that_is_called_as_another_is_neither_registered_nor_saved()
    {
        Expect.Throws<ArgumentException>(() => Layer.Register<Dropout>(), typeof(Dropout).FullName!, "'Dropout'", typeof(NanoConv.Layers.Dropout).FullName!);
        Expect.Throws<ArgumentException>(() => Activation.Register<Impostor>("relu"), "'relu'", typeof(ReLU).FullName!);
        Expect.Throws<ArgumentException>(
            () => new Sequential(new Dropout()).Build<float>(2).Save(FilePath), "Dropout 'own_1'", "'Dropout'", "a name of its own");
        Expect.Throws<ArgumentException>(() => new Sequential(new Impostor()).Build<float>(2).Save(FilePath), "'relu'", "a name of its own");
        Layer.Register<Dropout>("OtherDropout");
        new Sequential(new Dropout()).Build<float>(2).Save(FilePath);
        Assert.IsType<Dropout>(Model.Load<float>(FilePath).Layers[0].Specification);
    }

    [Fact]
    public void Settings_have_names_of_their_own_and_finite_numbers()
    {
        ConfigWriter config = new();
        Expect.Throws<ArgumentException>(() => config.Add("name", 1), "'name'");
        Expect.Throws<ArgumentException>(() => config.Add("class", "x"), "'class'");
        config.Add("a", 1);
        Expect.Throws<ArgumentException>(() => config.Add("a", true), "nor taken", "'a'");
        Expect.Throws<ArgumentException>(() => config.Add("b", double.NaN), "'b'", "finite");
    }

    [Fact]
    public void What_is_missing_or_malformed_is_named()
    {
        Layer.Register<Scaled>();
        const string Good = """
            "factor":1,"twice":true,"size":[1,1],"padding":"same","text":"","activation":"relu"
            """;
        Assert.Equal("a", ((Scaled)Read(Good).Network.Layers[0]).Name);
        foreach ((string good, string bad, string part) in new[]
        {
            ("\"factor\":1", "\"x\":1", "'factor', found none"),
            ("\"factor\":1", "\"factor\":1.5", "'factor'"),
            ("true", "1", "'twice': expected true or false"),
            ("[1,1]", "[1]", "'size': expected 2 numbers"),
            ("[1,1]", "3", "'size': expected 2 numbers"),
            ("\"same\"", "[1,2,3]", "'padding': expected 4 numbers"),
            ("\"same\"", "\"full\"", "'padding' to be 'same', 'valid' or four numbers, found 'full'"),
            ("\"text\":\"\"", "\"text\":0", "'text': expected text"),
            ("\"relu\"", "\"x\"", "'activation': expected an activation out of 'cube"),
        })
        {
            Activation.Register<Cube>("cube");
            Expect.Throws<InvalidDataException>(() => Read(Good.Replace(good, bad, StringComparison.Ordinal)), part);
        }

        static (Network Network, Shape) Read(string settings) =>
            NetworkDescription.Read($"{{\"input_shape\":[2],\"layers\":[{{\"class\":\"Scaled\",\"name\":\"a\",{settings}}}]}}");
    }

    [Fact]
    public async Task Classes_are_registered_while_others_are_read()
    {
        new Sequential(new Dense(2, Activation.GELU)).Build<float>(2).Save(FilePath);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 50; i++)
            {
                Activation.Register<Cube>($"cube{thread}_{i}");
                Model.Load<float>(FilePath);
            }
        })));
        Activation.Register<Cube>("cube");
    }

    /// <summary>x times a whole number; with a setting of each kind.</summary>
    private sealed class Scaled(int factor, bool twice, Size2D size, Padding padding, string text, Activation activation, string? name)
        : Layer(name), IDescribed<Scaled>
    {
        public int Factor => factor;

        public bool Twice => twice;

        public Size2D Size => size;

        public Padding Padding => padding;

        public string Text => text;

        public Activation Activation => activation;

        public override string Kind => "scaled";

        public static Scaled FromConfig(ConfigReader config) => new(
            config.Whole("factor"),
            config.Flag("twice"),
            config.Size("size"),
            config.Padding("padding"),
            config.Text("text"),
            config.Activation("activation"),
            config.Name);

        public void Describe(ConfigWriter config)
        {
            config.Add("factor", factor);
            config.Add("twice", twice);
            config.Add("size", size);
            config.Add("padding", padding);
            config.Add("text", text);
            config.Add("activation", activation);
        }

        public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder) => new Built<T>(builder, factor);

        private sealed class Built<T>(LayerBuilder<T> builder, int factor) : BuiltLayer<T>(builder, builder.InputShape)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
            {
                for (int i = 0; i < x.Length; i++)
                    y[i] = x[i] * T.CreateChecked(factor);
            }

            public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx) =>
                throw new NotSupportedException();
        }
    }

    private sealed class Unregistered() : Layer(null), IDescribed<Unregistered>
    {
        public override string Kind => "own";

        public static Unregistered FromConfig(ConfigReader config) => new();

        public void Describe(ConfigWriter config)
        {
        }

        public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder) => new Flatten().Build(builder);
    }

    private sealed class Dropout() : Layer(null), IDescribed<Dropout>
    {
        public override string Kind => "own";

        public static Dropout FromConfig(ConfigReader config) => new();

        public void Describe(ConfigWriter config)
        {
        }

        public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder) => new Flatten().Build(builder);
    }

    private abstract class OwnFunction(string name) : Activation
    {
        public override string Name => name;

        public void Describe(ConfigWriter config)
        {
        }

        public override void Forward<T>(Span<T> y, ReadOnlySpan<T> x, int lastAxis)
        {
            for (int i = 0; i < x.Length; i++)
                y[i] = x[i] * x[i] * x[i];
        }

        public override void Gradient<T>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> y, int lastAxis) =>
            throw new NotSupportedException();
    }

    private sealed class Cube() : OwnFunction("cube"), IDescribed<Cube>
    {
        public static Cube FromConfig(ConfigReader config) => new();
    }

    private sealed class UnregisteredFunction() : OwnFunction("unregistered"), IDescribed<UnregisteredFunction>
    {
        public static UnregisteredFunction FromConfig(ConfigReader config) => new();
    }

    private sealed class Impostor() : OwnFunction("relu"), IDescribed<Impostor>
    {
        public static Impostor FromConfig(ConfigReader config) => new();
    }

    /// <summary>|x|ᵉ, its only setting called as itself.</summary>
    private sealed class Power(double exponent) : Activation, IDescribed<Power>
    {
        public double Exponent => exponent;

        public override string Name => "power";

        public static Power FromConfig(ConfigReader config) => new(config.Real("power"));

        public void Describe(ConfigWriter config) => config.Add("power", exponent);

        public override void Forward<T>(Span<T> y, ReadOnlySpan<T> x, int lastAxis)
        {
            for (int i = 0; i < x.Length; i++)
                y[i] = T.Pow(T.Abs(x[i]), T.CreateChecked(exponent));
        }

        public override void Gradient<T>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> y, int lastAxis) =>
            throw new NotSupportedException();
    }

    private sealed class Elastic(double l1, double l2) : Regularizer, IDescribed<Elastic>
    {
        public double L1 => l1;

        public double L2 => l2;

        public static Elastic FromConfig(ConfigReader config) => new(config.Real("l1"), config.Real("l2"));

        public void Describe(ConfigWriter config)
        {
            config.Add("l1", l1);
            config.Add("l2", l2);
        }

        public override T Penalty<T>(ReadOnlySpan<T> w) => T.Zero;

        public override void AddGradient<T>(Span<T> gradient, ReadOnlySpan<T> w)
        {
        }
    }

    private sealed class Constant(double value) : Initializer, IDescribed<Constant>
    {
        public double Value => value;

        public static Constant FromConfig(ConfigReader config) => new(config.Real("value"));

        public void Describe(ConfigWriter config) => config.Add("value", value);

        public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key) => values.Fill(T.CreateChecked(value));
    }
}
