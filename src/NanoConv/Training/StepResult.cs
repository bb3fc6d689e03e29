using NanoConv.Losses;

namespace NanoConv.Training;

/// <summary>What a training step came to.</summary>
/// <param name="Loss">The mean loss of its examples with the penalties, by the weights before the step.</param>
/// <param name="Accuracy">The share of its examples that were classified rightly.</param>
public readonly record struct StepResult(double Loss, double Accuracy);
