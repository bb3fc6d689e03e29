namespace NanoConv.Tests.Metrics;

/// <summary>A confusion matrix, and the report on classes, of what a network said.</summary>
public sealed class ConfusionOfOutputsTests
{
    [Fact]
    public void Outputs_count_as_Evaluate_counts_them()
    {
        Model<double> model = new Sequential(new Dense(4, Activation.Softmax)).Build<double>(3, seed: 5);
        int[] labels = [.. Enumerable.Range(0, 40).Select(i => i * i % 4)];
        TensorDataset<double> data = new(new Tensor<double>((40, 3), Numbers.Reals<double>(120, seed: 1)), labels, 4);
        ConfusionMatrix expected = model.Evaluate(data).Confusion!, actual = ConfusionMatrix.Of(model.Predict(data), labels);
        Assert.Equal($"{expected}", $"{actual}");
        Assert.Equal($"{new ClassificationReport(expected)}", $"{new ClassificationReport(actual)}");
    }

    [Fact]
    public void Of_equal_outputs_the_first_counts_and_of_NaN_nothing()
    {
        ConfusionMatrix matrix = ConfusionMatrix.Of(new Tensor<float>((3, 2), [1, 1, 0, 2, float.NaN, 1]), [1, 1, 0]);
        Assert.Equal((2, 1, 1), (matrix.Total, matrix[1, 0], matrix[1, 1]));
    }

    [Fact]
    public void One_probability_tells_two_classes_apart()
    {
        ConfusionMatrix matrix = ConfusionMatrix.Of(new Tensor<float>((4, 1), [0.5f, 0.6f, 0.4f, 0.9f]), [0, 0, 1, 1]);
        Assert.Equal((2, 1, 1, 1, 1), (matrix.Classes, matrix[0, 0], matrix[0, 1], matrix[1, 0], matrix[1, 1]));
        Expect.Throws<ArgumentException>(() => ConfusionMatrix.Of(new Tensor<float>((1, 1)), [2]), "ConfusionMatrix: expected labels from 0 to 1, received 2");
    }
}
