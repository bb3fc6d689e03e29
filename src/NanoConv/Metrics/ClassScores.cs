namespace NanoConv.Metrics;

/// <summary>A row of a classification report: one class, or an average over classes.</summary>
/// <param name="Name">The class, or the kind of average.</param>
/// <param name="Precision">Of what was predicted as this class, the share that is: TP / (TP + FP).</param>
/// <param name="Recall">
/// Of what is this class, the share predicted as it: TP / (TP + FN). Also known as the accuracy of the class, and its macro average as the
/// balanced accuracy.
/// </param>
/// <param name="F1">The harmonic mean of both: 2 TP / (2 TP + FP + FN).</param>
/// <param name="Support">The number of examples of this class.</param>
public sealed record ClassScores(string Name, double Precision, double Recall, double F1, int Support);
