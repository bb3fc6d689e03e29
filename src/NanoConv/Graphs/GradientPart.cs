using System.Numerics;
using NanoConv.Layers;

namespace NanoConv.Graphs;

/// <summary>A part of the parameters, whose gradient one thread works out before it lets the optimiser change them.</summary>
/// <param name="Layer">The lean layer whose kernel it is of; null for a part of the lanes' gradients.</param>
/// <param name="First">The first element's place among the model's parameters.</param>
/// <param name="Place">Its place among the lean kernels' gradients, or in each lane's.</param>
/// <param name="Length">Elements.</param>
/// <param name="Rows">Which rows of the kernel: the segment, the first row within it, and how many.</param>
internal readonly record struct GradientPart<T>(BuiltLayer<T>? Layer, int First, int Place, int Length, (int Segment, int First, int Count) Rows)
    where T : unmanaged, IFloatingPointIeee754<T>;
