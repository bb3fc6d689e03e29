namespace NanoConv;

/// <summary>How well a model does on a data set.</summary>
/// <param name="Loss">Mean loss an example, plus the penalties.</param>
/// <param name="Accuracy">Share of examples whose greatest output is the target's greatest.</param>
/// <param name="Confusion">How often each class, the target's greatest, was taken for each.</param>
public sealed record Evaluation(double Loss, double Accuracy, ConfusionMatrix Confusion);
