using NanoConv.Layers;

namespace NanoConv.Graphs;

/// <summary>A network whose layers follow one another: most people's whole need.</summary>
public sealed class Sequential : Network
{
    /// <summary>Takes the layers in order.</summary>
    /// <param name="layers">At least one, each of which reads the one before it.</param>
    /// <exception cref="ArgumentException">There is none, two have the same name, or one reads several.</exception>
    public Sequential(params ReadOnlySpan<Layer> layers)
        : base(Checked(layers))
    {
    }

    private static ReadOnlySpan<Layer> Checked(ReadOnlySpan<Layer> layers)
    {
        if (layers.IsEmpty)
            throw new ArgumentException("Sequential: expected at least one layer, received none", nameof(layers));
        foreach (Layer layer in layers)
        {
            ArgumentNullException.ThrowIfNull(layer, nameof(layers));
            if (layer.InputCount.Least > 1)
                throw new ArgumentException($"Sequential: expected layers with one input, received {layer.TypeName}; a Network joins branches", nameof(layers));
        }

        return layers;
    }
}
