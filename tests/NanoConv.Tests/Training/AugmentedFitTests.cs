namespace NanoConv.Tests.Training;

/// <summary>Training with augmentation: on any number of threads, in steps of one's own, and without it in validation.</summary>
public sealed class AugmentedFitTests
{
    private const int Examples = 22, Batch = 8;

    private static readonly Shape Picture = (6, 6, 2);
    private static readonly TensorDataset<float> Data = new(
        new Tensor<float>(Picture.Batch(Examples), Numbers.Reals<float>(Examples * 72, seed: 1)), [.. Enumerable.Range(0, Examples).Select(i => i % 3)], 3);

    private static readonly FitOptions Options = new() { BatchSize = Batch, Epochs = 3, Seed = 4 };

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        Model<float> one = Build(), two = Build();
        one.Fit(Data, Options with { Threads = 1 });
        two.Fit(Data, Options with { Threads = 2 });
        Expect.SameBits<float>("weights", one.Weights, two.Weights);
    }

    [Fact]
    public void Pictures_change_from_epoch_to_epoch_but_not_with_their_order()
    {
        // Weights that stand still tell by the loss what passed.
        FitOptions still = Options with { Optimizer = new SGD(1e-30), Epochs = 2 };
        History shuffled = Alone().Fit(Data, still), ordered = Alone().Fit(Data, still with { Shuffle = false });
        Assert.Equal(ordered.Epochs[0].Loss, shuffled.Epochs[0].Loss, 1e-5);
        Assert.Equal(ordered.Epochs[1].Loss, shuffled.Epochs[1].Loss, 1e-5);
        Assert.True(Math.Abs(shuffled.Epochs[0].Loss - shuffled.Epochs[1].Loss) > 1e-4);
    }

    [Fact]
    public void Steps_on_a_data_set_are_those_of_a_fit_bit_for_bit()
    {
        Model<float> fitted = Build(), stepped = Build();
        fitted.Fit(Data, Options with { Shuffle = false });
        Trainer<float> trainer = new(stepped, Options);
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            for (int first = 0; first < Examples; first += Batch)
                trainer.Step(Data, [.. Enumerable.Range(first, Math.Min(Batch, Examples - first))], epoch);
        }

        Expect.SameBits<float>("weights", fitted.Weights, stepped.Weights);
    }

    [Fact]
    public void Steps_on_batches_draw_anew_each_time()
    {
        Trainer<float> trainer = new(Alone(), Options with { Optimizer = new SGD(1e-30) });
        DatasetSlice<float> batch = new(Data, 0, Batch);
        Assert.NotEqual(trainer.Step(batch).Loss, trainer.Step(batch).Loss, 1e-5);
        Assert.Equal(trainer.Step(Data, [3, 1], epoch: 2).Loss, trainer.Step(Data, [1, 3], epoch: 2).Loss, 1e-5);
        Expect.Throws<ArgumentException>(() => trainer.Step(Data, [1, 22], 1), "expected places from 0 to 21, received 22");
        Expect.Throws<ArgumentException>(() => trainer.Step(Data, [-1], 1), "received -1");
        Expect.Throws<ArgumentException>(() => trainer.Step(Data, new int[Batch + 1], 1), "expected a batch of 1 to 8 examples, received 9");
        Expect.Throws<ArgumentException>(() => trainer.Step(Data, [1], 0), "epoch");
        Expect.Throws<ArgumentNullException>(() => trainer.Step(null!, [1], 1), "data");
        TensorDataset<float> negative = new(new Tensor<float>(Picture.Batch(2)), new Tensor<float>((2, 3), [1, 0, 0, -1, 1, 1]));
        trainer.Step(negative, [0], 1); // of its own examples the batch's are looked at
        Expect.Throws<ArgumentException>(() => trainer.Step(negative, [0, 1], 1), "received -1");
    }

    private static Model<float> Build() => Network(new BatchNormalization());

    // Without what makes a picture's loss depend on the others of its batch.
    private static Model<float> Alone() => Network();

    private static Model<float> Network(params Layer[] behindTheConvolution) => new Sequential(
    [
        new RandomFlip(alternating: true),
        new RandomCrop(6, 6, 2, FillMode.Reflect),
        new RandomRotation(0.1),
        new Cutout(2),
        new RandomContrast(0.3, valueRange: (-2, 2)),
        new Conv2D(4, 3, padding: Padding.Same),
        .. behindTheConvolution,
        Activation.ReLU,
        new Flatten(),
        new Dense(3, Activation.Softmax),
    ]).Build<float>(Picture, seed: 2);
}
