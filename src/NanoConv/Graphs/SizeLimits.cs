using NanoConv.Layers;

namespace NanoConv.Graphs;

/// <summary>From what sizes on memory counts for more than speed. Everything follows from the model and the batch alone, never from threads.</summary>
/// <param name="LargeModel">
/// Models with more parameters are large. In others each lane has a gradient of the whole model, and all kernels are packed twice.
/// </param>
/// <param name="Light">In a large model, the parameters that its smallest layers may have together to be treated so all the same.</param>
/// <param name="LightShare">Or one of so many of all its parameters, if that is more.</param>
/// <param name="PartElements">Elements of a large layer's gradient that are worked out together, about: they stay in the L2 cache.</param>
/// <param name="ActivationShare">What large layers keep of a batch for their gradients may have so many times the parameters' elements.</param>
internal sealed record SizeLimits(
    long LargeModel = 1 << 21, long Light = 1 << 19, int LightShare = 30, int PartElements = 1 << 16, long ActivationShare = 8)
{
    /// <summary>Those of everybody.</summary>
    public static SizeLimits Default { get; } = new();

    /// <summary>Marks the layers of a large model that are to do with little memory.</summary>
    public void Choose<T>(IReadOnlyList<BuiltLayer<T>> layers)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        long total = layers.Sum(Size);
        if (total <= LargeModel)
            return;
        long room = Math.Max(Light, total / LightShare);
        foreach (BuiltLayer<T> layer in layers.Where(layer => layer.CanBeLean).OrderBy(Size))
        {
            room -= Size(layer);
            layer.IsLean = room < 0;
        }

        static long Size(BuiltLayer<T> layer) => layer.Parameters.Sum(parameter => (long)parameter.Shape.Elements);
    }
}
