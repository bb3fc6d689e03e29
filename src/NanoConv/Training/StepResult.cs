using NanoConv.Losses;

namespace NanoConv.Training;

/// <summary>What a training step came to.</summary>
/// <param name="Loss">The loss of its batch with the penalties, by the weights before the step: the mean over its examples, or their sum.</param>
/// <param name="Accuracy">The share of right answers, as the loss counts them; NaN if it counts none, see <see cref="AccuracyKind"/>.</param>
public readonly record struct StepResult(double Loss, double Accuracy);
