using Xunit;

namespace NanoConv.Tests.Metrics;

public class ConfusionMatrixTests
{
    [Fact]
    public void Counts_land_at_true_row_and_predicted_column()
    {
        var matrix = new ConfusionMatrix(3);
        matrix.Add(actual: 0, predicted: 2);
        matrix.Add(actual: 0, predicted: 2);
        matrix.Add(actual: 1, predicted: 1);
        Assert.Equal(2, matrix[0, 2]);
        Assert.Equal(0, matrix[2, 0]);
        Assert.Equal(1, matrix[1, 1]);
        Assert.Equal(2, matrix.ActualCount(0));
        Assert.Equal(0, matrix.PredictedCount(0));
        Assert.Equal(2, matrix.PredictedCount(2));
        Assert.Equal(3, matrix.Total);
        Assert.Equal(1.0 / 3, matrix.Accuracy);
    }

    [Fact]
    public void Accuracy_of_nothing_is_zero() => Assert.Equal(0, new ConfusionMatrix(2).Accuracy);

    [Theory]
    [InlineData(3, 0, "true class from 0 to 2, received 3")]
    [InlineData(0, -1, "predicted class from 0 to 2, received -1")]
    public void A_class_out_of_range_is_named(int actual, int predicted, string expected)
    {
        var matrix = new ConfusionMatrix(3);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Add(actual, predicted));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, matrix.Total);
    }

    [Fact]
    public void Text_has_a_row_for_each_true_class()
    {
        var matrix = new ConfusionMatrix(2);
        for (int i = 0; i < 12; i++)
            matrix.Add(0, 1);
        matrix.Add(1, 1);
        string expected = string.Join('\n',
            "true \\ predicted   0   1",
            "           cat 0   0  12",
            "           dog 1   0   1");
        Assert.Equal(expected, matrix.ToString(["cat", "dog"]));
    }

    [Fact]
    public void Names_must_be_as_many_as_classes() =>
        Assert.Throws<ArgumentException>(() => new ConfusionMatrix(2).ToString(["cat"]));
}
