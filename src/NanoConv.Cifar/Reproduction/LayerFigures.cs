using NanoConv.Layers;

namespace NanoConv.Cifar.Reproduction;

/// <summary>The numbers of a layer.</summary>
/// <param name="Name">The layer.</param>
/// <param name="OutputShape">Height, width, channels; or one number.</param>
/// <param name="Parameters">Trainable numbers.</param>
/// <param name="ForwardFlops">Multiplications and additions of one image, forward.</param>
public sealed record LayerFigures(string Name, IReadOnlyList<int> OutputShape, int Parameters, long ForwardFlops)
{
    /// <summary>Of a built layer.</summary>
    /// <param name="layer">The layer.</param>
    internal static LayerFigures Of(BuiltLayer<float> layer) => new(
        layer.Name, layer.OutputShape.Axes.ToArray(), ParametersOf(layer), layer.ForwardFlops);

    /// <summary>The trainable numbers of a layer.</summary>
    /// <param name="layer">The layer.</param>
    internal static int ParametersOf(BuiltLayer<float> layer) => layer.Parameters.Sum(parameter => parameter.Shape.Elements);
}
