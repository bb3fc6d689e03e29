using System.Numerics;
using NanoConv.Data;
using NanoConv.Graphs;
using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Training;

/// <summary>What training sees of pictures: to look at augmentation before one trains with it.</summary>
public static class AugmentationPreview
{
    /// <summary>
    /// Some pictures behind some layers, as a network that begins with these layers sees them in an epoch; what goes by the step and not by the epoch,
    /// dropout and noise, is one of many.
    /// </summary>
    /// <param name="pictures">The data set [n, input shape].</param>
    /// <param name="seed">Training's seed.</param>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="layers">The network's first layers, at least one.</param>
    /// <returns>[n, the last layer's output shape].</returns>
    /// <typeparam name="T">The number type.</typeparam>
    /// <exception cref="ArgumentException">The layers do not fit the pictures, or look at whole batches.</exception>
    public static Tensor<T> Of<T>(Tensor<T> pictures, int seed, int epoch, params ReadOnlySpan<Layer> layers)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentOutOfRangeException.ThrowIfLessThan(epoch, 1);
        Model<T> model = new Sequential([.. layers]).Build<T>(new Shape(pictures.Shape.Axes[1..]));
        if (model.Layers.FirstOrDefault(layer => layer.BatchElements > 0) is { } whole)
            throw new ArgumentException($"expected layers that look at each picture alone, received '{whole.Name}'", nameof(layers));
        Tensor<T> seen = new(model.OutputShape.Batch(pictures.Shape[0]));
        Workspace<T> workspace = new(model, 1, training: true);
        TensorInputs<T> inputs = new(pictures);
        for (int i = 0; i < pictures.Shape[0]; i++)
        {
            workspace.Load(inputs, [], i, 1);
            workspace.Configure(training: true, wantsLogits: false, seed, step: epoch, firstExample: i, epoch);
            workspace.Forward();
            workspace.CopySideBySide(model.Topology.Outputs[0], seen.AsSpan().Slice(i * model.OutputShape.Elements, model.OutputShape.Elements));
        }

        return seen;
    }
}
