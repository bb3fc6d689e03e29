namespace NanoConv.Training;

/// <summary>A step of <see cref="LearningRateFinder"/>.</summary>
/// <param name="LearningRate">The rate of the step.</param>
/// <param name="Loss">The mean loss of its examples with the penalties, before the step.</param>
public readonly record struct LearningRatePoint(double LearningRate, double Loss);
