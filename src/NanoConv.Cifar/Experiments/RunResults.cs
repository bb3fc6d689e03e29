namespace NanoConv.Cifar.Experiments;

/// <summary>How well the model does at the end of a run.</summary>
/// <param name="Train">On all samples, the validation part included, as the paper has it.</param>
/// <param name="Test">On the test images.</param>
/// <param name="Baseline">What to compare with.</param>
public sealed record RunResults(SplitResult Train, SplitResult Test, BaselineResult Baseline);
