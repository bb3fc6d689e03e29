namespace NanoConv.Tests.Layers;

/// <summary>Mistakes in a network are refused where they are made, naming the layer, what was expected and received.</summary>
public sealed class LayerErrorsTests
{
    [Fact]
    public void A_layer_that_does_not_suit_its_input_is_named()
    {
        Refused(
            () => new Sequential(new Flatten(), new Conv2D(4, 3)).Build<float>((5, 5, 2)), "Conv2D 'conv2d_1'", "(height, width, channels)", "(50,)");
        Refused(() => new Sequential(new Conv2D(4, 3), new Conv2D(4, 3, name: "deep")).Build<float>((4, 5, 2)), "Conv2D 'deep'", "3×3", "2×3");
        Refused(() => new Sequential(new MaxPooling2D(3)).Build<float>((2, 5, 1)), "MaxPooling2D 'max_pooling2d_1'", "3×3", "2×5");
        Refused(() => new Sequential(new MaxPooling2D(3)).Build<float>(5), "MaxPooling2D", "(height, width, channels)", "(5,)");
        Refused(
            () => new Sequential(new Flatten(), new GlobalAveragePooling2D()).Build<float>((5, 5, 2)),
            "GlobalAveragePooling2D 'global_average_pooling2d_1'", "(height, width, channels)", "(50,)");
        Refused(() => new Sequential(new Dense(4)).Build<float>((5, 5, 2)), "Dense 'dense_1'", "flat input", "(5, 5, 2)", "Flatten");
    }

    [Fact]
    public void A_layer_that_makes_no_sense_is_refused_at_once()
    {
        Refused(() => _ = new Conv2D(0, 3), "Conv2D", "at least 1 filter");
        Refused(() => _ = new Conv2D(1, (0, 3)), "a kernel of at least 1×1", "0×3");
        Refused(() => _ = new Conv2D(1, 3, strides: (1, 0)), "strides of at least 1×1", "1×0");
        Refused(() => _ = new Dense(0), "Dense", "at least 1 unit");
        Refused(() => _ = new MaxPooling2D((2, -1)), "pool size", "2×-1");
        Refused(() => _ = new MaxPooling2D(2, padding: Padding.Explicit(2, 0, 0, 0)), "MaxPooling2D", "smaller than the pool size 2×2", "top 2");
        Refused(() => _ = new MaxPooling2D(2, padding: Padding.Explicit(0, 0, 0, 2)), "right 2");
        Refused(() => _ = new Flatten(name: string.Empty), "name");
        Refused(() => _ = new Flatten(name: "a/b"), "'a/b'");
        Refused(() => _ = new Sequential(), "at least one layer");
    }

    [Fact]
    public void Two_layers_of_one_name_are_refused()
    {
        Refused(() => _ = new Sequential(new Dense(3, name: "twin"), new Dense(2, name: "twin")), "'twin'");
    }

    [Fact]
    public void A_name_given_by_hand_is_not_given_again_by_number()
    {
        Model<float> model = new Sequential(new Dense(3), new Dense(4, name: "dense_1"), new Dense(2)).Build<float>(4);
        Assert.Equal(["dense_2", "dense_1", "dense_3"], model.Layers.Select(layer => layer.Name));
    }

    [Fact]
    public void What_is_no_layer_no_activation_and_no_number_type_is_refused()
    {
        Refused(() => _ = new Sequential(new Flatten(), null!), "layers");
        Refused(() => _ = new ActivationLayer(null!), "activation");
        Refused(() => _ = new LeakyReLU(-0.1), "LeakyReLU", "at least 0", "-0.1");
        Refused(() => _ = new ELU(double.PositiveInfinity), "ELU", "finite");
        Expect.Throws<NotSupportedException>(() => new Sequential(new Dense(2)).Build<Half>(4), "float or double", "Half");
    }

    [Fact]
    public void Buffers_that_no_array_can_hold_are_refused_by_name()
    {
        Refused(
            () => new Sequential(new Conv2D(3, 2, padding: Padding.Explicit(int.MaxValue))).Build<float>((5, 5, 2)), "'conv2d_1'", "padded input");
        Refused(() => new Sequential(new Conv2D(3, 40_000)).Build<float>((5, 5, 2)), "'conv2d_1'");
        Refused(() => new Sequential(new Conv2D(100_000, 1)).Build<float>((200, 200, 2)), "'conv2d_1'", "output");
    }

    [Fact]
    public void Layers_are_numbered_by_kind()
    {
        Model<float> model = new Sequential(
            new Conv2D(2, 1),
            new MaxPooling2D(1),
            new Conv2D(2, 1),
            new ActivationLayer(Activation.ReLU),
            new Dropout(0.1),
            new Flatten(),
            new Dense(2),
            new ActivationLayer(Activation.Softmax),
            new ActivationLayer(Activation.Linear)).Build<float>((2, 2, 1));
        Assert.Equal(
            ["conv2d_1", "max_pooling2d_1", "conv2d_2", "re_lu_1", "dropout_1", "flatten_1", "dense_1", "softmax_1", "linear_1"],
            model.Layers.Select(layer => layer.Name));
        Assert.Equal(
            ["conv2d_1/kernel", "conv2d_1/bias", "conv2d_2/kernel", "conv2d_2/bias", "dense_1/kernel", "dense_1/bias"],
            model.Parameters.Select(parameter => parameter.Name));
    }

    private static void Refused(Action mistake, params string[] parts) => Expect.Throws<ArgumentException>(mistake, parts);
}
