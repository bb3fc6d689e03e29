using NanoConv.Layers.Activations;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>Something that a layer keeps from its forward for its backward pass. It starts as zeros.</summary>
/// <param name="Name">What it is, as <c>mask</c>.</param>
/// <param name="Elements">Elements for each example.</param>
/// <param name="Extra">Elements in addition, whatever the number of examples, as for the over-read of the last vectors.</param>
/// <param name="TrainingOnly">Whether only the backward pass reads it, so that prediction needs no memory for it.</param>
public sealed record KeptBuffer(string Name, int Elements, int Extra = 0, bool TrainingOnly = true)
{
    /// <summary>Whether it is the input once more, in a halo; not needed where the layer before writes it into one.</summary>
    internal bool IsInput { get; init; }

    /// <summary>What a layer keeps for an activation that it has as an argument: its input, if its gradient needs that; else nothing.</summary>
    internal static IEnumerable<KeptBuffer> BeforeActivation(Activation activation, Shape output) =>
        activation.GradientNeedsInput ? [new KeptBuffer("output before activation", output.Elements)] : [];
}
