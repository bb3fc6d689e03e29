using Xunit;

namespace NanoConv.Tests.Metrics;

public class MostFrequentBaselineTests
{
    [Fact]
    public void Predicts_the_most_frequent_training_label_and_is_scored_on_others()
    {
        var baseline = MostFrequentBaseline.Fit<byte>([4, 1, 4, 0]);
        Assert.Equal(4, baseline.PredictedClass);
        Assert.Equal(0.25, baseline.Accuracy<byte>([0, 1, 4, 1]));
    }

    [Fact]
    public void Of_equally_frequent_labels_the_first_is_taken() =>
        Assert.Equal(1, MostFrequentBaseline.Fit<int>([5, 1, 5, 1]).PredictedClass);

    [Fact]
    public void Needs_a_label() => Assert.Throws<ArgumentException>(() => MostFrequentBaseline.Fit<int>([]));

    [Fact]
    public void Scores_zero_on_nothing() => Assert.Equal(0, MostFrequentBaseline.Fit<int>([1]).Accuracy<int>([]));
}
