using NanoConv.Layers.Activations;

namespace NanoConv.Graphs;

/// <summary>What is done in place on a layer's output: an activation, or the addition of a further input.</summary>
/// <param name="Activation">The activation; null to add.</param>
internal readonly record struct PostOperation(Activation? Activation)
{
    /// <summary>y += the next one of the further inputs.</summary>
    public static PostOperation Addition => default;

    /// <summary>Whether it adds.</summary>
    public bool IsAddition => Activation is null;
}
