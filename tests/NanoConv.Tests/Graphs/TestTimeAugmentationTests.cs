namespace NanoConv.Tests.Graphs;

/// <summary>Predictions that are means over views: over which views, with which weights, of logits where the network ends in softmax.</summary>
public sealed class TestTimeAugmentationTests
{
    private const int Examples = 7;

    private static readonly Shape Picture = (5, 6, 2);
    private static readonly double[] Pixels = Numbers.Reals<double>(Examples * 60, seed: 1);
    private static readonly Tensor<double> Pictures = new(Picture.Batch(Examples), Pixels);

    [Fact]
    public void The_mirror_counts_half()
    {
        Model<double> model = Build(Activation.Tanh);
        double[] expected = Mean(model, [(0, false, 0.5), (0, true, 0.5)]);
        Expect.Close<double>("mean", expected, model.Predict(Pictures, TestTimeAugmentation.Mirror).AsSpan(), 1e-14);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Shifted_ones_count_an_eighth_each(int by)
    {
        Model<double> model = Build(Activation.Tanh);
        double[] expected = Mean(
            model, [(0, false, 0.25), (0, true, 0.25), (-by, false, 0.125), (-by, true, 0.125), (by, false, 0.125), (by, true, 0.125)]);
        TestTimeAugmentation views = TestTimeAugmentation.MirrorAndShift(by);
        Expect.Close<double>("mean", expected, model.Predict(Pictures, views).AsSpan(), 1e-14);
        double[] ofInputs = model.Predict(new TensorInputs<double>(Pictures), views).AsSpan().ToArray();
        Expect.SameBits<double>("inputs", model.Predict(Pictures, views, threads: 1).AsSpan(), ofInputs);
        Assert.Equal($"mirror, shift by {by}", views.ToString());
    }

    [Fact]
    public void Of_a_softmax_it_is_the_mean_of_the_logits()
    {
        Model<double> probabilities = Build(Activation.Softmax), logits = Build(Activation.Linear);
        double[] mean = logits.Predict(Pictures, TestTimeAugmentation.Mirror).AsSpan().ToArray();
        double[] expected = [.. mean.Chunk(3).SelectMany(row => row.Select(value => Math.Exp(value) / row.Sum(Math.Exp)))];
        Expect.Close<double>("probabilities", expected, probabilities.Predict(Pictures, TestTimeAugmentation.Mirror).AsSpan(), 1e-12);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Expect.Throws<ArgumentException>(() => TestTimeAugmentation.MirrorAndShift(0), "pixels");
        Model<double> flat = new Sequential(new Dense(2)).Build<double>(4);
        Expect.Throws<ArgumentException>(
            () => flat.Predict(new Tensor<double>((1, 4)), TestTimeAugmentation.Mirror), "a network of pictures", "'mirror'", "(4,)");
        Expect.Throws<ArgumentException>(() => Build(Activation.Tanh).Predict(new Tensor<double>((1, 5, 5, 2)), TestTimeAugmentation.Mirror), "(5, 6, 2)");
    }

    private static Model<double> Build(Activation end) =>
        new Sequential(new Conv2D(4, 3, activation: Activation.ReLU), new Flatten(), new Dense(3, end)).Build<double>(Picture, seed: 3);

    // By predictions of pictures that were moved before; what comes in is mirrored at the border's own pixels.
    private static double[] Mean(Model<double> model, (int First, bool Mirrored, double Weight)[] views)
    {
        double[] mean = new double[Examples * 3];
        foreach ((int first, bool mirrored, double weight) in views)
        {
            double[] seen = [.. from n in Enumerable.Range(0, Examples)
                                from i in Enumerable.Range(0, 5)
                                from j in Enumerable.Range(0, 6)
                                from c in Enumerable.Range(0, 2)
                                select Pixels[(((((n * 5) + Inside(i + first, 5)) * 6) + Inside((mirrored ? 5 - j : j) + first, 6)) * 2) + c]];
            double[] outputs = model.Predict(new Tensor<double>(Picture.Batch(Examples), seen)).AsSpan().ToArray();
            for (int i = 0; i < mean.Length; i++)
                mean[i] += weight * outputs[i];
        }

        return mean;
    }

    private static int Inside(int place, int length) => place < 0 ? -place : place >= length ? (2 * length) - 2 - place : place;
}
