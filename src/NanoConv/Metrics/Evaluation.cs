using NanoConv.Losses;

namespace NanoConv.Metrics;

/// <summary>How well a model does on a data set.</summary>
/// <remarks>
/// As in Keras, a model whose outputs are NaN is no error: the loss is NaN. <see cref="Graphs.NonFinite.DescribeNonFinite"/> says where
/// that comes from. Other than in Keras, where the accuracy would be the share of class 0, the accuracy is NaN as well.
/// </remarks>
/// <param name="Loss">Mean loss an example, plus the penalties.</param>
/// <param name="Accuracy">Share of examples whose greatest output is the target's greatest; NaN if an output is NaN.</param>
/// <param name="Confusion">How often each class, the target's greatest, was taken for each; without examples whose output is NaN.</param>
public sealed record Evaluation(double Loss, double Accuracy, ConfusionMatrix Confusion);
