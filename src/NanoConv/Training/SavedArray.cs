using NanoConv.Tensors;

namespace NanoConv.Training;

/// <summary>An array of a checkpoint.</summary>
/// <param name="Shape">Its axes, outermost first.</param>
/// <param name="Values">Its elements: <c>float[]</c> or <c>double[]</c>.</param>
internal sealed record SavedArray(IReadOnlyList<long> Shape, Array Values);
