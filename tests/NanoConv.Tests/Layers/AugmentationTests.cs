using NanoConv.Kernels;

namespace NanoConv.Tests.Layers;

/// <summary>What all layers of augmentation have in common: when they act, what it follows from, the gradient, files.</summary>
public sealed class AugmentationTests : PropertySuite
{
    private static readonly Shape Picture = (5, 6, 2);

    public static TheoryData<int> Places => KnownAugmentations.Places;

    [Theory]
    [MemberData(nameof(Places))]
    public void Prediction_takes_pictures_as_they_are_or_their_middle(int place)
    {
        Layer layer = KnownAugmentations.All()[place];
        double[] x = Numbers.Reals<double>(3 * Picture.Elements, place);
        Model<double> model = new Sequential(layer).Build<double>(Picture);
        double[] expected = layer is RandomCrop crop
            ? [.. from n in Enumerable.Range(0, 3)
                  from i in Enumerable.Range((5 - crop.Height) / 2, crop.Height)
                  from j in Enumerable.Range((6 - crop.Width) / 2, crop.Width)
                  from c in Enumerable.Range(0, 2)
                  select x[(((((n * 5) + i) * 6) + j) * 2) + c]]
            : x;
        Tensor<double> inputs = new(Picture.Batch(3), x);
        Expect.SameBits<double>("prediction", expected, model.Predict(inputs).AsSpan());
        Expect.SameBits<double>("outputs", expected, model.Outputs(inputs, model.Layers[0].Name)[0].AsSpan());
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Every_gradient_is_its_slope_for_the_same_draws(int place) => ForAll(Generators.SmallPoolings, c =>
    {
        WindowCase w = c.Window;
        Shape picture = (Math.Max(4, w.Height), Math.Max(4, w.Width), w.Channels);
        LayerGradientTests.AssertProved(seed => GradientCheck.Run(KnownAugmentations.All()[place], picture, c.Images, seed), c.Seed);
    }, 0.2);

    /// <summary>Whoever carries it, whatever batch it is in and at whichever place.</summary>
    [Theory]
    [MemberData(nameof(Places))]
    public void What_becomes_of_a_picture_follows_from_seed_epoch_and_its_place_in_the_data(int place)
    {
        const int Examples = 40;
        double[] x = [.. Enumerable.Repeat(Numbers.Reals<double>(Picture.Elements, 1), Examples).SelectMany(picture => picture)];
        double[][] whole = Augmented(place, x, [.. Enumerable.Range(0, Examples)], seed: 7, epoch: 3);
        Assert.Equal(whole[7..9].Concat(whole[3..4]), Augmented(place, x, [7, 8, 3], seed: 7, epoch: 3));
        Assert.NotEqual(whole, Augmented(place, x, [.. Enumerable.Range(0, Examples)], seed: 8, epoch: 3));
        Assert.NotEqual(whole, Augmented(place, x, [.. Enumerable.Range(0, Examples)], seed: 7, epoch: 4));
        Assert.NotEqual(whole, Augmented(place, x, [.. Enumerable.Range(0, Examples)], seed: 7, epoch: 3, layers: 2));
        Assert.True(whole.Distinct(new SameNumbers()).Count() > 1, "all pictures were changed in one way");
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void They_are_saved_and_loaded(int place)
    {
        Sequential network = new(KnownAugmentations.All()[place], new Flatten(), new Dense(2));
        string text = NetworkDescription.Write(network, Picture, ["a", "b", "c"])!;
        Assert.Equal(text, NetworkDescription.Write(NetworkDescription.Read(text).Network, Picture, ["a", "b", "c"]));
        double[] x = Numbers.Reals<double>(Picture.Elements, place);
        Assert.Equal(
            Augmented(place, x, [5], seed: 3, epoch: 2),
            Augmented(NetworkDescription.Read(text).Network.Layers[0], [.. Enumerable.Repeat(x, 6).SelectMany(one => one)], [5], seed: 3, epoch: 2));
    }

    [Fact]
    public void All_are_there_and_described_in_Kerass_words()
    {
        Assert.Equal(
            typeof(Layer).Assembly.GetTypes().Where(type => type.Namespace == typeof(RandomFlip).Namespace && type.IsSubclassOf(typeof(Layer))).ToHashSet(),
            KnownAugmentations.All().Select(layer => layer.GetType()).ToHashSet());
        Assert.Contains(
            "\"random_rotation_1\",\"factor\":[-0.5,0.5],\"fill_mode\":\"symmetric\",\"interpolation\":\"bilinear\",\"fill_value\":0}",
            NetworkDescription.Write(new Sequential(new RandomRotation(0.5)), Picture, ["random_rotation_1"]),
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Refused(() => _ = new FactorRange(1, 0), "the smaller first, received 1 and 0");
        Refused(() => _ = new FactorRange(0, double.PositiveInfinity), "finite");
        Refused(() => _ = new RandomTranslation(2, 0), "RandomTranslation: expected heightFactor within -1 to 1, received -2 to 2");
        Refused(() => _ = new RandomTranslation(0, (0, 1.5)), "widthFactor");
        Refused(() => _ = new RandomRotation(1.5), "RandomRotation: expected factor within -1 to 1");
        Refused(() => _ = new RandomBrightness(1.5), "RandomBrightness");
        Refused(() => _ = new RandomContrast(1.5), "RandomContrast: expected a number from 0 to 1");
        Refused(() => _ = new RandomContrast(0.5, -0.5), "RandomContrast: expected a finite number of at least 0");
        Refused(
            () => _ = new RandomContrast(0.5, valueRange: (1, 1)), "RandomContrast: expected a value range of two numbers, the smaller first, received 1");
        Refused(() => _ = new RandomBrightness(0.5, (double.MinValue, double.MaxValue)), "RandomBrightness: expected a value range");
        Refused(() => new Sequential(new RandomCrop(3, 3, int.MaxValue / 2)).Build<float>(Picture), "RandomCrop 'random_crop_1': expected a side of at most");
        Refused(() => new Sequential(new Cutout(2, 1e300)).Build<float>(Picture), "Cutout 'cutout_1': expected a number that a Single has, received 1E+300");
        Refused(() => new Sequential(new RandomCrop(3, 3, 1, fillValue: 1e300)).Build<float>(Picture), "RandomCrop 'random_crop_1'");
        Refused(() => new Sequential(new RandomRotation(0.1, fillValue: -1e300)).Build<float>(Picture), "RandomRotation 'random_rotation_1'");
        Refused(() => _ = new RandomCrop(0, 3), "RandomCrop: expected a part of at least 1×1");
        Refused(() => _ = new RandomCrop(3, 3, -1), "padding");
        Refused(() => _ = new RandomFlip((FlipMode)3), "RandomFlip: expected one of Horizontal, Vertical, HorizontalAndVertical");
        Refused(() => _ = new RandomCrop(3, 3, 1, (FillMode)5), "RandomCrop: expected one of Constant, Nearest, Reflect, Symmetric, Wrap");
        Refused(() => _ = new RandomRotation(0.1, (FillMode)5), "RandomRotation");
        Refused(() => _ = new RandomTranslation(0.1, 0.1, interpolation: (Interpolation)2), "RandomTranslation: expected one of Nearest, Bilinear");
        Refused(() => _ = new Cutout(0), "Cutout: expected a square of at least 1×1");
        Refused(() => _ = new Cutout(1, double.NaN), "Cutout: expected a finite number");
        Refused(
            () => new Sequential(new RandomCrop(9, 6, 1)).Build<float>(Picture),
            "RandomCrop 'random_crop_1': expected pictures of at least 9 × 6 with a padding of 1");
        Refused(() => new Sequential(new RandomFlip()).Build<float>(12), "RandomFlip 'random_flip_1': expected an input of shape (height, width, channels)");
        InvalidDataException mistake = Assert.Throws<InvalidDataException>(() => NetworkDescription.Read(
            "{\"input_shape\":[4,4,1],\"layers\":[{\"name\":\"a\",\"class\":\"RandomFlip\",\"mode\":\"sideways\",\"alternating\":false}]}"));
        Assert.Contains("'horizontal', 'vertical', 'horizontal_and_vertical', found 'sideways'", mistake.Message, StringComparison.Ordinal);

        static void Refused(Action mistake, string part) => Expect.Throws<ArgumentException>(mistake, part);
    }

    /// <summary>Some pictures of a data set through one layer, or the last of several of its kind, in training.</summary>
    private static double[][] Augmented(int place, double[] x, int[] examples, int seed, int epoch, int layers = 1)
    {
        Layer layer = KnownAugmentations.All()[place];
        double[] data = x.Length == Picture.Elements ? [.. Enumerable.Repeat(x, examples.Max() + 1).SelectMany(one => one)] : x;
        return Augmented(layer, data, examples, seed, epoch, layers);
    }

    private static double[][] Augmented(Layer layer, double[] x, int[] examples, int seed, int epoch, int layers = 1)
    {
        // Another layer before it changes nothing, but gives it another place in the network.
        Layer[] before = [.. Enumerable.Range(1, layers - 1).Select(_ => (Layer)new Dropout(0))];
        Model<double> model = new Sequential([.. before, layer]).Build<double>(Picture);
        Workspace<double> workspace = new(model, examples.Length, training: true);
        workspace.Load(new TensorInputs<double>(new Tensor<double>(Picture.Batch(x.Length / Picture.Elements), x)), examples, 0, examples.Length);
        workspace.Configure(training: true, wantsLogits: false, seed, step: 11, firstExample: 4, epoch);
        return [.. workspace.Forward().ToArray().Chunk(model.OutputShape.Elements)];
    }
}
