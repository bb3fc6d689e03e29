using System.Globalization;
using System.Text;

namespace NanoConv.Metrics;

/// <summary>
/// Precision, recall and F1 of each class and their averages, with the meaning they have in scikit-learn's
/// <c>classification_report</c> given all labels: what would divide by zero is 0, and a class without examples
/// counts in the macro average.
/// </summary>
/// <example><code>
/// Console.WriteLine(new ClassificationReport(model.Evaluate(data).Confusion!));
/// Console.WriteLine(new ClassificationReport(ConfusionMatrix.Of(outputs, labels), ["cat", "dog"]));
/// </code></example>
public sealed class ClassificationReport
{
    private const int ColumnWidth = 10;

    /// <summary>Computes the report.</summary>
    /// <param name="matrix">The counts.</param>
    /// <param name="classNames">The names of the classes; their numbers when null.</param>
    public ClassificationReport(ConfusionMatrix matrix, IReadOnlyList<string>? classNames = null)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        string[] names = ClassNames.OrNumbers(classNames, matrix.Classes);
        Classes = [.. names.Select((name, c) => Score(matrix, c, name))];
        Accuracy = matrix.Accuracy;
        Support = matrix.Total;
        MacroAverage = Average("macro avg", _ => 1, matrix.Classes);
        WeightedAverage = Average("weighted avg", scores => scores.Support, matrix.Total);
    }

    /// <summary>The scores of each class, in the order of the classes.</summary>
    public IReadOnlyList<ClassScores> Classes { get; }

    /// <summary>The share of examples predicted as what they are.</summary>
    public double Accuracy { get; }

    /// <summary>The number of examples.</summary>
    public int Support { get; }

    /// <summary>The mean over classes, each counting the same.</summary>
    public ClassScores MacroAverage { get; }

    /// <summary>The mean over classes, each counting as often as it has examples.</summary>
    public ClassScores WeightedAverage { get; }

    /// <summary>The report as a table of text, two digits a score.</summary>
    public override string ToString()
    {
        int width = Math.Max(WeightedAverage.Name.Length, Classes.Max(scores => scores.Name.Length));
        var text = new StringBuilder();
        text.Append(' ', width + 1);
        foreach (string heading in (string[])["precision", "recall", "f1-score", "support"])
            text.Append(heading.PadLeft(ColumnWidth));
        text.Append("\n\n");
        foreach (ClassScores scores in Classes)
            AppendRow(text, width, scores);
        text.Append('\n').Append("accuracy".PadLeft(width)).Append(' ', 1 + 2 * ColumnWidth);
        AppendEnd(text, Accuracy, Support);
        AppendRow(text, width, MacroAverage);
        AppendRow(text, width, WeightedAverage);
        return text.ToString().TrimEnd('\n');
    }

    private static ClassScores Score(ConfusionMatrix matrix, int c, string name)
    {
        int truePositives = matrix[c, c];
        int support = matrix.ActualCount(c);
        int predicted = matrix.PredictedCount(c);
        return new ClassScores(
            name,
            Ratio(truePositives, predicted),
            Ratio(truePositives, support),
            Ratio(2.0 * truePositives, predicted + support),
            support);
    }

    private static double Ratio(double part, double whole) => whole == 0 ? 0 : part / whole;

    private static void AppendRow(StringBuilder text, int width, ClassScores scores)
    {
        text.Append(scores.Name.PadLeft(width)).Append(' ').Append(Digits(scores.Precision)).Append(Digits(scores.Recall));
        AppendEnd(text, scores.F1, scores.Support);
    }

    private static void AppendEnd(StringBuilder text, double score, int support) =>
        text.Append(Digits(score))
            .Append(support.ToString(CultureInfo.InvariantCulture).PadLeft(ColumnWidth)).Append('\n');

    private static string Digits(double score) =>
        score.ToString("0.00", CultureInfo.InvariantCulture).PadLeft(ColumnWidth);

    private ClassScores Average(string name, Func<ClassScores, double> weight, double total) =>
        new(
            name,
            Ratio(Classes.Sum(scores => weight(scores) * scores.Precision), total),
            Ratio(Classes.Sum(scores => weight(scores) * scores.Recall), total),
            Ratio(Classes.Sum(scores => weight(scores) * scores.F1), total),
            Support);
}
