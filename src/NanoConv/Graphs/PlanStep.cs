using NanoConv.Tensors;

namespace NanoConv.Graphs;

/// <summary>A step of a <see cref="NetworkPlan"/>.</summary>
public sealed record PlanStep
{
    /// <summary>The name of its layer, the first one if it stands for several.</summary>
    public required string Name { get; init; }

    /// <summary>The names of the steps that it reads, <c>input</c> for the network's input.</summary>
    public required IReadOnlyList<string> Reads { get; init; }

    /// <summary>The names of the layers that are part of its weights, in order.</summary>
    public required IReadOnlyList<string> Folded { get; init; }

    /// <summary>The names of the layers that are done in place, right behind it, in order.</summary>
    public required IReadOnlyList<string> Fused { get; init; }

    /// <summary>Of a batch normalisation behind a product: why it is not folded; otherwise null.</summary>
    public string? Remark { get; init; }

    /// <summary>The algorithm of a convolution, as <see cref="Layers.BuiltLayer{T}.Algorithm"/>; empty for others.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The shape of an example's output, as it lies in memory; a Flatten or Reshape that is left out has no part in it.</summary>
    public required Shape OutputShape { get; init; }

    /// <summary>The slot, from 0, in which its output lies; slots are used again.</summary>
    public required int Slot { get; init; }

    /// <summary>Height and width of the output with the halo of zeros around it in which the next convolution wants it; null without one.</summary>
    public Size2D? Halo { get; init; }

    /// <summary>The slot to which its input is copied, into a halo; null if it is read where it lies.</summary>
    public int? CopySlot { get; init; }

    /// <summary>Bytes of its output for the examples that pass together, halo included.</summary>
    public required long Bytes { get; init; }
}
