using NanoConv.Losses;

namespace NanoConv.Metrics;

/// <summary>How well a model does on a data set.</summary>
/// <remarks>
/// As in Keras, a model whose outputs are NaN is no error: the loss is NaN. <see cref="Graphs.NonFinite.DescribeNonFinite"/> says where
/// that comes from. Other than in Keras, where the accuracy would be the share of class 0, the accuracy is NaN as well.
/// </remarks>
/// <param name="Loss">Mean loss an example, each times its weight, plus the penalties; the sum of the losses where the loss is one.</param>
/// <param name="Accuracy">
/// The share of right answers, as the loss counts them, whatever examples weigh: see <see cref="AccuracyKind"/>. NaN if an output is NaN, and
/// where nothing is right or wrong, as of quantities.
/// </param>
/// <param name="Confusion">
/// How often each class, the target's greatest, was taken for each; without examples whose output is NaN. Of one output that tells two classes
/// apart it has two; null where examples are not of one class each.
/// </param>
public sealed record Evaluation(double Loss, double Accuracy, ConfusionMatrix? Confusion);
