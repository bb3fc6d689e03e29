namespace NanoConv.Losses;

/// <summary>How one example fared.</summary>
/// <param name="Loss">Its loss, without penalties.</param>
/// <param name="Actual">The class that its target says.</param>
/// <param name="Predicted">The class that the network says; −1 where an output is NaN.</param>
internal readonly record struct ExampleScore(double Loss, int Actual, int Predicted);
