namespace NanoConv.Tests.Training;

/// <summary>Rates that rise, the losses that come of them, and a model that is as it was.</summary>
public sealed class LearningRateFinderTests
{
    private static readonly FitOptions Options = new() { BatchSize = 5, Threads = 2, Seed = 3, Optimizer = new SGD(0.7, momentum: 0.5) };

    /// <summary>The losses are those of a fit whose schedule has these rates; its epochs follow one another.</summary>
    [Fact]
    public void Losses_are_those_of_a_fit_with_these_rates()
    {
        List<double> losses = [];
        OnStep note = new(state => losses.Add(state.LossSum));
        Model<double> model = Build(), fitted = Build();
        double[] before = model.Weights.ToArray();
        IReadOnlyList<LearningRatePoint> points = new LearningRateFinder(1e-4, 1e-2, steps: 10).Run(model, new RecordingDataset<double>(20), Options);
        Expect.SameBits<double>("weights", before, model.Weights);
        SGD same = new(new ExponentialDecay(1e-4, 9, 100), momentum: 0.5);
        fitted.Fit(new RecordingDataset<double>(20), Options with { Epochs = 3, Optimizer = same, Callbacks = [note] });
        Assert.Equal(10, points.Count);
        for (int i = 0; i < points.Count; i++)
        {
            double loss = losses[i] - (i % 4 == 0 ? 0 : losses[i - 1]);
            Expect.Close(loss / 5, points[i].Loss, 1e-9);
            Expect.Close(Math.Pow(10, -4 + (2.0 * i / 9)), points[i].LearningRate, 1e-12);
        }
    }

    /// <summary>The sum over a smaller batch is smaller, and says nothing.</summary>
    [Fact]
    public void Smaller_batches_are_left_out()
    {
        FitOptions sums = Options with { BatchSize = 9, Loss = new CategoricalCrossentropy(reduction: Reduction.Sum), Optimizer = new SGD(1) };
        IReadOnlyList<LearningRatePoint> points = new LearningRateFinder(1e-9, 1e-8, steps: 8).Run(Build(), new RecordingDataset<double>(20), sums);
        Assert.Equal(8, points.Count);
        Assert.All(points, point => Assert.InRange(point.Loss, points[0].Loss / 3, points[0].Loss * 3));
    }

    [Fact]
    public void It_ends_where_the_loss_goes_away()
    {
        Model<float> model = Build<float>();
        float[] before = model.Weights.ToArray();
        IReadOnlyList<LearningRatePoint> points = new LearningRateFinder(0.01, 1e6, steps: 60, divergence: 3).Run(
            model, new RecordingDataset<float>(20), Options);
        Assert.InRange(points.Count, 2, 59);
        double least = points.SkipLast(1).Min(point => point.Loss);
        Assert.True(points[^1].Loss > 3 * least);
        for (int i = 1; i < points.Count - 1; i++)
            Assert.True(points[i].Loss <= 3 * points.Take(i).Min(point => point.Loss));
        Expect.SameBits<float>("weights", before, model.Weights);
    }

    [Fact]
    public void It_ends_where_the_loss_is_no_number()
    {
        Model<float> model = Build<float>();
        float[] before = model.Weights.ToArray();
        IReadOnlyList<LearningRatePoint> points = new LearningRateFinder(1e30, 1e38, steps: 9, divergence: 1e300).Run(
            model, new RecordingDataset<float>(20), Options);
        Assert.InRange(points.Count, 1, 8);
        Expect.SameBits<float>("weights", before, model.Weights);
    }

    [Fact]
    public void A_cancelled_search_puts_the_model_back()
    {
        Model<float> model = Build<float>();
        float[] before = model.Weights.ToArray();
        using CancellationTokenSource source = new();
        RecordingDataset<float> data = new(20) { Visiting = _ => source.Cancel() };
        Assert.ThrowsAny<OperationCanceledException>(() => new LearningRateFinder(0.1).Run(model, data, Options, source.Token));
        Expect.SameBits<float>("weights", before, model.Weights);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Refused(() => _ = new LearningRateFinder(0), "rates that rise from above 0, received 0 to 10");
        Refused(() => _ = new LearningRateFinder(1, 1), "received 1 to 1");
        Refused(() => _ = new LearningRateFinder(steps: 1), "at least two steps, received 1");
        Refused(() => _ = new LearningRateFinder(divergence: 1), "above 1, received 1");
        Expect.Throws<ArgumentException>(() => new LearningRateFinder().Run(Build(), new RecordingDataset<double>(0)), "expected examples to train on");

        static void Refused(Action mistake, params string[] parts) => Expect.Throws<ArgumentOutOfRangeException>(mistake, parts);
    }

    private static Model<double> Build() => Build<double>();

    private static Model<T> Build<T>()
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> =>
        new Sequential(new Flatten(), new BatchNormalization(), new Dense(3, Activation.Softmax)).Build<T>((4, 6, 2), seed: 1);
}
