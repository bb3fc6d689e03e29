namespace NanoConv.Tests.Metrics;

/// <summary>The class among the k greatest: against a sort, with ties, and where it has no meaning.</summary>
public sealed class TopKCategoricalAccuracyTests : PropertySuite
{
    /// <summary>Of whole numbers, many of which are equal: a class counts if it is in any order of the k greatest.</summary>
    [Fact]
    public void It_is_the_share_of_labels_among_the_k_greatest() => ForAll(Generators.Matrices, static c =>
    {
        (int rows, int classes, int seed) = c;
        Random random = new(seed);
        Tensor<float> outputs = new((rows, classes), Numbers.Integers<float>(rows * classes, seed));
        int[] labels = [.. Enumerable.Range(0, rows).Select(_ => random.Next(classes))];
        for (int k = 1; k <= classes; k++)
        {
            int right = 0;
            for (int i = 0; i < rows; i++)
            {
                float least = outputs.AsSpan().Slice(i * classes, classes).ToArray().OrderDescending().ElementAt(k - 1);
                right += outputs[i, labels[i]] >= least ? 1 : 0;
            }

            Assert.Equal((double)right / rows, new TopKCategoricalAccuracy(k).Of(outputs, labels));
        }

        Assert.Equal(1, new TopKCategoricalAccuracy(classes).Of(outputs, labels));
    });

    /// <summary>Keras's in_top_k: all that tie at the border are in.</summary>
    [Fact]
    public void Ties_at_the_border_are_all_right()
    {
        Tensor<double> outputs = new((1, 5), [0.1, 0.3, 0.3, 0.3, 0]);
        Assert.Equal([0, 1, 1, 1, 0], Enumerable.Range(0, 5).Select(label => new TopKCategoricalAccuracy(2).Of(outputs, [label])));
    }

    [Fact]
    public void Of_distinct_outputs_the_first_is_what_Evaluate_counts()
    {
        Model<double> model = new Sequential(new Dense(7, Activation.Softmax)).Build<double>(4, seed: 3);
        TensorDataset<double> data = new(new Tensor<double>((50, 4), Numbers.Reals<double>(200, seed: 1)), [.. Enumerable.Range(0, 50).Select(i => i % 7)], 7);
        Assert.Equal(model.Evaluate(data).Accuracy, new TopKCategoricalAccuracy(1).Of(model.Predict(data), data));
        double of5 = new TopKCategoricalAccuracy().Of(model.Predict(data), data);
        Assert.Equal(5, new TopKCategoricalAccuracy().K);
        Assert.InRange(of5, new TopKCategoricalAccuracy(4).Of(model.Predict(data), data), new TopKCategoricalAccuracy(6).Of(model.Predict(data), data));
    }

    [Fact]
    public void An_output_that_is_NaN_is_no_answer()
    {
        Tensor<float> outputs = new((2, 3), [1, 2, 3, 4, float.NaN, 5]);
        Assert.Equal(double.NaN, new TopKCategoricalAccuracy(2).Of(outputs, [0, 0]));
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Tensor<float> outputs = new((2, 3));
        TopKCategoricalAccuracy accuracy = new(2);
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new TopKCategoricalAccuracy(0), "TopKCategoricalAccuracy: expected k of at least 1, received 0");
        Expect.Throws<ArgumentException>(() => new TopKCategoricalAccuracy().Of(outputs, [0, 1]), "expected at least 5 classes, k, received 3");
        Expect.Throws<ArgumentException>(() => accuracy.Of(outputs, [0]), "expected 2 labels, one for each row, received 1");
        Expect.Throws<ArgumentException>(() => accuracy.Of(outputs, [0, 3]), "expected labels from 0 to 2, received 3 for row 1");
        Expect.Throws<ArgumentException>(() => accuracy.Of(outputs, [-1, 0]), "received -1 for row 0");
        Expect.Throws<ArgumentException>(() => accuracy.Of(new Tensor<float>((2, 3, 1)), [0, 1]), "expected outputs of shape (n, classes), received (2, 3, 1)");
        Assert.Equal("TopKCategoricalAccuracy(k 2)", $"{accuracy}");
    }
}
