using FsCheck.Fluent;

namespace NanoConv.Tests.Metrics;

public class ClassificationReportTests : PropertySuite
{
    /// <summary>The example in scikit-learn's documentation of classification_report, with its published output.</summary>
    [Fact]
    public void Text_is_that_of_scikit_learn()
    {
        ConfusionMatrix matrix = Matrix(3, [0, 1, 2, 2, 2], [0, 0, 2, 2, 1]);
        string expected = string.Join('\n',
            "              precision    recall  f1-score   support",
            "",
            "     class 0       0.50      1.00      0.67         1",
            "     class 1       0.00      0.00      0.00         1",
            "     class 2       1.00      0.67      0.80         3",
            "",
            "    accuracy                           0.60         5",
            "   macro avg       0.50      0.56      0.49         5",
            "weighted avg       0.70      0.60      0.61         5");
        Assert.Equal(expected, new ClassificationReport(matrix, ["class 0", "class 1", "class 2"]).ToString());
    }

    /// <summary>Worked by hand: 3 classes, one never predicted, one without examples.</summary>
    [Fact]
    public void What_would_divide_by_zero_is_zero()
    {
        var report = new ClassificationReport(Matrix(3, [0, 0, 1], [0, 2, 2]));
        Assert.Equal(new ClassScores("0", 1, 0.5, 2.0 / 3, 2), report.Classes[0]);
        Assert.Equal(new ClassScores("1", 0, 0, 0, 1), report.Classes[1]);
        Assert.Equal(new ClassScores("2", 0, 0, 0, 0), report.Classes[2]);
        Assert.Equal(1.0 / 3, report.MacroAverage.Precision);
        Assert.Equal(2.0 / 3, report.WeightedAverage.Precision);
        Assert.Equal(1.0 / 3, report.WeightedAverage.Recall);
        Assert.Equal(4.0 / 9, report.WeightedAverage.F1, 15);
    }

    [Fact]
    public void A_report_of_nothing_is_all_zero()
    {
        var report = new ClassificationReport(new ConfusionMatrix(2));
        Assert.Equal(0, report.Accuracy);
        Assert.Equal(new ClassScores("macro avg", 0, 0, 0, 0), report.MacroAverage);
        Assert.Equal(new ClassScores("weighted avg", 0, 0, 0, 0), report.WeightedAverage);
    }

    /// <summary>Against the definitions, counted over the labels themselves, without a matrix.</summary>
    [Fact]
    public void Scores_are_their_definitions() => ForAll(ArbMap.Default.ArbFor<(byte, byte)[]>(), static pairs =>
    {
        const int classes = 4;
        int[] actual = [.. pairs.Select(pair => pair.Item1 % classes)];
        int[] predicted = [.. pairs.Select(pair => pair.Item2 % classes)];
        var report = new ClassificationReport(Matrix(classes, actual, predicted));
        for (int c = 0; c < classes; c++)
        {
            double hits = actual.Zip(predicted).Count(pair => pair == (c, c));
            double precision = predicted.Contains(c) ? hits / predicted.Count(p => p == c) : 0;
            double recall = actual.Contains(c) ? hits / actual.Count(a => a == c) : 0;
            double f1 = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
            Assert.Equal(precision, report.Classes[c].Precision, 12);
            Assert.Equal(recall, report.Classes[c].Recall, 12);
            Assert.Equal(f1, report.Classes[c].F1, 12);
            Assert.Equal(actual.Count(a => a == c), report.Classes[c].Support);
        }
        Assert.Equal(report.Accuracy, report.WeightedAverage.Recall, 12); // an identity
        Assert.Equal(report.Classes.Average(scores => scores.F1), report.MacroAverage.F1, 12);
    });

    private static ConfusionMatrix Matrix(int classes, int[] actual, int[] predicted)
    {
        var matrix = new ConfusionMatrix(classes);
        foreach ((int a, int p) in actual.Zip(predicted))
            matrix.Add(a, p);
        return matrix;
    }
}
