namespace NanoConv.Losses;

/// <summary>How one example fared.</summary>
/// <param name="Loss">Its loss times its weight, without penalties.</param>
/// <param name="Actual">The class that its target says; 0 where there are no classes.</param>
/// <param name="Predicted">The class that the network says, 0 where there are none; −1 where an output is NaN.</param>
/// <param name="Right">How many of its answers are right.</param>
internal readonly record struct ExampleScore(double Loss, int Actual, int Predicted, int Right);
