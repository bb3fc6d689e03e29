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

    /// <summary>An edit that begins in the first view has to wait for the last.</summary>
    [Fact]
    public void All_views_are_of_the_same_weights()
    {
        Model<double> model = Build(Activation.Tanh), untouched = Build(Activation.Tanh);
        Thread edit = new(() => model.Edit(weights => weights.Fill(0)));
        Editing inputs = new(() =>
        {
            if (edit.ThreadState == ThreadState.Unstarted)
                edit.Start();
        });
        Tensor<double> found = model.Predict(inputs, TestTimeAugmentation.MirrorAndShift(), threads: 1);
        edit.Join();
        Expect.SameBits<double>("mean", untouched.Predict(Pictures, TestTimeAugmentation.MirrorAndShift()).AsSpan(), found.AsSpan());
        Assert.All(model.Weights.ToArray(), weight => Assert.Equal(0, weight));
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Expect.Throws<ArgumentException>(() => TestTimeAugmentation.MirrorAndShift(0), "pixels");
        Model<double> flat = new Sequential(new Dense(2)).Build<double>(4);
        Expect.Throws<ArgumentException>(
            () => flat.Predict(new Tensor<double>((1, 4)), TestTimeAugmentation.Mirror), "a network of pictures", "'mirror'", "(4,)");
        Expect.Throws<ArgumentException>(() => Build(Activation.Tanh).Predict(new Tensor<double>((1, 5, 5, 2)), TestTimeAugmentation.Mirror), "(5, 6, 2)");
        Model<double> pictures = new Sequential(new Conv2D(2, 3, padding: Padding.Same)).Build<double>(Picture);
        Expect.Throws<ArgumentException>(() => pictures.Predict(Pictures, TestTimeAugmentation.Mirror), "a row of numbers", "(5, 6, 2)");
        TestTimeAugmentation far = TestTimeAugmentation.MirrorAndShift(5);
        Expect.Throws<ArgumentException>(() => Build(Activation.Tanh).Predict(Pictures, far), "larger than the shift of 'mirror, shift by 5'");
        ByteImages<double> none = new(Array.Empty<byte>(), Picture);
        Expect.Throws<ArgumentException>(() => Build(Activation.Tanh).Predict(none, TestTimeAugmentation.Mirror), "received none");
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

    /// <summary>The pictures; whoever reads the first of them has something done, and waits a little for it.</summary>
    private sealed class Editing(Action begin) : IInputs<double>
    {
        public int Count => Examples;

        public Shape InputShape => Picture;

        public void CopyInput(int index, Span<double> destination)
        {
            if (index == 0)
            {
                begin();
                Thread.Sleep(20);
            }

            Pixels.AsSpan(index * 60, 60).CopyTo(destination);
        }
    }
}
