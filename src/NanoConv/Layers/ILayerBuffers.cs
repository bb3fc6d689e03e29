using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>A worker's buffers, as far as its layers see them. Layers are told by their place in the graph that runs.</summary>
/// <typeparam name="T">The number type.</typeparam>
internal interface ILayerBuffers<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Whether there is a backward pass.</summary>
    bool IsForTraining { get; }

    /// <summary>Room for what does not last beyond a call.</summary>
    AlignedArray<T> Scratch { get; }

    /// <summary>Where the pixels of a layer's inputs lie, if not contiguous: in a halo.</summary>
    PixelView?[] InputViews(int layer);

    /// <summary>Where those of its output are to lie, if not contiguous.</summary>
    PixelView? OutputView(int layer);

    /// <summary>The memory of what a layer keeps, none where it needs none, and whether that is shared: all workers' examples lie in it.</summary>
    (AlignedArray<T> Memory, bool IsShared) Kept(int layer, int place);

    /// <summary>The place in its data set of one of the examples that are loaded.</summary>
    int Example(int index);

    /// <summary>One of a layer's inputs.</summary>
    ReadOnlySpan<T> Input(int layer, int input);

    /// <summary>Where a layer writes the gradient of one of its inputs; empty where that is not wanted.</summary>
    Span<T> InputGradient(int layer, int input);

    /// <summary>What a layer that looks at whole batches has made of this one; empty if it has none.</summary>
    ReadOnlySpan<T> Statistics(int layer);

    /// <summary>The same of the backward pass.</summary>
    ReadOnlySpan<T> BackwardStatistics(int layer);
}
